/** [data-copy="id"]: a button, shown only where this script runs, that copies what stands in the field of that id. */
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value).catch(() => field.select()); // refused: it can be copied by hand
    button.nextElementSibling.textContent = button.dataset.done;
  });
}
