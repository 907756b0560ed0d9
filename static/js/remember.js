/** details[data-remember="name"]: whether a person left it open is kept in a cookie, so that the server draws it so. */
const YEAR = 365 * 24 * 60 * 60;

for (const fold of document.querySelectorAll("details[data-remember]")) {
  // a click, which keys make as well, is a person's choice; opening it for an error is not
  fold.querySelector("summary").addEventListener("click", () => {
    const secure = location.protocol === "https:" ? "; secure" : "";
    const state = fold.open ? "shut" : "open"; // as it will be after the click
    document.cookie = `${fold.dataset.remember}=${state}; path=/organizations/; max-age=${YEAR}; samesite=lax${secure}`;
  });
}
