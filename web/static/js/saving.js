/**
 * How much of the line this person wants to use: all of it, small pictures, or sound alone. Kept on this device.
 * @typedef {"full" | "saver" | "none"} Video
 * @typedef {{type?: string, saveData?: boolean}} NetworkInformation where the browser tells anything about it
 */

const STORED = "holdspace.video";
/** @type {readonly Video[]} */
export const VIDEO = ["full", "saver", "none"];

/**
 * What was chosen on this device; without a choice, small pictures where data is dear.
 * @param {Storage | null} storage
 * @param {NetworkInformation | undefined} network
 * @returns {Video}
 */
export function videoOf(storage, network) {
  const kept = VIDEO.find((video) => video === read(storage));
  if (kept) return kept;
  return network?.saveData || network?.type === "cellular" ? "saver" : "full";
}

/** @param {Storage | null} storage @param {Video} video */
export function keepVideo(storage, video) {
  try {
    storage?.setItem(STORED, video);
  } catch {
    // Kept for this page only.
  }
}

/** @param {Storage | null} storage */
function read(storage) {
  try {
    return storage?.getItem(STORED) ?? null;
  } catch {
    return null;
  }
}

const ENOUGH_CORES = 4;

/**
 * The lines of picture to ask of the camera: 720 where device and choice allow, else 360.
 * @param {Video} video
 * @param {number | undefined} cores as the browser tells them
 */
export const cameraLines = (video, cores = ENOUGH_CORES) => (video === "full" && cores >= ENOUGH_CORES ? 720 : 360);
