import { isOpen, isSeen, unlessLost } from "./own-rules.js";
import { OwnSource } from "./own-source.js";

/** @typedef {import("./protocol.js").RoomView} RoomView */

/**
 * My camera: off until pressed, its light out whenever it is off. Whatever stops it, only a press starts it again.
 */
export class OwnCamera {
  source;
  #parts;
  /** @type {RoomView | null} */
  #room = null;
  #wasSeen = false;
  #isStopping = false;

  /** @param {import("./own-source.js").OwnParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.source = new OwnSource("camera", parts, () => this.lose("camera-lost"));
  }

  get isOn() {
    return this.source.track !== null && (this.#room === null || this.#room.me.camera_on);
  }

  /** @param {RoomView | null} room the newest view */
  handleRoom(room) {
    const entered = room !== null && this.#room === null;
    this.#room = room;
    if (!room) {
      this.#wasSeen = false;
      return;
    }
    // Chosen on the way in: asked for now.
    if (entered && this.source.track) void this.#start().catch(() => {});
    else this.#follow(room);
  }

  async turnOn() {
    await this.#start();
  }

  async turnOff() {
    this.source.release();
    this.#parts.onChange();
    if (this.#room) await this.#tellStopped();
  }

  async switchDevice() {
    await this.source.press(async () => {
      await this.source.replace({ stopFirst: true });
      if (this.#room?.me.camera_on) await this.source.send(this.source.track);
    });
    if (this.#room) this.#follow(this.#room);
  }

  /** @param {MediaTrackConstraints} picture wanted from now on; a camera that cannot goes on as it is */
  async resize(picture) {
    await this.source.track?.applyConstraints(picture).catch(() => {});
  }

  /** @param {"camera-lost" | "camera-paused"} why */
  lose(why) {
    const wasOn = this.isOn;
    this.turnOff().catch(() => {});
    if (wasOn) this.#parts.onNote(why);
  }

  async #start() {
    await this.source.press(async () => {
      const track = await this.source.acquire();
      if (!this.#room) return;
      try {
        await this.#parts.request({ type: "start-camera" });
      } catch (error) {
        this.source.release();
        throw error;
      }
      if (this.source.track === track) await this.source.send(track);
    });
    if (this.#room) this.#follow(this.#room);
  }

  /** @param {RoomView} room */
  #follow(room) {
    if (this.source.isBusy) return;
    const seen = isSeen(room);
    if (this.#wasSeen && !seen) this.source.release();
    this.#wasSeen = seen;
    if (room.me.camera_on && !this.source.track) this.#tellStopped().catch(() => {});
    if (this.source.track) this.source.track.enabled = isOpen(room) || !seen;
  }

  async #tellStopped() {
    if (this.#isStopping) return;
    this.#isStopping = true;
    await unlessLost(this.#parts.request({ type: "stop-own-camera" })).finally(() => {
      this.#isStopping = false;
    });
  }
}

/** My screen, while I share it. */
export class OwnScreen {
  source;
  #parts;
  /** @type {RoomView | null} */
  #room = null;

  /** @param {import("./own-source.js").OwnParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.source = new OwnSource("screen", parts, () => this.stop().catch(() => {}));
  }

  /** @param {RoomView | null} room */
  handleRoom(room) {
    const wasSharing = this.#room?.me.is_sharing ?? false;
    this.#room = room;
    if (!this.source.isBusy && wasSharing && !room?.me.is_sharing) this.source.release();
  }

  async start() {
    await this.source.press(async () => {
      const track = await this.source.acquire();
      try {
        await this.#parts.request({ type: "start-share" });
      } catch (error) {
        this.source.release();
        throw error;
      }
      if (this.source.track === track) await this.source.send(track);
    });
  }

  async stop() {
    this.source.release();
    this.#parts.onChange();
    if (this.#room) await unlessLost(this.#parts.request({ type: "stop-share", target: this.#room.me.id }));
  }
}
