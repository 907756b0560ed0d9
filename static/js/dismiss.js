/** [data-dismiss]: a button, shown only where this script runs, that takes its banner away. */
for (const button of document.querySelectorAll("[data-dismiss]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.closest(".cb-banner").remove();
    document.getElementById("content")?.focus();
  });
}
