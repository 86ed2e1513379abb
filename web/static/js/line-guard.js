/** Times are ms on a steady clock. */
const CROWDED_MS = 12_000;
const CLEAR_MS = 20_000;
const MOST_CLEAR_MS = 300_000;
/** Crowded again so soon after pictures came back: the next try waits twice as long. */
const SOON_MS = 60_000;
/** So long the page leaves it to the person who asked for pictures all the same. */
const HANDS_OFF_MS = 120_000;

/** @typedef {import("./quality.js").Verdict} Verdict */

/** Sound alone by itself, when what comes in does not carry more; and pictures again when it does. */
export class DownGuard {
  /** Pictures rest. */
  isOn = false;
  /** @type {number | null} */
  #since = null;
  #clearMs = CLEAR_MS;
  #cameBackAt = Number.NEGATIVE_INFINITY;
  #handsOffUntil = Number.NEGATIVE_INFINITY;

  /**
   * @param {Verdict} verdict
   * @param {number} now
   * @returns {boolean} it changed
   */
  handle({ state, isCrowded }, now) {
    // A line that is gone tells nothing of how much it carries.
    if (state === "lost") return false;
    if (isCrowded === this.isOn || now < this.#handsOffUntil) {
      this.#since = null;
      return false;
    }
    this.#since ??= now;
    const needed = this.isOn ? this.#clearMs : CROWDED_MS;
    if (now - this.#since < needed) return false;
    this.#since = null;
    this.isOn = !this.isOn;
    if (!this.isOn) this.#cameBackAt = now;
    else this.#clearMs = now - this.#cameBackAt < SOON_MS ? Math.min(2 * this.#clearMs, MOST_CLEAR_MS) : CLEAR_MS;
    return true;
  }

  /** The person wants pictures all the same. @param {number} now */
  overrule(now) {
    this.isOn = false;
    this.#since = null;
    this.#handsOffUntil = now + HANDS_OFF_MS;
  }
}

/** My own camera stops, when what goes out does not carry it. Nothing here ever starts it. */
export class UpGuard {
  /** @type {number | null} */
  #since = null;

  /**
   * @param {Verdict} verdict
   * @param {boolean} isCameraOn
   * @param {number} now
   * @returns {boolean} it is to stop now
   */
  handle({ isCrowded }, isCameraOn, now) {
    if (!isCrowded || !isCameraOn) {
      this.#since = null;
      return false;
    }
    this.#since ??= now;
    if (now - this.#since < CROWDED_MS) return false;
    this.#since = null;
    return true;
  }
}
