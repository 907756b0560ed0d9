/** [data-palette]: Ctrl/⌘-K or its link opens a combobox over the page; the focus stays in the field, Enter opens what is active. */
const SOON = 150;
const dialog = document.querySelector("[data-palette]");
const opener = document.querySelector("[data-palette-open]");

if (dialog && opener) wake(dialog, opener);

function wake(dialog, opener) {
  const input = dialog.querySelector("[role=combobox]");
  const list = dialog.querySelector("[role=listbox]");
  const said = dialog.querySelector("[role=status]");
  let timer;
  let asking;
  let asked = null; // the text that the list answers

  const options = () => [...list.querySelectorAll("[role=option]")];
  const active = () => list.querySelector("[aria-selected=true]");

  const activate = (option) => {
    active()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };

  const show = (sections, text) => {
    asked = text;
    list.replaceChildren(...sections.map((section, place) => group(section, place, dialog.dataset.icons)));
    const found = options();
    input.setAttribute("aria-expanded", String(found.length > 0));
    said.textContent = found.length ? dialog.dataset.some.replace("0", found.length) : dialog.dataset.none;
    said.classList.toggle("cb-screen-reader", found.length > 0);
    activate(text ? found[0] : null);
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const text = input.value.trim();
    const answer = await answered(`${dialog.dataset.url}?q=${encodeURIComponent(text)}`, asking.signal);
    if (answer === "overtaken") return;
    if (answer) return show(answer.sections, text);
    asked = null;
    list.replaceChildren();
    activate(null);
    input.setAttribute("aria-expanded", "false");
    said.textContent = dialog.dataset.away;
    said.classList.remove("cb-screen-reader");
  };

  const open = () => {
    if (dialog.open) return;
    dialog.showModal();
    input.focus();
    input.select();
    ask();
  };

  /** Enter before the answer has come goes to the page, which finds the same. */
  const go = () => {
    const text = input.value.trim();
    const chosen = asked === text ? active() : null;
    location.assign(chosen ? chosen.dataset.url : `${dialog.dataset.url}?q=${encodeURIComponent(text)}`);
  };

  const step = (by) => {
    const found = options();
    if (!found.length) return;
    const place = found.indexOf(active());
    activate(found[place < 0 ? (by > 0 ? 0 : found.length - 1) : (place + by + found.length) % found.length]);
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, SOON);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const does = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: go }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
  list.addEventListener("mousemove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option !== active()) activate(option);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-palette-close]")) dialog.close();
  });
  opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
    event.preventDefault();
    open();
  });
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
}

/** Null where there is no answer, as when nobody is signed in any more; "overtaken" where another question followed. */
async function answered(url, signal) {
  try {
    const reply = await fetch(url, { headers: { Accept: "application/json" }, redirect: "error", signal });
    return reply.ok ? await reply.json() : null;
  } catch {
    return signal.aborted ? "overtaken" : null;
  }
}

function group({ label, hits }, place, icons) {
  const box = make("div", { role: "group", "aria-labelledby": `palette-group-${place}` });
  box.append(make("div", { class: "cb-menu__label", role: "presentation", id: `palette-group-${place}` }, label));
  box.append(...hits.map((hit, number) => option(hit, `palette-${place}-${number}`, icons)));
  return box;
}

function option({ label, url, icon, hint }, id, icons) {
  const line = make("div", { class: "cb-menu__item", role: "option", id, "aria-selected": "false", "data-url": url });
  const words = make("span", { class: "cb-break" }, label);
  if (hint) words.append(" ", make("span", { class: "cb-muted cb-small" }, hint));
  line.append(sprite(`${icons}#${icon}`), words);
  return line;
}

function sprite(href) {
  const name = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(name, "svg");
  svg.setAttribute("class", "cb-icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(name, "use"));
  svg.firstChild.setAttribute("href", href);
  return svg;
}

function make(tag, attributes, text = "") {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(text);
  return made;
}
