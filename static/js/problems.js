/** [data-problems]: the summary of errors takes the focus, and its links put it into the field itself. */
const summary = document.querySelector("[data-problems]");

summary?.focus();
summary?.addEventListener("click", (event) => {
  const id = event.target.closest("a[href^='#']")?.hash.slice(1);
  const field = id && document.getElementById(id);
  if (!field) return;
  event.preventDefault();
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const control = field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea");
  (control ?? field).focus({ preventScroll: true });
  (field.closest(".cb-field") ?? field).scrollIntoView({ block: "start" });
});
