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

/**
 * What has the focus, and everything around it: enough to find a place nearby when it is drawn no more.
 * @param {Document} document
 * @returns {Element[]} innermost first; empty where nothing has it
 */
export function focusTrail(document) {
  const trail = [];
  for (let at = document.activeElement; at && at !== document.body; at = at.parentElement) trail.push(at);
  return trail;
}

/**
 * Gives lost focus back: to where it was, else to the heading of what is left around that place.
 * @param {Document} document
 * @param {Element[]} trail
 */
export function giveFocusBack(document, trail) {
  if (document.activeElement && document.activeElement !== document.body) return;
  const [first] = trail;
  if (first instanceof HTMLElement && first.isConnected) return first.focus();
  const left = trail.find((element) => element.isConnected);
  /** @type {HTMLElement | null | undefined} */
  const heading = left?.closest("section, dialog, main, #app")?.querySelector("h2, h1");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/**
 * Where a frame that scrolls becomes smaller, because a line of news comes in above it, what has the focus inside stays
 * in sight (WCAG 2.2, 2.4.11). Whoever scrolls away from it is left alone.
 */
export class FocusKeeper {
  /** @type {Element | null} */
  #frame = null;
  #sizes;

  /** @param {typeof ResizeObserver} Observer */
  constructor(Observer = globalThis.ResizeObserver) {
    this.#sizes = new Observer(() => this.#show());
  }

  /** @param {Element | null} frame what is drawn now; one at a time */
  watch(frame) {
    if (frame === this.#frame) return;
    if (this.#frame) this.#sizes.unobserve(this.#frame);
    this.#frame = frame;
    if (frame) this.#sizes.observe(frame);
  }

  #show() {
    const focused = this.#frame?.querySelector(":focus-visible");
    focused?.scrollIntoView({ block: "nearest" });
  }
}
