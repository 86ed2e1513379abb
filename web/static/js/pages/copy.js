// A copy button beside each link that can be read. Where the clipboard is closed to us, the link is selected instead.
const SAID_MS = 4_000;

for (const button of document.querySelectorAll("button[data-copy]")) {
  const field = document.getElementById(button.getAttribute("data-copy") ?? "");
  const word = button.querySelector("span");
  if (!(field instanceof HTMLInputElement) || !(button instanceof HTMLElement) || !word) continue;
  const before = word.textContent;
  const status = document.createElement("span");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  button.after(status);
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.focus();
      said = "Selected";
    }
    word.textContent = said;
    status.textContent = said;
    setTimeout(() => {
      word.textContent = before;
      status.textContent = "";
    }, SAID_MS);
  });
}
