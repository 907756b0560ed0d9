/**
 * [data-asks]: a link or button that leads to a question shows it on top of the page: the [data-question] of the page that
 * it leads to. A form [data-asks-again] in it is answered there. Whatever answers with no question is gone to as ever.
 */
const NAMES_IDS = ["id", "for", "aria-describedby", "aria-labelledby", "aria-controls"];
const dialog = Object.assign(document.createElement("dialog"), { className: "cb-dialog" });
dialog.setAttribute("aria-labelledby", "asked-title");
document.getElementById("content").append(dialog);

let opener = null; // gets the focus back
let isAsking = false;
let plain = null; // the form that is being sent as ever

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-asks], dialog a[data-cancel]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
  event.preventDefault();
  if (link.hasAttribute("data-asks")) ask(link, link.href, {}, () => location.assign(link.href));
  else dialog.close();
});

// before anybody else hears of it: a form that only asks is not on its way
document.addEventListener(
  "submit",
  (event) => {
    const { target: form, submitter } = event;
    const isAnswered = form.hasAttribute("data-asks-again") && dialog.contains(form);
    if (form === plain || !(isAnswered || submitter?.hasAttribute("data-asks"))) return;
    event.preventDefault();
    event.stopPropagation();
    // by its attribute: a button named "action" hides the property
    const url = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
    ask(submitter ?? form, url, { method: "POST", body: new FormData(form, submitter) }, () => {
      plain = form;
      form.requestSubmit(submitter);
      plain = null;
    });
  },
  true,
);

dialog.addEventListener("close", () => {
  dialog.replaceChildren();
  opener.focus();
});
addEventListener("pagehide", () => dialog.close()); // coming back finds the page, not the question

async function ask(from, url, options, goThere) {
  if (isAsking) return;
  isAsking = true;
  const question = await fetched(url, options);
  isAsking = false;
  if (!question) return goThere();
  if (!dialog.open) opener = focusable(from);
  show(question);
}

/** The question at an address, with what its page has to tell; null where there is none. */
async function fetched(url, options) {
  try {
    const reply = await fetch(url, options);
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const question = page.querySelector("main [data-question]");
    question?.prepend(...page.querySelectorAll(".cb-messages > *"));
    if (question) settle(question, reply.url);
    return question;
  } catch {
    return null;
  }
}

/** Its addresses were said in relation to its own page, and this page may have the same ids. */
function settle(question, url) {
  const whole = (part, name) => part.setAttribute(name, new URL(part.getAttribute(name) ?? "", url).href);
  for (const link of question.querySelectorAll("a[href]:not([href^='#'])")) whole(link, "href");
  for (const form of question.querySelectorAll("form")) whole(form, "action");
  for (const button of question.querySelectorAll("[formaction]")) whole(button, "formaction");
  question.querySelector("h1").id = "title";
  for (const name of NAMES_IDS) {
    for (const part of question.querySelectorAll(`[${name}]`)) {
      part.setAttribute(name, part.getAttribute(name).split(" ").map((id) => `asked-${id}`).join(" "));
    }
  }
}

function show(question) {
  const at = dialog.contains(document.activeElement) ? document.activeElement.id : "";
  dialog.replaceChildren(question);
  if (!dialog.open) dialog.showModal();
  dispatchEvent(new Event("cb:drawn"));
  const heading = dialog.querySelector("#asked-title");
  heading.tabIndex = -1;
  ((at && document.getElementById(at)) || heading).focus();
}

/** A line of a menu has no focus once that is closed; the button that opens it has. */
function focusable(from) {
  const menu = from.closest("[popover]");
  return menu ? document.querySelector(`[popovertarget="${menu.id}"]`) : from;
}
