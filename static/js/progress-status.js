/**
 * [data-status-of="id"]: a polite live region that repeats the text of #id at most every five seconds. Once a page has
 * reloaded because what it watched is over, its heading takes the focus, so that the end is noticed without looking.
 */
const EVERY = 5000;
const WATCHED = "cb-watched";

for (const region of document.querySelectorAll("[data-status-of]")) {
  const repeat = () => {
    const text = document.getElementById(region.dataset.statusOf)?.textContent.trim() ?? "";
    if (text && text !== region.textContent) region.textContent = text;
  };
  setInterval(repeat, EVERY);
}

if (document.querySelector("main progress")) sessionStorage.setItem(WATCHED, location.pathname);
else if (sessionStorage.getItem(WATCHED) === location.pathname) {
  sessionStorage.removeItem(WATCHED);
  const heading = document.querySelector("main h1");
  heading.tabIndex = -1;
  heading.focus();
}
