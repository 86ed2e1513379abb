/**
 * Moments on the way into the room, for whoever measures it (`bench/join.py`, a browser's own tools):
 * `performance.getEntriesByName("holdspace:first-frame")`. They hold times and nothing else.
 * @typedef {"join-click" | "socket-open" | "offer" | "answer-sent" | "ice-connected" | "connected"
 *   | "first-frame"} Moment
 */

/**
 * Keeps the newest of its name.
 * @param {Moment} moment
 * @param {number} [at] ms on the clock of `performance.now`; without it, now
 */
export function mark(moment, at = performance.now()) {
  const name = `holdspace:${moment}`;
  performance.clearMarks(name);
  performance.mark(name, { startTime: at });
}

/** A way in begins: what was noted of an earlier one is forgotten. */
export function markJoin() {
  for (const moment of ["offer", "answer-sent", "ice-connected", "connected", "first-frame"])
    performance.clearMarks(`holdspace:${moment}`);
  mark("join-click");
}

/** @param {Moment} moment @param {number} [at] notes it where it was not noted since the way in began */
export function markFirst(moment, at) {
  if (performance.getEntriesByName(`holdspace:${moment}`).length === 0) mark(moment, at);
}
