/** What keys do in a cell. Tab stays the browser's; inside a text that is being edited, so do the arrows. */
export function onKey(grid, event) {
  const control = event.target;
  if (!grid.sheet.isCell(control) || event.isComposing) return;
  const command = found(event);
  if (command && command(grid, control, event) !== false) event.preventDefault();
}

function found(event) {
  const { key, shiftKey, altKey } = event;
  const mod = event.ctrlKey || event.metaKey;
  if (mod && !altKey) return withControl[shiftKey ? `Shift+${key.toLowerCase()}` : key.toLowerCase()];
  if (altKey) return withAlt[key];
  if (shiftKey) return withShift[key];
  return plain[key];
}

const withControl = {
  d: fillDown,
  z: undo,
  y: redo,
  enter: create,
  "Shift+z": redo,
  home: (grid) => grid.sheet.go(0, 0),
  end: (grid) => grid.sheet.go(grid.sheet.rows.length - 1, grid.sheet.columns.length - 1),
};
const withAlt = {
  Enter: breakLine,
  ArrowDown: (grid, control) => goToError(grid, control, 1),
  ArrowUp: (grid, control) => goToError(grid, control, -1),
};
const withShift = { Enter: (grid, control) => move(grid, control, -1, 0) || true, " ": selectRow };
const plain = {
  Enter: down,
  Escape: putBack,
  ArrowDown: (grid, control) => oneLine(control) && move(grid, control, 1, 0),
  ArrowUp: (grid, control) => oneLine(control) && move(grid, control, -1, 0),
  ArrowRight: (grid, control) => wholeSelected(control) && move(grid, control, 0, 1),
  ArrowLeft: (grid, control) => wholeSelected(control) && move(grid, control, 0, -1),
};

const oneLine = (control) => !control.value.includes("\n");
const wholeSelected = (control) => control.selectionStart === 0 && control.selectionEnd === control.value.length;

function move(grid, control, rows, columns) {
  const [row, column] = grid.sheet.place(control);
  return grid.sheet.go(row + rows, column + columns);
}

/** Enter on the last row adds one. It never sends the form. */
function down(grid, control) {
  if (move(grid, control, 1, 0)) return;
  if (!grid.sheet.add(1)) return grid.say("full", { most: grid.sheet.most });
  grid.settle();
  move(grid, control, 1, 0);
}

/** From a cell to the button below hundreds of cells. */
function create(grid) {
  grid.form.requestSubmit(grid.form.querySelector("[data-grid-create]"));
}

/** Alt+Enter breaks the line where the field keeps line breaks, as in a spreadsheet. */
function breakLine(grid, control) {
  if (!control.matches("textarea")) return false;
  control.setRangeText("\n", control.selectionStart, control.selectionEnd, "end");
}

/** Esc gives back what stood in the cell; on an unchanged cell it lets go of the selected rows. */
function putBack(grid, control) {
  if (grid.sheet.isChanged(control)) {
    grid.sheet.putBack(control);
    control.select();
  } else for (const row of grid.sheet.selected) grid.sheet.select(row, false);
}

/** The cell above into this one; with selected rows, the first one's cell into all the others. */
function fillDown(grid, control) {
  const { sheet } = grid;
  const [row, column] = sheet.place(control);
  const [first, ...others] = sheet.selected.length > 1 ? sheet.selected : sheet.rows.slice(Math.max(0, row - 1), row + 1);
  grid.history.commit();
  for (const other of others) sheet.set(sheet.cells(other)[column], sheet.cells(first)[column].value);
  sheet.remember(control);
  grid.settle();
  if (others.length) grid.say("filled");
}

/** In a cell that is being edited the browser's own undo takes back what was typed. */
function undo(grid, control) {
  if (grid.sheet.isChanged(control)) return false;
  step(grid, grid.history.undo() ? "undone" : "nothing_to_undo");
}

function redo(grid) {
  step(grid, grid.history.redo() ? "redone" : "nothing_to_redo");
}

function step(grid, word) {
  grid.sheet.remember(document.activeElement);
  grid.settle();
  grid.say(word);
}

function selectRow(grid, control) {
  const row = control.closest("tr");
  grid.menu.toggle(row);
}

function goToError(grid, control, by) {
  const bad = grid.sheet.all().filter((cell) => cell === control || cell.hasAttribute("aria-invalid"));
  const next = bad[bad.indexOf(control) + by];
  if (next) grid.sheet.go(...grid.sheet.place(next));
}
