/** [data-status-of="id"]: a polite live region that repeats the text of #id at most every five seconds. */
const EVERY = 5000;

for (const region of document.querySelectorAll("[data-status-of]")) {
  const repeat = () => {
    const text = document.getElementById(region.dataset.statusOf)?.textContent.trim() ?? "";
    if (text && text !== region.textContent) region.textContent = text;
  };
  setInterval(repeat, EVERY);
}
