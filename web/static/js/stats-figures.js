/**
 * What happened between two snapshots, in figures that a person or a server may read.
 * @typedef {object} Figures
 * @property {DownFigures} down
 * @property {UpFigures} up
 * @property {boolean} isAnswered the other end said anything at all
 * @property {number | null} roundTripMs
 * @property {import("./stats-snapshot.js").LinePath | null} path
 *
 * @typedef {object} DownFigures
 * @property {number} lossPercent
 * @property {number} jitterMs
 * @property {number} freezes
 * @property {number} frozenPercent of the time in which a picture stood still
 * @property {number} concealedPercent of the sound that was made up
 * @property {number} kbps
 *
 * @typedef {{lossPercent: number, kbps: number, isLimited: boolean}} UpFigures
 * @typedef {import("./stats-snapshot.js").Snapshot} Snapshot
 */

/**
 * @param {Snapshot} before
 * @param {Snapshot} after of the same connection
 * @returns {Figures}
 */
export function figuresBetween(before, after) {
  const ms = Math.max(1, after.at - before.at);
  const [down, up] = [gained(before.down, after.down), gained(before.up, after.up)];
  return {
    down: {
      lossPercent: percent(down.lost, down.lost + down.packets),
      jitterMs: Math.round(after.down.jitterMs),
      freezes: down.freezes,
      // A longer one is no freeze: nobody sent the picture, and now somebody does again.
      frozenPercent: down.frozenMs > ms ? 0 : percent(down.frozenMs, ms),
      concealedPercent: percent(down.concealed, down.samples),
      kbps: Math.round((8 * down.bytes) / ms),
    },
    up: {
      lossPercent: percent(up.lost, up.packets),
      kbps: Math.round((8 * up.bytes) / ms),
      isLimited: after.up.isLimited,
    },
    isAnswered: after.answers !== before.answers,
    roundTripMs: after.roundTripMs === null ? null : Math.round(after.roundTripMs),
    path: after.path,
  };
}

/**
 * A counter that fell belongs to a track that is gone, and says nothing about this time.
 * @template {import("./stats-snapshot.js").DownCounters | import("./stats-snapshot.js").UpCounters} T
 * @param {T} before @param {T} after
 * @returns {{[K in keyof T]: number}}
 */
function gained(before, after) {
  const names = /** @type {(keyof T)[]} */ (Object.keys(after));
  return /** @type {{[K in keyof T]: number}} */ (
    Object.fromEntries(names.map((name) => [name, Math.max(0, Number(after[name]) - Number(before[name]))]))
  );
}

/** @param {number} part @param {number} whole */
const percent = (part, whole) => (whole <= 0 ? 0 : Math.min(100, Math.round((100 * part) / whole)));
