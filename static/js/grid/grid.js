/** [data-grid]: paste, keys, undo, row menu and drafts for a table of inputs that works as a plain form without them. */
import { Draft } from "./draft.js";
import { History } from "./history.js";
import { onKey } from "./keys.js";
import { RowMenu } from "./menu.js";
import { Overflow } from "./overflow.js";
import { onPaste } from "./paste.js";
import { Sheet } from "./sheet.js";
import { markTwins } from "./twins.js";

for (const root of document.querySelectorAll("[data-grid]")) wake(root);

function wake(root) {
  const words = JSON.parse(document.getElementById("grid-words").textContent);
  const grid = { root, words, form: root.querySelector("form"), sheet: new Sheet(root, words) };
  grid.say = (word, values) => (root.querySelector("[data-grid-status]").textContent = filled(words[word], values));
  grid.settle = () => settle(grid);
  grid.draft = new Draft(grid);
  if (grid.draft.restore()) grid.say("restored");
  grid.history = new History(grid.sheet);
  grid.overflow = new Overflow(grid);
  grid.menu = new RowMenu(grid);
  listen(grid);
  settle(grid);
}

/** After every change: a step that can be undone, the marks on rows that repeat each other, and the draft. */
function settle(grid) {
  grid.history.commit();
  markTwins(grid.sheet, grid.words);
  grid.draft.save();
}

function listen(grid) {
  const { root, sheet } = grid;
  sheet.table.addEventListener("keydown", (event) => onKey(grid, event));
  sheet.table.addEventListener("paste", (event) => onPaste(grid, event));
  sheet.table.addEventListener("change", () => settle(grid));
  sheet.table.addEventListener("input", (event) => sheet.forget(event.target));
  sheet.table.addEventListener("focusin", ({ target }) => sheet.isCell(target) && sheet.remember(target));
  root.querySelector("[data-grid-generate]").addEventListener("click", (event) => generate(grid, event));
  const clear = root.querySelector("[data-grid-clear]");
  clear.addEventListener("click", () => clearAll(grid));
  for (const element of root.querySelectorAll("[data-grid-scripted]")) element.hidden = false;
}

function generate(grid, event) {
  event.preventDefault();
  const wanted = Number(grid.form.elements.count.value);
  const count = grid.sheet.add(wanted);
  grid.settle();
  const { most } = grid.sheet;
  if (count < wanted) grid.say("full", { most });
  else grid.say("added", { count, rows: grid.sheet.rows.length });
}

function clearAll(grid) {
  grid.history.commit();
  for (const control of grid.sheet.all()) grid.sheet.set(control, "");
  grid.settle();
  grid.say("cleared");
  grid.sheet.go(0, 0);
}

function filled(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}
