/**
 * @typedef {"good" | "weak" | "lost"} LineState
 * @typedef {import("./stats-figures.js").Figures} Figures
 * @typedef {{state: LineState, isCrowded: boolean}} Verdict crowded: voices break up, and fewer pictures would
 *   help
 */

const WEAK_ROUND_TRIP_MS = 500;
const WEAK_DOWN = { lossPercent: 6, jitterMs: 100, frozenPercent: 20, concealedPercent: 6 };
const WEAK_UP = { lossPercent: 6 };
/** Retransmission and concealment are at their end: voices break up. */
const CROWDED_DOWN = { lossPercent: 15, concealedPercent: 12 };
const CROWDED_UP = { lossPercent: 15 };
const STARVED_UP_KBPS = 60;

/** One reading of what comes to this person. @param {Figures} figures @returns {Verdict} */
export function downVerdict(figures) {
  const { down } = figures;
  return verdict(figures, exceeds(down, WEAK_DOWN), exceeds(down, CROWDED_DOWN));
}

/** One reading of what goes out from this person. @param {Figures} figures @returns {Verdict} */
export function upVerdict(figures) {
  const { up } = figures;
  const isStarved = up.isLimited && up.kbps < STARVED_UP_KBPS;
  return verdict(figures, exceeds(up, WEAK_UP), isStarved || exceeds(up, CROWDED_UP));
}

/** Nothing goes either way: fewer pictures would not help. @type {Verdict} */
export const NOTHING = { state: "lost", isCrowded: false };

/** @param {Figures} figures @param {boolean} isWeak @param {boolean} isCrowded @returns {Verdict} */
function verdict({ isAnswered, roundTripMs }, isWeak, isCrowded) {
  if (!isAnswered) return NOTHING;
  const isSlow = roundTripMs !== null && roundTripMs > WEAK_ROUND_TRIP_MS;
  return { state: isWeak || isCrowded || isSlow ? "weak" : "good", isCrowded };
}

/** @param {object} figures @param {Readonly<Record<string, number>>} limits */
function exceeds(figures, limits) {
  /** @type {Record<string, number>} */
  const known = Object.fromEntries(Object.entries(figures));
  return Object.entries(limits).some(([name, most]) => (known[name] ?? 0) > most);
}

const SINK_AFTER = 2;
const RISE_AFTER = 5;
const RANK = { lost: 0, weak: 1, good: 2 };

/**
 * One direction in three words, from one reading every two seconds: it becomes weak after four seconds and better after
 * ten, so that the word does not flicker.
 */
export class QualityGauge {
  /** @type {LineState} */
  state = "good";
  /** @type {LineState[]} those that say better, or all of them worse, than the present word */
  #readings = [];
  #side = 0;

  /** @param {LineState} reading @returns {LineState} */
  handle(reading) {
    // Silence was waited for already, and its end is seen at once.
    if (reading === "lost") this.state = reading;
    else if (this.state === "lost") this.state = "weak";
    const side = Math.sign(RANK[reading] - RANK[this.state]);
    if (side !== this.#side) this.#readings = [];
    this.#side = side;
    if (side === 0) return this.state;
    this.#readings.push(reading);
    if (this.#readings.length >= (side < 0 ? SINK_AFTER : RISE_AFTER)) {
      // The word that all of them bear out: the nearest to the present one.
      this.state = this.#readings.reduce((one, other) => nearer(this.state, one, other));
      this.#readings = [];
    }
    return this.state;
  }
}

/** @param {LineState} from @param {LineState} one @param {LineState} other */
const nearer = (from, one, other) =>
  Math.abs(RANK[one] - RANK[from]) <= Math.abs(RANK[other] - RANK[from]) ? one : other;

/** @param {LineState} one @param {LineState} other */
export const worse = (one, other) => (RANK[one] <= RANK[other] ? one : other);
