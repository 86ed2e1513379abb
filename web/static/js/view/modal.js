import { focusTrail, giveFocusBack } from "../focus.js";

/** @type {Map<Element, Element[]>} what is open, and where the focus was before */
const opened = new Map();

/**
 * For `ref`: opens a dialog when it is drawn first, and gives the focus back when it is drawn no more.
 * @param {Element | undefined} element
 */
export function showModal(element) {
  if (element instanceof HTMLDialogElement) enter(element, () => !element.open && element.showModal());
  else queueMicrotask(giveBack);
}

/** For `ref`: the same for a panel that lies beside the rest. @param {Element | undefined} element */
export function showBeside(element) {
  if (element) enter(element, () => {});
  else queueMicrotask(giveBack);
}

/** @param {Element} element @param {() => unknown} open */
function enter(element, open) {
  if (opened.has(element)) return;
  opened.set(element, focusTrail(document));
  // In the middle of drawing the element is not in the document yet.
  queueMicrotask(() => {
    if (!element.isConnected) return;
    open();
    /** @type {HTMLElement | null} */ (element.querySelector("[autofocus]") ?? element.querySelector("h2"))?.focus();
  });
}

function giveBack() {
  for (const [element, trail] of opened) {
    if (element.isConnected) continue;
    opened.delete(element);
    giveFocusBack(document, trail);
  }
}
