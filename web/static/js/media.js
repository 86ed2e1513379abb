import { markFirst } from "./marks.js";
import { Refusal } from "./refusal.js";

/**
 * @typedef {import("./protocol.js").OfferMessage} OfferMessage
 * @typedef {import("./protocol.js").Uplink["source"]} Source
 */

/**
 * @typedef {object} MediaOptions
 * @property {boolean} isSupported the browser has WebRTC at all
 * @property {() => RTCPeerConnection} makeConnection
 * @property {(body: import("./signal-types.js").RequestBody) => Promise<void>} request
 * @property {(transport: number) => void} onTransport a new transport begins; the tracks of the last one are gone
 * @property {(mid: string, track: MediaStreamTrack) => void} onTrack
 * @property {(state: RTCPeerConnectionState) => void} onState
 */

/** So long "disconnected" may last before a fresh transport is asked for: a short gap heals by itself. */
const PATIENCE_MS = 4_000;
const REPLACE_STEP_MS = 2_000;
const REPLACE_MOST_MS = 30_000;
const CAMERA_MAX_BPS = 800_000;

/**
 * The one RTCPeerConnection of this page. The server alone offers; this side only answers, so there is no glare, and
 * `negotiationneeded` is of no interest. Offers are handled one after the other.
 */
export class Media {
  #options;
  /** @type {RTCPeerConnection | null} */
  #connection = null;
  /** @type {number | null} */
  #transport = null;
  /** @type {Promise<void>} */
  #chain = Promise.resolve();
  /** @type {Map<Source, MediaStreamTrack | null>} */
  #tracks = new Map();
  /** @type {Map<Source, RTCRtpTransceiver>} */
  #uplinks = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience;
  #replacements = 0;

  /** @param {MediaOptions} options */
  constructor(options) {
    this.#options = options;
  }

  get connection() {
    return this.#connection;
  }

  /** The transport that still lives here, for `hello`. */
  get transport() {
    const state = this.#connection?.connectionState;
    return state && state !== "closed" && state !== "failed" ? this.#transport : null;
  }

  /** Signaling is back: what went wrong meanwhile can be asked for now. */
  handleLinkUp() {
    if (this.#connection) this.#watch(this.#connection);
  }

  /** @param {OfferMessage} offer */
  handleOffer(offer) {
    if (!this.#options.isSupported) return this.#chain;
    this.#chain = this.#chain
      .then(() => this.#answer(offer))
      .catch((error) => {
        const isMoot = error instanceof Refusal && (error.reason === "lost" || error.reason === "no-media");
        if (!isMoot) this.#replaceAfter(REPLACE_STEP_MS);
      });
    return this.#chain;
  }

  /**
   * What is sent for a source from now on, without negotiation. Null stops sending.
   * @param {Source} source
   * @param {MediaStreamTrack | null} track
   */
  async setTrack(source, track) {
    if ((this.#tracks.get(source) ?? null) === track) return;
    this.#tracks.set(source, track);
    await this.#uplinks.get(source)?.sender.replaceTrack(track);
  }

  close() {
    clearTimeout(this.#patience);
    const connection = this.#connection;
    this.#connection = null;
    this.#transport = null;
    this.#uplinks.clear();
    if (!connection) return;
    connection.ontrack = connection.onconnectionstatechange = connection.oniceconnectionstatechange = null;
    connection.close();
  }

  /** @param {OfferMessage} offer */
  async #answer({ transport, generation, sdp, uplinks }) {
    markFirst("offer");
    if (transport !== this.#transport) this.#open(transport);
    const connection = this.#connection;
    if (!connection) return;
    await connection.setRemoteDescription({ type: "offer", sdp });
    for (const { source, mid } of uplinks) await this.#attach(connection, source, mid);
    await connection.setLocalDescription(await connection.createAnswer());
    if (connection !== this.#connection) return;
    const answer = connection.localDescription?.sdp ?? "";
    markFirst("answer-sent");
    await this.#options.request({ type: "answer", transport, generation, sdp: answer });
  }

  /** @param {number} transport */
  #open(transport) {
    this.close();
    const connection = this.#options.makeConnection();
    this.#connection = connection;
    this.#transport = transport;
    connection.ontrack = ({ transceiver, track }) => {
      if (transceiver.mid !== null) this.#options.onTrack(transceiver.mid, track);
    };
    connection.onconnectionstatechange = () => this.#watch(connection);
    connection.oniceconnectionstatechange = () => {
      if (connection.iceConnectionState === "connected") markFirst("ice-connected");
    };
    this.#options.onTransport(transport);
  }

  /** @param {RTCPeerConnection} connection @param {Source} source @param {string} mid */
  async #attach(connection, source, mid) {
    const transceiver = connection.getTransceivers().find((candidate) => candidate.mid === mid);
    if (!transceiver) return;
    this.#uplinks.set(source, transceiver);
    transceiver.direction = "sendonly";
    const track = this.#tracks.get(source) ?? null;
    if (transceiver.sender.track !== track) await transceiver.sender.replaceTrack(track);
    if (source === "camera") await limit(transceiver.sender);
  }

  /** @param {RTCPeerConnection} connection */
  #watch(connection) {
    clearTimeout(this.#patience);
    const state = connection.connectionState;
    if (state === "connected") {
      this.#replacements = 0;
      markFirst("connected");
    }
    if (state === "failed") this.#replaceAfter(0);
    if (state === "disconnected") this.#replaceAfter(PATIENCE_MS);
    this.#options.onState(state);
  }

  /**
   * Asks for a new transport, which comes with the next offer; each time without success waits longer. Where the server
   * cannot be asked now, `handleLinkUp` looks again.
   * @param {number} wait ms
   */
  #replaceAfter(wait) {
    clearTimeout(this.#patience);
    const more = Math.min(this.#replacements * REPLACE_STEP_MS, REPLACE_MOST_MS);
    this.#patience = setTimeout(() => {
      const transport = this.#transport;
      if (transport === null) return;
      this.#replacements += 1;
      this.#options.request({ type: "replace-transport", transport }).catch(() => {});
    }, wait + more);
  }
}

/** @param {RTCRtpSender} sender */
async function limit(sender) {
  const parameters = sender.getParameters();
  if (parameters.encodings?.length !== 1 || !parameters.encodings[0]) return;
  parameters.encodings[0].maxBitrate = CAMERA_MAX_BPS;
  await sender.setParameters(parameters).catch(() => {});
}
