// Ticking rows of a list: one box ticks the page, and the bar with the actions shows how many are ticked.
for (const form of document.querySelectorAll("[data-selection]:has([data-selection-bar])")) {
  const boxes = [...form.querySelectorAll("input[name=id]")];
  const all = form.querySelector("[data-tick-all]");
  const bar = form.querySelector("[data-selection-bar]");
  const count = form.querySelector("[data-selection-count]");
  const scope = form.querySelector("select[name=scope]");
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    bar.hidden = !ticked && scope?.value !== "all";
    count.textContent = scope?.value === "all" ? "" : count.dataset.words.replace("0", ticked);
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", show);
  form.addEventListener("keydown", (event) => {
    // the first Esc closes a menu of the bar
    if (event.key !== "Escape" || form.querySelector("details[data-menu][open]")) return;
    for (const box of boxes) box.checked = false;
    if (scope) scope.value = "";
    show();
  });
  addEventListener("pageshow", show);
  show();
}
