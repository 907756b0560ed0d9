// Ticks that will be added or removed: counted as they are made, with those of other pages; one box ticks the page.
for (const form of document.querySelectorAll("[data-ticks]")) {
  const boxes = [...form.querySelectorAll("input[name=id]")];
  const all = form.querySelector("[data-tick-all]");
  const told = form.querySelector("[data-ticks-told]");
  const show = () => {
    const added = boxes.filter((box) => box.checked && !("member" in box.dataset)).length;
    const removed = boxes.filter((box) => !box.checked && "member" in box.dataset).length;
    told.textContent = told.dataset.words
      .replace("{add}", Number(form.dataset.add) + added)
      .replace("{remove}", Number(form.dataset.remove) + removed);
    if (!all) return;
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      show();
    });
  }
  form.addEventListener("change", show);
  addEventListener("pageshow", show);
  show();
}
