/**
 * What each source is sent as: pure, from what the server offered and wants to what the browser is told.
 * @typedef {import("./protocol.js").UplinkLayer} UplinkLayer
 * @typedef {import("./protocol.js").SourceWanted} SourceWanted
 * @typedef {RTCRtpEncodingParameters & {scalabilityMode?: string}} Encoding
 */

/** A layer stands for a size, whatever the camera gives: one whose picture is 1/4 of the whole has 180 lines. */
const WHOLE_LINES = 720;
/** A camera that fills so much of a layer's lines sends it. */
const FILLED = 0.75;
/** Three steps of frame rate in each layer, so that half or three of four pictures can be left out on the way. */
const TEMPORAL = "L1T3";
const SCREEN_FPS = 15;

/**
 * @param {readonly Encoding[]} encodings as the browser made them
 * @param {readonly UplinkLayer[]} layers lowest first
 * @param {number} lines the shorter side of the camera's picture; 0: not known yet
 * @param {SourceWanted | null} wanted null: nobody said yet, so everything
 * @returns {Encoding[]}
 */
export function layeredEncodings(encodings, layers, lines, wanted) {
  const filled = layers.filter(({ scale }, at) => at === 0 || (lines || WHOLE_LINES) >= (FILLED * WHOLE_LINES) / scale);
  const rids = wanted ? withinReach(layers, filled, wanted.rids) : new Set(filled.map(({ rid }) => rid));
  return encodings.map((encoding) => {
    const layer = layers.find(({ rid }) => rid === encoding.rid);
    if (!layer) return encoding;
    const place = filled.indexOf(layer);
    return {
      ...encoding,
      active: rids.has(layer.rid),
      maxBitrate: layer.max_bps,
      // The largest that there is takes the whole picture, and each below it half of the one above.
      scaleResolutionDownBy: place < 0 ? 1 : 2 ** (filled.length - 1 - place),
      scalabilityMode: TEMPORAL,
    };
  });
}

/**
 * Who asks for a layer that this camera does not fill is sent the best that it does.
 * @param {readonly UplinkLayer[]} layers @param {readonly UplinkLayer[]} filled @param {readonly string[]} wanted
 */
function withinReach(layers, filled, wanted) {
  const best = filled[filled.length - 1]?.rid ?? "";
  const isFilled = (/** @type {string} */ rid) => filled.some((layer) => layer.rid === rid);
  const known = wanted.filter((rid) => layers.some((layer) => layer.rid === rid));
  return new Set(known.map((rid) => (isFilled(rid) ? rid : best)));
}

/**
 * One encoding for everybody.
 * @param {readonly Encoding[]} encodings @param {number} maxBitrate @param {SourceWanted | null} wanted
 * @returns {Encoding[]}
 */
export const plainEncodings = (encodings, maxBitrate, wanted) =>
  encodings.map((encoding) => ({ ...encoding, active: wanted?.is_wanted ?? true, maxBitrate }));

/**
 * A shared screen is read: sharp before smooth.
 * @param {readonly Encoding[]} encodings @param {number} maxBitrate @param {SourceWanted | null} wanted
 */
export const screenEncodings = (encodings, maxBitrate, wanted) =>
  plainEncodings(encodings, maxBitrate, wanted).map((encoding) => ({ ...encoding, maxFramerate: SCREEN_FPS }));

/**
 * The voice goes first on a line that does not carry everything.
 * @param {readonly Encoding[]} encodings @param {number} maxBitrate
 * @returns {Encoding[]}
 */
export const voiceEncodings = (encodings, maxBitrate) =>
  encodings.map((encoding) => ({ ...encoding, maxBitrate, priority: "high", networkPriority: "high" }));
