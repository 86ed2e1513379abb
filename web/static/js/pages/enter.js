// A personal link is /enter#token: a fragment never reaches a server's log. Move it into the form and take it out of the
// address and the history. The person sends the form: a page of somebody else that leads here must not sign them in.
const form = document.getElementById("enter-form");
const field = document.getElementById("link");

if (form instanceof HTMLFormElement && field instanceof HTMLInputElement) {
  take(form, field);
  // A link that is opened while this page is shown changes the fragment alone.
  addEventListener("hashchange", () => take(form, field));
  // A host's link works once: of two presses in a row the second must not ask again.
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  addEventListener("pageshow", () => (isSent = false));
}

/** @param {HTMLFormElement} form @param {HTMLInputElement} field */
function take(form, field) {
  const token = location.hash.slice(1);
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  field.value = token;
  const row = field.closest(".field");
  if (row instanceof HTMLElement) row.hidden = true;
  const lede = document.getElementById("enter-lede");
  if (lede) lede.textContent = lede.dataset.ready ?? "Your link is here. Continue to go in.";
  form.querySelector("button")?.focus();
}
