/** [data-search-key]: "/" moves to this search field. [data-shortcuts-switch] turns such single keys off (WCAG 2.1.4). */
const KEY = "cb-shortcuts";
const on = () => localStorage.getItem(KEY) !== "off";

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !on()) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]")) return;
  const field = document.querySelector("[data-search-key]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
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
