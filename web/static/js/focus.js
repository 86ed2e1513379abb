/**
 * At each step the heading takes the focus, so that screen readers and keyboards begin where the new page begins.
 * @param {ParentNode} root
 */
export function focusHeading(root) {
  /** @type {HTMLElement | null} */
  const heading = root.querySelector("h1");
  heading?.focus({ preventScroll: true });
  globalThis.scrollTo?.(0, 0);
}
