/** Alt+↓ and Alt+↑ go to the next and previous cell with an error; after saving, the focus goes on from that row. */
const wrong = () => [...document.querySelectorAll(".cb-sheet [aria-invalid='true']")];

document.addEventListener("keydown", (event) => {
  if (!event.altKey || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  const cells = wrong();
  if (!cells.length) return;
  event.preventDefault();
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = cells.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : cells.length - 1) : (at + step + cells.length) % cells.length;
  go(cells[next]);
});

// the saved row may be gone from a list of those with errors: the next one is found by its number
const saved = location.hash.match(/^#row-(\d+)$/);
if (saved) {
  const numberOf = (cell) => Number(cell.closest("tr").id.replace("row-", ""));
  const after = wrong().find((cell) => numberOf(cell) >= Number(saved[1]));
  if (after) go(after);
}

function go(cell) {
  cell.focus();
  cell.select();
  cell.scrollIntoView({ block: "center", inline: "nearest" });
}
