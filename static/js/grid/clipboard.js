/** Texts between a spreadsheet and the grid: what is pasted as rows of cells, and rows as a CSV file. */

/** Tab-separated text with quoted line breaks as rows of cells. */
export function rowsOf(text) {
  const rows = [];
  let row = [];
  let cell = "";
  let isQuoted = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (source[at + 1] === '"') cell += source[++at];
      else isQuoted = false;
    } else if (character === '"' && cell === "" && isClosed(source, at)) isQuoted = true;
    else if (character === "\t") cell = endCell(row, cell);
    else if (character === "\n") {
      cell = endCell(row, cell);
      rows.push(row);
      row = [];
    } else cell += character;
  }
  endCell(row, cell);
  return [...rows, row];
}

function endCell(row, cell) {
  row.push(cell);
  return "";
}

/** A quotation mark opens a quoted cell only if another one ends it: a cell may also begin with a plain one. */
function isClosed(source, open) {
  return /^(?:[^"]|"")*"(?:[\t\n]|$)/.test(source.slice(open + 1));
}

/** Where each pasted column belongs, if the first row names columns that the grid knows; else null. */
export function columnsNamed(cells, columns) {
  const known = columns.map((column) => column.dataset.knownAs.split("|").map(bare));
  const places = cells.map((cell) => (bare(cell) ? known.findIndex((names) => names.includes(bare(cell))) : -1));
  const found = new Set(places.filter((place) => place >= 0)).size;
  const named = cells.filter((cell) => cell.trim()).length;
  return found && found >= Math.min(2, named) && found * 2 >= named ? places : null;
}

export const bare = (text) =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/** A file that reads back as the same cells: text that a spreadsheet would run gets the apostrophe that reading takes off. */
export function csvOf(rows) {
  const lines = rows.map((row) => row.map((cell) => `"${inert(cell).replaceAll('"', '""')}"`).join(";"));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

const inert = (cell) => (/^'*[=+\-@\t\r]/.test(cell) && !/^\+\d+$/.test(cell) ? `'${cell}` : cell);
