import { layeredEncodings, plainEncodings, screenEncodings, voiceEncodings } from "./encodings.js";

/**
 * @typedef {import("./protocol.js").Uplink} Uplink
 * @typedef {import("./protocol.js").SourceWanted} SourceWanted
 * @typedef {import("./encodings.js").Encoding} Encoding
 * @typedef {{uplink: Uplink, sender: RTCRtpSender, chain: Promise<void>}} Line
 */

/** How each source is sent: bit rates, layers, and only what somebody watches. */
export class Senders {
  /** @type {Map<Uplink["source"], Line>} */
  #lines = new Map();
  /** @type {readonly SourceWanted[] | null} */
  #wanted = null;

  /** A new transport: nobody has said yet what is watched. */
  clear() {
    this.#lines.clear();
    this.#wanted = null;
  }

  /** @param {Uplink} uplink @param {RTCRtpSender} sender */
  put(uplink, sender) {
    const chain = this.#lines.get(uplink.source)?.chain ?? Promise.resolve();
    this.#lines.set(uplink.source, { uplink, sender, chain });
  }

  /** @param {readonly SourceWanted[]} wanted the whole list */
  want(wanted) {
    this.#wanted = wanted;
    for (const { source } of wanted) void this.shape(source);
  }

  shapeAll() {
    for (const source of this.#lines.keys()) void this.shape(source);
  }

  /**
   * Tells the browser, one change after the other, each time what is so by then.
   * @param {Uplink["source"]} source
   * @returns {Promise<void>}
   */
  shape(source) {
    const line = this.#lines.get(source);
    if (!line) return Promise.resolve();
    line.chain = line.chain.then(() => this.#tell(line));
    return line.chain;
  }

  /** @param {Line} line */
  async #tell({ uplink, sender }) {
    const parameters = sender.getParameters();
    if (!parameters.encodings?.length) return;
    const encodings = this.#encodings(uplink, parameters.encodings, sender.track);
    if (JSON.stringify(encodings) === JSON.stringify(parameters.encodings)) return;
    if (uplink.source === "screen") parameters.degradationPreference = "maintain-resolution";
    try {
      await sender.setParameters({ ...parameters, encodings });
    } catch {
      // A browser without temporal layers for this codec; any other refusal leaves things as they are.
      const plain = encodings.map(({ scalabilityMode: _, ...encoding }) => encoding);
      await sender.setParameters({ ...sender.getParameters(), encodings: plain }).catch(() => {});
    }
  }

  /** @param {Uplink} uplink @param {Encoding[]} encodings @param {MediaStreamTrack | null} track */
  #encodings({ source, layers, max_bps }, encodings, track) {
    const wanted = this.#wanted?.find((one) => one.source === source) ?? null;
    if (source === "mic") return voiceEncodings(encodings, max_bps);
    if (source === "screen") return screenEncodings(encodings, max_bps, wanted);
    if (encodings.length < 2 || layers.length === 0) return plainEncodings(encodings, max_bps, wanted);
    return layeredEncodings(encodings, layers, linesOf(track), wanted);
  }
}

/** @param {MediaStreamTrack | null} track @returns {number} the shorter side of its picture; 0: not known */
function linesOf(track) {
  const { width = 0, height = 0 } = track?.getSettings() ?? {};
  return Math.min(width, height);
}
