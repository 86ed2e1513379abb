import { LipSync } from "./lip-sync.js";
import { LineReport } from "./line-report.js";
import { LineWatch } from "./line-watch.js";
import { worse } from "./quality.js";
import { cameraLines, keepVideo, videoOf } from "./saving.js";
import { Thrift } from "./thrift.js";

/**
 * @typedef {import("./quality.js").LineState} LineState
 * @typedef {import("./saving.js").Video} Video
 *
 * @typedef {object} LineParts
 * @property {{connection: RTCPeerConnection | null, transport: number | null}} media
 * @property {(body: import("./signal-types.js").RequestBody) => Promise<void>} request
 * @property {() => {transport: number, slots: readonly import("./protocol.js").Slot[]}} slots who is heard and seen
 * @property {() => boolean} isCameraOn
 * @property {(event: import("./thrift.js").ThriftEvent) => void} onEvent
 * @property {Storage | null} storage
 * @property {import("./saving.js").NetworkInformation | undefined} network
 * @property {number | undefined} cores
 */

/** This person's line to the room: how good it is, what it is used for, and what the server is told of it. */
export class Line {
  #parts;
  #watch = new LineWatch();
  #lips = new LipSync();
  #report;
  #thrift;

  /** @param {LineParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#report = new LineReport(parts.request);
    this.#thrift = new Thrift(videoOf(parts.storage, parts.network));
  }

  get figures() {
    return this.#watch.figures;
  }

  /** What the person chose. */
  get choice() {
    return this.#thrift.choice;
  }

  /** What was chosen last that was not sound alone. */
  get pictures() {
    return this.#thrift.pictures;
  }

  /** What is asked of the server now. */
  get video() {
    return this.#thrift.video;
  }

  /** Pictures rest by themselves, though the person chose some. */
  get isResting() {
    return this.#thrift.isResting;
  }

  get cameraLines() {
    return cameraLines(this.#thrift.choice, this.#parts.cores);
  }

  /**
   * Either end may notice first.
   * @param {import("./protocol.js").Quality | null} told how the server finds it
   * @returns {{up: LineState, down: LineState, both: LineState}}
   */
  states(told) {
    const up = worse(this.#watch.states.up, told?.up ?? "good");
    const down = worse(this.#watch.states.down, told?.down ?? "good");
    return { up, down, both: worse(up, down) };
  }

  /** @param {Video} video @param {number} now ms on a steady clock */
  choose(video, now) {
    keepVideo(this.#parts.storage, video);
    this.#thrift.choose(video, now);
  }

  /** A new connection to the server knows nothing of what was told on the one before. */
  handleFreshLink() {
    this.#report.reset();
  }

  /** Every two seconds in the room. @param {number} now ms on a steady clock */
  async read(now) {
    const { media, slots, isCameraOn, onEvent } = this.#parts;
    if (!media.connection) return;
    const shown = slots();
    if (shown.transport === media.transport) await this.#lips.read(media.connection, shown.slots);
    if (!media.connection) return;
    const verdicts = await this.#watch.read(media.connection, now);
    if (!verdicts) return;
    for (const event of this.#thrift.handle(verdicts, isCameraOn(), now)) onEvent(event);
    if (media.transport !== null) this.#report.show(media.transport, this.#watch, now);
  }
}
