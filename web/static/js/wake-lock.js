/**
 * Keeps the screen lit while wanted; the browser lets go whenever the page is hidden, so it is asked for again.
 */
export class WakeLock {
  #navigator;
  #isWanted = false;
  /** @type {WakeLockSentinel | null} */
  #held = null;

  /** @param {{wakeLock?: WakeLock_}} navigator */
  constructor(navigator) {
    this.#navigator = navigator;
  }

  /** @param {boolean} isWanted */
  async want(isWanted) {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    await this.handleVisible();
  }

  /** Call when the page is visible again. */
  async handleVisible() {
    if (!this.#isWanted) {
      const held = this.#held;
      this.#held = null;
      await held?.release().catch(() => {});
      return;
    }
    if (this.#held && !this.#held.released) return;
    this.#held = (await this.#navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  }
}

/** @typedef {{request: (type: "screen") => Promise<WakeLockSentinel>}} WakeLock_ */
