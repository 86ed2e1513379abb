/** @type {Map<HTMLDialogElement, Element | null>} open dialogs and what had the focus before */
const opened = new Map();

/**
 * For `ref`: opens a dialog when it is drawn first, and gives the focus back when it is drawn no more.
 * @param {Element | undefined} element
 */
export function showModal(element) {
  if (element instanceof HTMLDialogElement && !opened.has(element)) {
    opened.set(element, document.activeElement);
    // In the middle of drawing the element may not be in the document yet.
    queueMicrotask(() => {
      if (!element.isConnected || element.open) return;
      element.showModal();
      /** @type {HTMLElement | null} */ (element.querySelector("[autofocus]") ?? element.querySelector("h2"))?.focus();
    });
  }
  if (!element) queueMicrotask(giveBack);
}

function giveBack() {
  for (const [dialog, before] of opened) {
    if (dialog.isConnected) continue;
    opened.delete(dialog);
    if (document.activeElement === document.body && before instanceof HTMLElement && before.isConnected) before.focus();
  }
}
