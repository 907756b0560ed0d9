/** Ticks that will be added or removed: counted as they are made, with those of other pages; one box ticks the page. */
for (const kind of ["pageshow", "cb:drawn"]) addEventListener(kind, showAll);
showAll();

document.addEventListener("change", ({ target }) => {
  const form = target.closest("[data-ticks]");
  if (!form) return;
  if (target.matches("[data-tick-all]")) for (const box of boxes(form)) box.checked = target.checked;
  show(form);
});

function showAll() {
  for (const form of document.querySelectorAll("[data-ticks]")) show(form);
}

function boxes(form) {
  return [...form.querySelectorAll("input[name=id]")];
}

function show(form) {
  const ticked = boxes(form).filter((box) => box.checked);
  const added = ticked.filter((box) => !("member" in box.dataset)).length;
  const removed = boxes(form).filter((box) => !box.checked && "member" in box.dataset).length;
  const told = form.querySelector("[data-ticks-told]");
  told.textContent = told.dataset.words
    .replace("{add}", Number(form.dataset.add) + added)
    .replace("{remove}", Number(form.dataset.remove) + removed);
  const all = form.querySelector("[data-tick-all]");
  if (!all) return;
  all.hidden = false;
  all.checked = ticked.length > 0 && ticked.length === boxes(form).length;
  all.indeterminate = ticked.length > 0 && !all.checked;
}
