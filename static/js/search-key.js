/**
 * [data-search-key]: "/" moves to this search field. [data-shortcuts-help]: "?" follows this link to all shortcuts.
 * [data-shortcuts-switch] turns such single keys off (WCAG 2.1.4).
 */
const KEY = "cb-shortcuts";
const on = () => localStorage.getItem(KEY) !== "off";
const keys = {
  "/": () => document.querySelector("[data-search-key]"),
  "?": () => document.querySelector("[data-shortcuts-help]"),
};

document.addEventListener("keydown", (event) => {
  if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey || !on()) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable], dialog")) return;
  const found = keys[event.key]();
  if (!found) return;
  event.preventDefault();
  if (event.key === "?") return found.click();
  found.focus();
  found.select();
});

const show = (button) => button.setAttribute("aria-pressed", String(on()));

for (const button of document.querySelectorAll("[data-shortcuts-switch]")) {
  button.hidden = false;
  show(button);
  button.addEventListener("click", () => {
    localStorage.setItem(KEY, on() ? "off" : "on");
    show(button);
  });
}
