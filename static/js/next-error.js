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

const saved = /^#row-\d+$/.test(location.hash) && document.querySelector(location.hash);
if (saved) {
  const after = wrong().find((cell) => saved.contains(cell) || saved.compareDocumentPosition(cell) & Node.DOCUMENT_POSITION_FOLLOWING);
  if (after) go(after);
}

function go(cell) {
  cell.focus();
  cell.select();
  cell.scrollIntoView({ block: "center", inline: "nearest" });
}
