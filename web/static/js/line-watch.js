import { NOTHING, QualityGauge, downVerdict, upVerdict } from "./quality.js";
import { figuresBetween } from "./stats-figures.js";
import { snapshotOf } from "./stats-snapshot.js";

/**
 * @typedef {import("./quality.js").LineState} LineState
 * @typedef {import("./quality.js").Verdict} Verdict
 * @typedef {{up: Verdict, down: Verdict}} Verdicts
 * @typedef {Pick<RTCPeerConnection, "connectionState" | "getStats">} Connection
 */

/** Firefox asks the other end only every four or five seconds whether it is there. */
const SILENT_MS = 6_000;

/** How this page finds its line, both ways, from one reading of the browser's counters every two seconds. */
export class LineWatch {
  /** @type {import("./stats-figures.js").Figures | null} the newest; null while there are none */
  figures = null;
  #down = new QualityGauge();
  #up = new QualityGauge();
  /** @type {Connection | null} */
  #connection = null;
  /** @type {import("./stats-snapshot.js").Snapshot | null} */
  #last = null;
  #answeredAt = 0;

  /** @returns {{up: LineState, down: LineState}} */
  get states() {
    return { up: this.#up.state, down: this.#down.state };
  }

  /**
   * @param {Connection} connection
   * @param {number} now ms on a steady clock
   * @returns {Promise<Verdicts | null>} null where nothing can be said yet
   */
  async read(connection, now) {
    const isNew = connection !== this.#connection;
    this.#connection = connection;
    if (connection.connectionState !== "connected") return this.#unconnected(isNew);
    const snapshot = snapshotOf((await connection.getStats()).values(), now);
    const last = isNew ? null : this.#last;
    this.#last = snapshot;
    if (!last) {
      this.#answeredAt = now;
      return null;
    }
    const figures = figuresBetween(last, snapshot);
    if (figures.isAnswered) this.#answeredAt = now;
    this.figures = { ...figures, isAnswered: now - this.#answeredAt < SILENT_MS };
    return this.#judge({ up: upVerdict(this.figures), down: downVerdict(this.figures) });
  }

  /** A connection that is still being made is not a lost one. @param {boolean} isNew */
  #unconnected(isNew) {
    const state = this.#connection?.connectionState;
    if (isNew) this.#last = null;
    if (state === "new" || state === "connecting") return null;
    this.#last = null;
    this.figures = null;
    return this.#judge({ up: NOTHING, down: NOTHING });
  }

  /** @param {Verdicts} verdicts */
  #judge(verdicts) {
    this.#up.handle(verdicts.up.state);
    this.#down.handle(verdicts.down.state);
    return verdicts;
  }
}
