/**
 * The server's time as far as this page may know it: durations from the `now` of the newest message and this page's own
 * steady clock. The wall clock of the device is never compared with anything.
 */
export class ServerClock {
  #server = 0;
  #local = 0;
  #steady;

  /** @param {() => number} steady milliseconds that only grow, e.g. `performance.now` */
  constructor(steady) {
    this.#steady = steady;
  }

  /** @param {number} now the server's clock at this moment, ms */
  set(now) {
    this.#server = now;
    this.#local = this.#steady();
  }

  /** The server's clock now, ms. */
  now() {
    return this.#server + (this.#steady() - this.#local);
  }

  /** @param {number} instant @returns {number} ms until then, negative when past */
  until(instant) {
    return instant - this.now();
  }

  /** @param {number} instant @returns {number} ms since then, never negative */
  since(instant) {
    return Math.max(0, -this.until(instant));
  }
}
