/**
 * What this page tells the server of what it shows: pure.
 * @typedef {import("./protocol.js").Tile} Tile
 * @typedef {{tiles: readonly Tile[], screen: boolean, video: import("./saving.js").Video}} Viewing
 */

const STEP = 80;
const UNKNOWN_WIDTH = 320;
const MOST = 25;
const MOST_PIXEL_RATIO = 2;

/**
 * @param {import("./shown.js").Shown} shown
 * @param {(person: string) => {isSeen: boolean, width: number}} sight
 * @param {object} page
 * @param {import("./saving.js").Video} page.video
 * @param {boolean} page.isCovered nothing of the stage is in sight: another tab, a panel over it
 * @param {number} page.pixelRatio
 * @returns {Viewing}
 */
export function viewingOf(shown, sight, { video, isCovered, pixelRatio }) {
  if (isCovered || video === "none") return { tiles: [], screen: false, video };
  const ratio = Math.min(MOST_PIXEL_RATIO, Math.max(1, pixelRatio));
  const tiles = shown.cameras
    .filter((person) => sight(person).isSeen)
    .slice(0, MOST)
    .map((person) => ({
      person,
      width: STEP * Math.ceil((ratio * (sight(person).width || shown.width || UNKNOWN_WIDTH)) / STEP),
      is_pinned: person === shown.pinned,
      is_speaker: person === shown.main && person !== shown.pinned,
    }));
  return { tiles, screen: shown.sharer !== null, video };
}
