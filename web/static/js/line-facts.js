import { LINE, PANEL } from "./words-line.js";

/**
 * What the connection panel says: pure.
 * @typedef {object} LineView
 * @property {boolean} isSignalUp
 * @property {{up: import("./quality.js").LineState, down: import("./quality.js").LineState}} states
 * @property {import("./stats-figures.js").Figures | null} figures
 * @property {import("./saving.js").Video} video what is asked for
 * @property {"all" | "fewer" | "none"} pictures what the line lets through of it
 */

/** @param {LineView} line @returns {[label: string, words: string][]} */
export function lineFacts({ isSignalUp, states, figures, video, pictures }) {
  /** @type {[string, string][]} */
  const facts = [[PANEL.messages, isSignalUp ? PANEL.connected : PANEL.reconnecting]];
  if (!figures) {
    facts.push([PANEL.down, states.down === "lost" ? LINE.state.lost : PANEL.measuring]);
    return facts;
  }
  const { down, up, roundTripMs, path } = figures;
  facts.push([PANEL.down, PANEL.direction(LINE.state[states.down], down.kbps, down.lossPercent)]);
  facts.push([PANEL.up, PANEL.direction(LINE.state[states.up], up.kbps, up.lossPercent)]);
  if (roundTripMs !== null) facts.push([PANEL.trip, PANEL.tripWords(roundTripMs)]);
  facts.push([PANEL.sound, PANEL.soundWords(down.concealedPercent, down.jitterMs)]);
  const stood = down.frozenPercent > 0 ? ` ${PANEL.frozen(down.frozenPercent)}` : "";
  facts.push([PANEL.pictures, video === "none" ? PANEL.off : `${PANEL.shown[pictures]}${stood}`]);
  if (path) facts.push([PANEL.way, PANEL.wayWords(path)]);
  return facts;
}

/**
 * To be sent to whoever helps: no name, no address, no session.
 * @param {LineView} line @param {string} browser family @param {Date} now
 */
export const lineSummary = (line, browser, now) =>
  [
    `Holdspace connection, ${now.toISOString().slice(0, 16)}Z, ${browser}`,
    ...lineFacts(line).map(([label, words]) => `${label}: ${words}`),
  ].join("\n");
