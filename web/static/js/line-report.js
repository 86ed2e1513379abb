/**
 * @typedef {import("./line-watch.js").LineWatch} LineWatch
 * @typedef {import("./signal-types.js").RequestBody} RequestBody
 */

const EVERY_MS = 10_000;
const LEAST_MS = 2_000;

/** Tells the server how this page finds its line: when a state changed, and every ten seconds. */
export class LineReport {
  #request;
  #told = "";
  #toldAt = Number.NEGATIVE_INFINITY;
  #freezes = 0;

  /** @param {(body: RequestBody) => Promise<void>} request */
  constructor(request) {
    this.#request = request;
  }

  /** A new connection knows nothing of what was told on the one before. */
  reset() {
    this.#told = "";
  }

  /**
   * @param {number} transport
   * @param {Pick<LineWatch, "states" | "figures">} line
   * @param {number} now ms on a steady clock
   */
  show(transport, { states, figures }, now) {
    this.#freezes += figures?.down.freezes ?? 0;
    const key = `${transport} ${states.up} ${states.down}`;
    const since = now - this.#toldAt;
    if (since < LEAST_MS || (key === this.#told && since < EVERY_MS)) return;
    this.#told = key;
    this.#toldAt = now;
    const rtt_ms = figures?.roundTripMs ?? null;
    const freezes = Math.min(1_000, this.#freezes);
    this.#freezes = 0;
    this.#request({
      type: "quality-report",
      transport,
      up: { state: states.up, loss_percent: figures?.up.lossPercent ?? 0, rtt_ms },
      down: { state: states.down, loss_percent: figures?.down.lossPercent ?? 0, rtt_ms, freezes },
    }).catch(() => {
      this.#told = "";
    });
  }
}
