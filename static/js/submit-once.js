/** [data-submit-once] on a form: the first submission goes out, a second click on the way does nothing. */
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-submit-once]");
  if (!form || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  // after the event, so that the pressed button's name and value are still sent
  setTimeout(() => mark(form, event.submitter, true));
});

// a page from the back-forward cache returns as it was left: with its buttons off
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    mark(form, null, false);
  }
});

function mark(form, pressed, busy) {
  for (const button of form.elements) {
    if (button.type !== "submit") continue;
    button.disabled = busy;
    button.toggleAttribute("data-busy", busy && button === pressed);
  }
}
