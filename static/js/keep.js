/**
 * form[data-keep]: what was typed survives a session that had ended. It is noted in this tab when the form is sent, and
 * forgotten on the next page, unless that is one that refused it ([data-kept]): then the same person finds it again in the
 * form, and nobody else does. Passwords, files and tokens are never noted; signing out (form[data-forgets]) forgets all.
 */
const PLACE = "cb-kept";
const NEVER = ["password", "file", "submit"];
const who = document.documentElement.dataset.who ?? ""; // nobody, on pages of signing in
const refusal = document.querySelector("[data-kept]");
const kept = read();

if (kept) meet();

document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
  if (form.hasAttribute("data-forgets")) return sessionStorage.removeItem(PLACE);
  if (defaultPrevented || !form.hasAttribute("data-keep") || form.closest("dialog")) return;
  const names = new Set(controls(form).map(({ name }) => name));
  note({ who, url: here(), texts: [...new FormData(form)].filter(([name]) => names.has(name)) });
});

function meet() {
  if (refusal) return wait();
  if (kept.waits && !who) return; // on the way of signing in
  if (kept.waits && kept.who === who && kept.url !== here()) return; // on the way to the form
  sessionStorage.removeItem(PLACE);
  const form = kept.waits && kept.who === who && document.querySelector("form[data-keep]");
  if (form) fill(form);
}

function wait() {
  note({ ...kept, waits: true });
  refusal.hidden = false;
  for (const link of refusal.querySelectorAll("a")) link.href = kept.url;
}

function fill(form) {
  for (const control of controls(form)) {
    const own = kept.texts.filter(([name]) => name === control.name);
    if (control.type === "checkbox" || control.type === "radio") control.checked = own.some(([, text]) => text === control.value);
    else if (own.length) control.value = kept.texts.splice(kept.texts.indexOf(own[0]), 1)[0][1]; // of several, each its own
    for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  for (const fold of form.querySelectorAll("details")) fold.open = true;
  document.querySelector(".cb-messages").append(document.getElementById("kept-told").content.cloneNode(true));
}

function controls(form) {
  return [...form.elements].filter(({ name, type }) => name && name !== "csrfmiddlewaretoken" && !NEVER.includes(type));
}

function here() {
  return location.pathname + location.search;
}

function note(what) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(what));
  } catch {
    // a full storage keeps nothing
  }
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE));
  } catch {
    return null;
  }
}
