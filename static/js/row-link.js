/** tr[data-row-link]: a click anywhere on the row follows its first link; selecting text and other controls still work. */
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-row-link]");
  if (!row || event.target.closest("a, button, input, select, label, summary, details")) return;
  if (String(getSelection())) return;
  const link = row.querySelector("a[href]");
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
});
