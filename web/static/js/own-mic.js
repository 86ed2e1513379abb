import { OwnSource } from "./own-source.js";
import { isHeard, isOpen, unlessLost } from "./own-rules.js";

/** @typedef {import("./protocol.js").RoomView} RoomView */

/**
 * My microphone. It closes here first and the server is told then; it opens after the server said ok. Whatever silences
 * it, only a press of this person opens it again.
 */
export class OwnMic {
  source;
  #parts;
  /** @type {RoomView | null} */
  #room = null;
  /** A press that the server allowed; cleared by whatever silences. */
  #wantsToSpeak = false;
  #wasHeard = false;
  /** The newest press: an older one that is still on its way opens nothing. */
  #press = 0;
  #isMuting = false;

  /** @param {import("./own-source.js").OwnParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.source = new OwnSource("mic", parts, () => this.lose("mic-lost"));
  }

  /** Before the room: on for the meter of this page alone. */
  get isOn() {
    return this.#room ? isHeard(this.#room) && this.#wantsToSpeak : Boolean(this.source.track?.enabled);
  }

  /** @param {RoomView | null} room the newest view */
  handleRoom(room) {
    const entered = room !== null && this.#room === null;
    this.#room = room;
    if (!room) {
      this.#wantsToSpeak = this.#wasHeard = false;
      return;
    }
    const heard = isHeard(room);
    if (entered || room.me.muted_by_facilitator || room.me.on_break || (this.#wasHeard && !heard)) this.#silence();
    if (room.me.on_break) this.source.release();
    this.#wasHeard = heard;
    this.#follow(room);
  }

  async turnOn() {
    const press = ++this.#press;
    await this.source.press(async () => {
      const track = await this.source.acquire();
      track.enabled = !this.#room && press === this.#press;
      if (!this.#room || press !== this.#press) return;
      await this.#parts.request({ type: "unmute-self" });
      if (press !== this.#press) return;
      this.#wantsToSpeak = true;
    });
    if (this.#room) this.#follow(this.#room);
  }

  /** Silent at once; then the server is told. */
  async turnOff() {
    this.#press += 1;
    this.#silence();
    this.#parts.onChange();
    if (this.#room) await this.#tellMuted();
  }

  /** The device is let go without a word to the server: a break, the way out. */
  stop() {
    this.#press += 1;
    this.#silence();
    this.source.release();
  }

  async switchDevice() {
    await this.source.press(() => this.source.replace({ stopFirst: false }));
    if (this.#room) this.#follow(this.#room);
  }

  /** The device is gone, or the system took it. @param {"mic-lost" | "came-back-muted"} why */
  lose(why) {
    const wasOn = this.isOn;
    this.source.release();
    this.turnOff().catch(() => {});
    if (wasOn) this.#parts.onNote(why);
  }

  /** @param {RoomView} room */
  #follow(room) {
    const heard = isHeard(room);
    const { track, isBusy } = this.source;
    const speaks = heard && this.#wantsToSpeak && track !== null;
    if (heard && !speaks && !isBusy) this.#tellMuted().catch(() => {});
    if (track) track.enabled = speaks && isOpen(room);
    void this.source.send(speaks ? track : null);
  }

  async #tellMuted() {
    if (this.#isMuting) return;
    this.#isMuting = true;
    // Without a connection the next view finds the microphone open there and closed here, and it is told then.
    await unlessLost(this.#parts.request({ type: "mute-self" })).finally(() => {
      this.#isMuting = false;
    });
  }

  #silence() {
    this.#wantsToSpeak = false;
    if (this.source.track) this.source.track.enabled = false;
    if (this.#room) void this.source.send(null);
  }
}
