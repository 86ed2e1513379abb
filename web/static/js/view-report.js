import { NamedTimers } from "./named-timers.js";

const SETTLE_MS = 150;
/** A glance at another tab or at a panel is not worth a new picture. */
const LEFT_MS = 1_500;

/** @typedef {import("./viewing.js").Viewing} Viewing */

/**
 * Tells the server what this page shows, so that nothing else is sent: once it has settled, and only when it differs.
 */
export class ViewReport {
  #request;
  #timers;
  #told = "";
  #wanted = "";

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
    this.#told = this.#wanted = "";
    this.#timers.clear();
  }

  /** @param {Viewing} viewing @param {boolean} isCovered nothing is in sight for now */
  show(viewing, isCovered = false) {
    const key = JSON.stringify(viewing);
    if (key === this.#wanted) return;
    this.#wanted = key;
    if (key === this.#told) this.#timers.cancel("tell");
    else this.#timers.after("tell", isCovered ? LEFT_MS : SETTLE_MS, () => this.#tell(viewing, key));
  }

  /** @param {Viewing} viewing @param {string} key */
  #tell(viewing, key) {
    this.#told = key;
    this.#request({ type: "viewing", ...viewing }).catch(() => {
      if (this.#told === key) this.#told = this.#wanted = "";
    });
  }
}
