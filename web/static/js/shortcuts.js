/**
 * @typedef {object} ShortcutActions
 * @property {() => void} toggleMic
 * @property {() => void} toggleCamera
 * @property {(isHeld: boolean) => void} talk while Space is held
 * @property {() => void} showKeys
 * @property {(() => void) | null} leaveQuickly null where the group has no neutral page
 */

const QUICK_PRESSES = 3;
const QUICK_WITHIN_MS = 2_000;
const CONTROLS = "button, a, input, select, textarea, summary, [contenteditable], [role=button]";

/**
 * The keys of the room. No single letter does anything (WCAG 2.1.4); Space only while no control has focus.
 */
export class Shortcuts {
  #actions;
  #now;
  #isTalking = false;
  /** @type {number[]} */
  #shifts = [];

  /** @param {ShortcutActions} actions @param {() => number} now */
  constructor(actions, now) {
    this.#actions = actions;
    this.#now = now;
  }

  /** @param {KeyboardEvent} event */
  handleKeyDown(event) {
    if (event.isComposing) return;
    this.#countShifts(event);
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) return this.#withModifier(event);
    if (event.key === " " && !isOnControl(event.target)) return this.#talk(event);
    if (event.key === "?" && !isTyping(event.target)) {
      event.preventDefault();
      this.#actions.showKeys();
    }
  }

  /** @param {KeyboardEvent} event */
  handleKeyUp(event) {
    if (event.key === " ") this.stopTalking();
  }

  /** Space was let go, or the window lost the keyboard and will not hear of it. */
  stopTalking() {
    if (!this.#isTalking) return;
    this.#isTalking = false;
    this.#actions.talk(false);
  }

  /** @param {KeyboardEvent} event */
  #withModifier(event) {
    const act = { d: this.#actions.toggleMic, e: this.#actions.toggleCamera }[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    if (!event.repeat) act();
  }

  /** @param {KeyboardEvent} event */
  #talk(event) {
    event.preventDefault();
    if (event.repeat || this.#isTalking) return;
    this.#isTalking = true;
    this.#actions.talk(true);
  }

  /** @param {KeyboardEvent} event */
  #countShifts(event) {
    if (event.key !== "Shift" || event.repeat) {
      this.#shifts = [];
      return;
    }
    const now = this.#now();
    this.#shifts = [...this.#shifts.filter((at) => now - at < QUICK_WITHIN_MS), now];
    if (this.#shifts.length < QUICK_PRESSES) return;
    this.#shifts = [];
    this.#actions.leaveQuickly?.();
  }
}

/** @param {EventTarget | null} target */
const isOnControl = (target) => matches(target, CONTROLS);

/** @param {EventTarget | null} target */
const isTyping = (target) => matches(target, "input, select, textarea, [contenteditable]");

/** @param {EventTarget | null} target @param {string} selector */
function matches(target, selector) {
  const element = /** @type {Partial<Element> | null} */ (target);
  return typeof element?.closest === "function" && element.closest(selector) !== null;
}
