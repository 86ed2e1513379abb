/** @typedef {import("./app.js").Quality} Quality */
/** @typedef {{lossPercent: number, roundTripMs: number}} Measured */

const WEAK_LOSS_PERCENT = 6;
const WEAK_ROUND_TRIP_MS = 500;
const SINK_AFTER = 2;
const RISE_AFTER = 5;

/**
 * One's own connection in three words, from one reading every two seconds: it sinks after four seconds and rises after
 * ten, so that the word does not flicker.
 */
export class QualityGauge {
  /** @type {Quality} */
  quality = "good";
  #agreeing = 0;

  /** @param {Measured | null} reading null: nothing arrives or leaves @returns {Quality} */
  handle(reading) {
    const now = verdict(reading);
    if (now === this.quality) {
      this.#agreeing = 0;
      return this.quality;
    }
    this.#agreeing += 1;
    const needed = RANK[now] < RANK[this.quality] ? SINK_AFTER : RISE_AFTER;
    if (this.#agreeing >= needed) {
      this.quality = now;
      this.#agreeing = 0;
    }
    return this.quality;
  }
}

const RANK = { lost: 0, weak: 1, good: 2 };

/** @param {Measured | null} reading @returns {Quality} */
function verdict(reading) {
  if (!reading) return "lost";
  return reading.lossPercent > WEAK_LOSS_PERCENT || reading.roundTripMs > WEAK_ROUND_TRIP_MS ? "weak" : "good";
}

/** Turns the browser's growing counters into what happened between two readings. */
export class StatsReader {
  #received = 0;
  #lost = 0;

  /** @param {RTCPeerConnection | null} connection @returns {Promise<Measured | null>} */
  async read(connection) {
    if (!connection || connection.connectionState !== "connected") return null;
    let received = 0;
    let lost = 0;
    let roundTripMs = 0;
    for (const report of (await connection.getStats()).values()) {
      if (report.type === "inbound-rtp") {
        received += report.packetsReceived ?? 0;
        lost += Math.max(0, report.packetsLost ?? 0);
      }
      if (report.type === "candidate-pair" && report.nominated)
        roundTripMs = 1_000 * (report.currentRoundTripTime ?? 0);
    }
    const [newReceived, newLost] = [Math.max(0, received - this.#received), Math.max(0, lost - this.#lost)];
    this.#received = received;
    this.#lost = lost;
    const all = newReceived + newLost;
    return { lossPercent: all === 0 ? 0 : Math.round((100 * newLost) / all), roundTripMs: Math.round(roundTripMs) };
  }
}
