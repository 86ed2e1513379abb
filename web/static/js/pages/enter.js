// A personal link is /enter#token: a fragment never reaches a server's log. Move it into the form, take it out of the
// address and the history, and send the form.
const form = document.getElementById("enter-form");
const field = document.getElementById("link");
const token = location.hash.slice(1);

if (token && form instanceof HTMLFormElement && field instanceof HTMLInputElement) {
  history.replaceState(null, "", location.pathname);
  field.value = token;
  const lede = document.getElementById("enter-lede");
  if (lede) lede.textContent = "One moment, you are going in.";
  form.requestSubmit();
}
