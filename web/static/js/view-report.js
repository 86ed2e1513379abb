import { NamedTimers } from "./named-timers.js";

const SETTLE_MS = 150;

/**
 * Tells the server what this page shows, so that nothing else is sent: once it has settled, and only when it differs.
 */
export class ViewReport {
  #request;
  #timers;
  #told = "";
  /** @type {{cameras: readonly string[], screen: boolean} | null} */
  #wanted = null;

  /**
   * @param {(body: import("./signal-types.js").RequestBody) => Promise<void>} request
   * @param {import("./named-timers.js").Timers} timers
   */
  constructor(request, timers) {
    this.#request = request;
    this.#timers = new NamedTimers(timers);
  }

  /** A new connection knows nothing of what was told on the one before. */
  reset() {
    this.#told = "";
    this.#timers.clear();
    this.#wanted = null;
  }

  /** @param {readonly string[]} cameras @param {boolean} screen */
  show(cameras, screen) {
    const key = JSON.stringify([cameras, screen]);
    if (
      this.#wanted === null ? key === this.#told : key === JSON.stringify([this.#wanted.cameras, this.#wanted.screen])
    )
      return;
    this.#wanted = { cameras, screen };
    this.#timers.after("tell", SETTLE_MS, () => this.#tell(key));
  }

  /** @param {string} key */
  #tell(key) {
    const wanted = this.#wanted;
    this.#wanted = null;
    if (!wanted || key === this.#told) return;
    this.#told = key;
    const tiles = wanted.cameras.map((person) => ({ person, width: 320 }));
    this.#request({ type: "viewing", tiles, screen: wanted.screen }).catch(() => {
      this.#told = "";
    });
  }
}
