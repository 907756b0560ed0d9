/** select[data-reveals="name"]: the field of that name shows when TRUE is chosen, and as long as something stands in it. */
for (const select of document.querySelectorAll("select[data-reveals]")) {
  const control = select.form.elements[select.dataset.reveals];
  const field = control.closest(".cb-field");
  const show = () => (field.hidden = select.value !== "TRUE" && !control.value && !control.hasAttribute("aria-invalid"));
  select.addEventListener("change", show);
  addEventListener("pageshow", show);
  show();
}
