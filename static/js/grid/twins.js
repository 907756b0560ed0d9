/** A hint on rows that share a domain or a customer number, on both of them; whether they may is the server's to say. */
const KEYS = { primary_domain: domain, customer_number: (text) => text.trim().toLowerCase() };

export function markTwins(sheet, words) {
  sheet.columns.forEach((column, at) => {
    const key = KEYS[column.dataset.knownAs.split("|")[0]];
    if (key) markColumn(sheet, at, key, words);
  });
}

function markColumn(sheet, at, key, words) {
  const places = Map.groupBy(sheet.rows, (row) => key(sheet.cells(row)[at].value));
  for (const [value, rows] of places) {
    rows.forEach((row, place) => mark(sheet.cells(row)[at], value && rows.length > 1 ? rows[place ? 0 : 1] : null, words));
  }
}

function mark(control, twin, words) {
  const cell = control.closest("td");
  const shown = cell.querySelector("[data-twin]");
  if (!twin || cell.querySelector("[data-notes]")) return shown?.remove();
  const hint = shown ?? document.createElement("p");
  hint.dataset.twin = "";
  hint.className = "cb-grid__twin";
  hint.textContent = words.twin.replace("{row}", twin.dataset.number);
  if (!shown) cell.append(hint);
}

function domain(text) {
  const bare = text.trim().toLowerCase();
  return bare.replace(/^[a-z]+:\/\//, "").replace(/^[^/@]*@/, "").replace(/^www\./, "").replace(/[/:?#].*$/, "").replace(/\.$/, "");
}
