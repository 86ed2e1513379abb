// Leave quickly: by the button, or Shift pressed three times. The neutral page takes the place of this one, so that Back
// does not return here at once. Without scripts the button is a plain link.
const PRESSES = 3;
const WITHIN_MS = 2_000;

const button = document.getElementById("quick-exit");

if (button instanceof HTMLAnchorElement) {
  const target = button.href;
  let isLeaving = false;
  const leave = () => {
    // Once: to begin anew with every further press would only take longer.
    if (isLeaving) return;
    isLeaving = true;
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
  let isAlone = false;
  document.addEventListener("keydown", (event) => {
    isAlone = event.key === "Shift";
    if (!isAlone) presses = [];
  });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !isAlone) return;
    presses = [...presses.filter((at) => event.timeStamp - at < WITHIN_MS), event.timeStamp];
    if (presses.length >= PRESSES) leave();
  });
}
