/** Pasting rows: from the focused cell on, adding rows, or in the order that a pasted row of headings gives. */
import { columnsNamed, rowsOf } from "./clipboard.js";

export function onPaste(grid, event) {
  const control = event.target;
  const text = event.clipboardData.getData("text/plain");
  const pasted = rowsOf(text);
  // one plain text goes where the cursor stands, as everywhere
  if (!grid.sheet.isCell(control) || (pasted.length === 1 && pasted[0].length === 1 && pasted[0][0] === text)) return;
  event.preventDefault();
  grid.history.commit();
  put(grid, control, arranged(grid, control, pasted));
  grid.sheet.remember(control);
  grid.settle();
}

/** The rows to paste, the grid's column for each of theirs, and where the first of them goes. */
function arranged(grid, control, pasted) {
  const [top, left] = grid.sheet.place(control);
  const named = columnsNamed(pasted[0], grid.sheet.columns);
  const width = Math.max(...pasted.map((row) => row.length));
  const places = named ?? Array.from({ length: width }, (_, at) => (left + at < grid.sheet.columns.length ? left + at : -1));
  return { top, places, headings: named ? pasted[0] : null, rows: named ? pasted.slice(1) : pasted };
}

function put(grid, control, { top, places, headings, rows }) {
  const { sheet } = grid;
  const fitting = rows.slice(0, sheet.most - top);
  sheet.add(top + fitting.length - sheet.rows.length);
  const all = sheet.rows;
  fitting.forEach((row, at) => {
    const cells = sheet.cells(all[top + at]);
    row.forEach((text, column) => places[column] >= 0 && sheet.set(cells[places[column]], text));
  });
  tell(grid, fitting.length, headings, places, rows);
  grid.overflow.show(rows, fitting.length, headings ?? headingsAt(sheet, places));
  sheet.go(...sheet.place(control));
}

function headingsAt(sheet, places) {
  return places.map((place) => sheet.columns[place]?.dataset.knownAs.split("|")[1] ?? "");
}

function tell(grid, count, headings, places, rows) {
  const { words } = grid;
  const lost = places.map((place, at) => (place < 0 && rows.some((row) => row[at]?.trim()) ? at : -1)).filter((at) => at >= 0);
  const said = [words.pasted.replace("{count}", count)];
  if (headings) said.push(words.headings);
  if (headings && lost.length) said.push(words.ignored.replace("{columns}", lost.map((at) => headings[at] || "?").join(", ")));
  if (!headings && lost.length) said.push(words.cut);
  grid.root.querySelector("[data-grid-status]").textContent = said.join(" ");
}
