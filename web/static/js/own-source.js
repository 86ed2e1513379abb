import { DeviceError } from "./devices.js";

/**
 * @typedef {"mic" | "camera" | "screen"} SourceName
 * @typedef {import("./devices.js").DeviceProblem} DeviceProblem
 * @typedef {"mic-lost" | "camera-lost" | "camera-paused" | "came-back-muted"} OwnNote
 */

/**
 * What microphone, camera and screen share: where tracks come from and where they go.
 * @typedef {object} OwnParts
 * @property {Record<SourceName, () => Promise<MediaStreamTrack>>} acquire rejects with a `DeviceError`
 * @property {(source: SourceName, track: MediaStreamTrack | null) => Promise<void>} send
 * @property {(body: import("./signal-types.js").RequestBody) => Promise<void>} request
 * @property {() => void} onChange
 * @property {(note: OwnNote) => void} onNote
 * @property {(source: SourceName, problem: DeviceProblem) => void} onProblem
 */

/**
 * One source of this device: its track as long as it is held, one press at a time, and what went wrong last.
 */
export class OwnSource {
  /** @type {MediaStreamTrack | null} */
  track = null;
  /** @type {DeviceProblem | null} */
  problem = null;
  /** A press is being carried out. */
  isBusy = false;
  #name;
  #parts;
  #onEnded;

  /**
   * @param {SourceName} name
   * @param {OwnParts} parts
   * @param {() => void} onEnded the device or the browser ended the track
   */
  constructor(name, parts, onEnded) {
    this.#name = name;
    this.#parts = parts;
    this.#onEnded = onEnded;
  }

  /**
   * Runs `act`; a second press meanwhile does nothing. A device that says no is remembered, a refusal is thrown.
   * @param {() => Promise<void>} act
   */
  async press(act) {
    if (this.isBusy) return;
    this.isBusy = true;
    this.problem = null;
    this.#parts.onChange();
    try {
      await act();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.problem = error.problem;
      this.#parts.onProblem(this.#name, error.problem);
    } finally {
      this.isBusy = false;
      this.#parts.onChange();
    }
  }

  /** The held track, or a new one from the device. @returns {Promise<MediaStreamTrack>} */
  async acquire() {
    if (this.track?.readyState === "live") return this.track;
    const track = await this.#parts.acquire[this.#name]();
    this.track = track;
    track.addEventListener("ended", () => {
      if (this.track === track) this.#onEnded();
    });
    return track;
  }

  /** @param {MediaStreamTrack | null} track */
  send(track) {
    return this.#parts.send(this.#name, track);
  }

  /** Lets go of the device: its light goes out, nothing is sent. */
  release() {
    const track = this.track;
    this.track = null;
    if (!track) return;
    track.stop();
    void this.send(null);
  }

  /** Another device was chosen. @param {{stopFirst: boolean}} how phones open one camera at a time */
  async replace({ stopFirst }) {
    const old = this.track;
    if (!old) return;
    this.track = null;
    if (stopFirst) old.stop();
    try {
      const track = await this.acquire();
      track.enabled = old.enabled;
    } finally {
      old.stop();
    }
  }

  /** Did the system take it while the page was away? */
  get isTaken() {
    return this.track !== null && (this.track.readyState === "ended" || this.track.muted);
  }
}
