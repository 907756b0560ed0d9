/** form[data-hints]: what the server says of the texts while they are typed, politely below their fields. It refuses nothing. */
const SOON = 500;

for (const form of document.querySelectorAll("form[data-hints]")) wake(form);

function wake(form) {
  const regions = new Map([...form.querySelectorAll(".cb-field")].map(regionIn).filter(Boolean));
  let timer;
  let asking;
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const found = await answer(form, asking.signal);
    if (found) for (const [name, region] of regions) show(region, found.hints.filter((hint) => hint.field === name), found.link);
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, SOON);
  });
  if (form.elements.name.value) ask(); // of a blank form there is nothing to say yet
}

/** A live region is heard only if it was there, and empty, before something is said in it. */
function regionIn(field) {
  const control = field.querySelector("input:not([type=checkbox], [type=radio], [type=hidden]), textarea, select");
  if (!control?.name || !control.id) return null;
  const region = document.createElement("div");
  region.className = "cb-field__hints";
  region.id = `${control.id}_hints`;
  region.setAttribute("role", "status");
  field.append(region);
  control.setAttribute("aria-describedby", `${control.getAttribute("aria-describedby") ?? ""} ${region.id}`.trim());
  return [control.name, region];
}

/** Nothing where the server can't be asked: hints are a kindness, and the form works without them. */
async function answer(form, signal) {
  try {
    const reply = await fetch(form.dataset.hints, { method: "POST", body: new FormData(form), signal });
    return reply.ok ? await reply.json() : null;
  } catch {
    return null;
  }
}

function show(region, hints, link) {
  const said = hints.map(({ sentence, url }) => `${sentence} ${url}`).join("\n");
  if (said === (region.dataset.said ?? "")) return;
  region.dataset.said = said;
  region.replaceChildren(...hints.map((hint) => line(hint, link)));
}

/** A link leads out in a tab of its own, so that nothing typed is lost. */
function line({ sentence, url }, words) {
  const told = document.createElement("p");
  told.append(sentence);
  if (url) told.append(" ", Object.assign(document.createElement("a"), { href: url, target: "_blank", textContent: words }));
  return told;
}
