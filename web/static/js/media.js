import { markFirst } from "./marks.js";
import { MediaPath } from "./media-path.js";
import { Refusal } from "./refusal.js";
import { Senders } from "./senders.js";

/**
 * @typedef {import("./protocol.js").OfferMessage} OfferMessage
 * @typedef {import("./protocol.js").Uplink["source"]} Source
 */

/**
 * @typedef {object} MediaOptions
 * @property {boolean} isSupported the browser has WebRTC at all
 * @property {(configuration: RTCConfiguration) => RTCPeerConnection} makeConnection
 * @property {(body: import("./signal-types.js").RequestBody) => Promise<void>} request
 * @property {(transport: number) => void} onTransport a new transport begins; the tracks of the last one are gone
 * @property {(mid: string, track: MediaStreamTrack) => void} onTrack
 * @property {(state: RTCPeerConnectionState) => void} onState
 * @property {(isAnswering: boolean) => void} onAnswering an answer is being made, or it is on its way
 * @property {import("./named-timers.js").Timers} timers
 */

/**
 * The one RTCPeerConnection of this page. The server alone offers; this side only answers, so there is no glare, and
 * `negotiationneeded` is of no interest. Offers are handled one after the other.
 */
export class Media {
  #options;
  #path;
  #senders = new Senders();
  /** @type {RTCPeerConnection | null} */
  #connection = null;
  /** @type {number | null} */
  #transport = null;
  #generation = 0;
  /** What the connection was made with, to be told apart from what a further offer says. */
  #servers = "";
  /** @type {Promise<void>} */
  #chain = Promise.resolve();
  /** @type {Map<Source, MediaStreamTrack | null>} */
  #tracks = new Map();
  /** @type {Map<Source, RTCRtpTransceiver>} */
  #uplinks = new Map();

  /** @param {MediaOptions} options */
  constructor(options) {
    this.#options = options;
    this.#path = new MediaPath({ ask: (repair) => this.#ask(repair), timers: options.timers });
  }

  get connection() {
    return this.#connection;
  }

  /** The transport that still lives here, for `hello`. */
  get transport() {
    const state = this.#connection?.connectionState;
    return state && state !== "closed" && state !== "failed" ? this.#transport : null;
  }

  /** Signaling is back: what could not be asked for meanwhile can be now. */
  handleLinkUp() {
    this.#path.handleLinkUp();
    if (this.#connection) this.#path.handleState(this.#connection.connectionState);
  }

  /** The device went to another network. */
  handleNetworkChange() {
    this.#path.handleNetworkChange();
  }

  /** @param {import("./protocol.js").LayersWanted} message */
  handleLayersWanted({ transport, sources }) {
    if (transport === this.#transport) this.#senders.want(sources);
  }

  /** @param {OfferMessage} offer */
  handleOffer(offer) {
    if (!this.#options.isSupported) return this.#chain;
    this.#chain = this.#chain
      .then(() => this.#answer(offer))
      .catch((error) => {
        const isMoot = error instanceof Refusal && (error.reason === "lost" || error.reason === "no-media");
        if (!isMoot) this.#path.handleBadAnswer();
      })
      .finally(() => this.#options.onAnswering(false));
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
    if (track) await this.#senders.shape(source);
  }

  /** The track of a source gives a picture of another size now. @param {Source} source */
  handleNewSize(source) {
    void this.#senders.shape(source);
  }

  close() {
    this.#path.close();
    this.#drop();
  }

  #drop() {
    const connection = this.#connection;
    this.#connection = null;
    this.#transport = null;
    this.#uplinks.clear();
    this.#senders.clear();
    if (!connection) return;
    connection.ontrack = connection.onconnectionstatechange = connection.oniceconnectionstatechange = null;
    connection.close();
  }

  /** @param {OfferMessage} offer */
  async #answer(offer) {
    const { transport, generation, sdp, uplinks } = offer;
    markFirst("offer");
    this.#options.onAnswering(true);
    if (transport !== this.#transport) this.#open(offer);
    else this.#reconfigure(offer);
    this.#generation = generation;
    const connection = this.#connection;
    if (!connection) return;
    await connection.setRemoteDescription({ type: "offer", sdp });
    await Promise.all(uplinks.map((uplink) => this.#attach(connection, uplink)));
    await connection.setLocalDescription(await connection.createAnswer());
    if (connection !== this.#connection) return;
    const answer = connection.localDescription?.sdp ?? "";
    markFirst("answer-sent");
    const answered = this.#options.request({ type: "answer", transport, generation, sdp: answer });
    // Before anything is sent: that takes the other end's half of the handshake.
    this.#senders.shapeAll();
    this.#options.onAnswering(false);
    await answered;
  }

  /** @param {OfferMessage} offer */
  #open(offer) {
    this.#drop();
    this.#path.handleTransport();
    const servers = serversOf(offer);
    const connection = this.#options.makeConnection(servers);
    this.#connection = connection;
    this.#servers = JSON.stringify(servers);
    this.#transport = offer.transport;
    connection.ontrack = ({ transceiver, track }) => {
      if (transceiver.mid !== null) this.#options.onTrack(transceiver.mid, track);
    };
    connection.onconnectionstatechange = () => this.#watch(connection.connectionState);
    connection.oniceconnectionstatechange = () => {
      if (connection.iceConnectionState === "connected") markFirst("ice-connected");
    };
    this.#options.onTransport(offer.transport);
  }

  /** Other relays, or fresh credentials for them: used from the next path on. @param {OfferMessage} offer */
  #reconfigure(offer) {
    const servers = serversOf(offer);
    const connection = this.#connection;
    if (!connection || JSON.stringify(servers) === this.#servers) return;
    connection.setConfiguration({ ...connection.getConfiguration(), ...servers });
    this.#servers = JSON.stringify(servers);
  }

  /** @param {RTCPeerConnection} connection @param {import("./protocol.js").Uplink} uplink */
  async #attach(connection, uplink) {
    const transceiver = connection.getTransceivers().find(({ mid }) => mid === uplink.mid);
    if (!transceiver) return;
    this.#uplinks.set(uplink.source, transceiver);
    this.#senders.put(uplink, transceiver.sender);
    transceiver.direction = "sendonly";
    const track = this.#tracks.get(uplink.source) ?? null;
    if (transceiver.sender.track !== track) await transceiver.sender.replaceTrack(track);
  }

  /** @param {RTCPeerConnectionState} state */
  #watch(state) {
    if (state === "connected") markFirst("connected");
    this.#path.handleState(state);
    this.#options.onState(state);
  }

  /** @param {import("./media-path.js").Repair} repair */
  async #ask(repair) {
    const transport = this.#transport;
    if (transport === null) return;
    if (repair === "replace-transport") return this.#options.request({ type: repair, transport });
    return this.#options.request({ type: repair, transport, generation: this.#generation });
  }
}

/** @param {OfferMessage} offer @returns {RTCConfiguration} */
const serversOf = ({ ice_servers, is_relay_only }) => ({
  iceServers: ice_servers.map(({ urls, username, credential }) => ({ urls: [...urls], username, credential })),
  iceTransportPolicy: is_relay_only ? "relay" : "all",
});
