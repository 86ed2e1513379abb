// Leave quickly: by the button, or Shift pressed three times. The neutral page takes the place of this one, so that Back
// does not return here at once. Without scripts the button is a plain link.
const PRESSES = 3;
const WITHIN_MS = 2_000;

const button = document.getElementById("quick-exit");

if (button instanceof HTMLAnchorElement) {
  const target = button.href;
  const leave = () => {
    document.body.hidden = true;
    document.title = "…";
    location.replace(target);
  };
  button.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });

  /** @type {number[]} */
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") presses = [];
  });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    presses = [...presses.filter((at) => event.timeStamp - at < WITHIN_MS), event.timeStamp];
    if (presses.length >= PRESSES) leave();
  });
}
