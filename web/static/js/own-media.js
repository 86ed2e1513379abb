import { DeviceError } from "./devices.js";

/**
 * @typedef {import("./protocol.js").RoomView} RoomView
 * @typedef {import("./devices.js").DeviceProblem} DeviceProblem
 * @typedef {"mic" | "camera" | "screen"} Source
 * @typedef {{by: "mic-lost" | "camera-lost" | "camera-paused" | "came-back-muted"}} OwnNote
 */

/**
 * @typedef {object} OwnMediaOptions
 * @property {import("./devices.js").Devices} devices
 * @property {{setTrack: (source: Source, track: MediaStreamTrack | null) => Promise<void>}} media
 * @property {(body: import("./signal.js").RequestBody) => Promise<void>} request
 * @property {() => void} onChange
 * @property {(note: OwnNote) => void} onNote
 */

/**
 * My microphone, camera and screen. What closes happens here first and is told then; what opens is asked first and
 * happens once the server said ok. The server's view of me is what is true: where it says muted, the track is silent.
 * Nothing here opens without a press of this person.
 */
export class OwnMedia {
  #options;
  /** @type {Record<Source, MediaStreamTrack | null>} */
  tracks = { mic: null, camera: null, screen: null };
  /** @type {Record<Source, DeviceProblem | null>} */
  problems = { mic: null, camera: null, screen: null };
  /** @type {Record<Source, boolean>} a press is being carried out */
  isBusy = { mic: false, camera: false, screen: false };
  /** The person wants to be heard: set by a press that the server allowed, cleared by whatever silences. */
  #wantsToSpeak = false;
  #wasHeard = false;
  /** @type {RoomView | null} */
  #room = null;

  /** @param {OwnMediaOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** Before the room: the microphone is on for the meter of this page alone. */
  get isMicOn() {
    return this.#room ? isHeard(this.#room) && this.#wantsToSpeak : Boolean(this.tracks.mic?.enabled);
  }

  get isCameraOn() {
    return Boolean(this.tracks.camera) && (this.#room ? this.#room.me.camera_on : true);
  }

  /** Is there a room in whose view I am? @param {RoomView | null} room */
  handleRoom(room) {
    const entered = room && !this.#room;
    this.#room = room;
    if (!room) return this.#outside();
    if (entered) this.#enter();
    this.#followMic(room);
    this.#followCamera(room);
    if (!room.me.is_sharing && !this.isBusy.screen) this.#release("screen");
  }

  async turnMicOn() {
    await this.#press("mic", async () => {
      const track = await this.#acquire("mic");
      if (!this.#room) {
        track.enabled = true;
        return;
      }
      track.enabled = false;
      await this.#options.request({ type: "unmute-self" });
      this.#wantsToSpeak = true;
      if (this.#room) this.#followMic(this.#room);
    });
  }

  /** Silent at once; then the server is told. */
  async turnMicOff() {
    this.#silence();
    this.#options.onChange();
    if (this.#room) await this.#options.request({ type: "mute-self" });
  }

  async turnCameraOn() {
    await this.#press("camera", async () => {
      const track = await this.#acquire("camera");
      if (!this.#room) return;
      try {
        await this.#options.request({ type: "start-camera" });
      } catch (error) {
        this.#release("camera");
        throw error;
      }
      await this.#options.media.setTrack("camera", track);
    });
  }

  async turnCameraOff() {
    this.#release("camera");
    this.#options.onChange();
    if (this.#room) await this.#options.request({ type: "stop-own-camera" });
  }

  async startSharing() {
    await this.#press("screen", async () => {
      const track = await this.#acquire("screen");
      try {
        await this.#options.request({ type: "start-share" });
      } catch (error) {
        this.#release("screen");
        throw error;
      }
      await this.#options.media.setTrack("screen", track);
    });
  }

  async stopSharing() {
    this.#release("screen");
    this.#options.onChange();
    if (this.#room?.me.is_sharing) await this.#options.request({ type: "stop-share", target: this.#room.me.id });
  }

  /** Another device was chosen: the new track takes the place of the old one. @param {"mic" | "camera"} source */
  async switchDevice(source) {
    const old = this.tracks[source];
    if (!old) return;
    await this.#press(source, async () => {
      const wasEnabled = old.enabled;
      // Phones open one camera at a time.
      if (source === "camera") old.stop();
      this.tracks[source] = null;
      const track = await this.#acquire(source);
      old.stop();
      track.enabled = wasEnabled;
      if (this.#room && (source === "camera" ? this.#room.me.camera_on : this.isMicOn)) {
        await this.#options.media.setTrack(source, track);
      }
    });
  }

  /** The page was away, as on a phone call: what the system took is closed for good and said so. */
  handleReturn() {
    const { mic, camera } = this.tracks;
    if (mic && isTaken(mic)) this.#lost("mic", "came-back-muted");
    if (camera && isTaken(camera)) this.#lost("camera", "camera-paused");
  }

  /** Every light off. */
  stopAll() {
    for (const source of /** @type {Source[]} */ (["mic", "camera", "screen"])) this.#release(source);
    this.#wantsToSpeak = false;
  }

  /** A break, a reload, the way out: the view says so and the devices are let go. */
  #outside() {
    this.#wantsToSpeak = this.#wasHeard = false;
    this.#release("screen");
  }

  /** People come in muted; a camera that was chosen on the way in is asked for now. */
  #enter() {
    this.#silence();
    const camera = this.tracks.camera;
    if (!camera) return;
    this.#options.request({ type: "start-camera" }).then(
      () => this.#options.media.setTrack("camera", camera),
      () => this.#release("camera"),
    );
  }

  /** @param {RoomView} room */
  #followMic(room) {
    const heard = isHeard(room);
    if (room.me.muted_by_facilitator || room.me.on_break || (this.#wasHeard && !heard)) this.#silence();
    this.#wasHeard = heard;
    if (room.me.on_break) this.#release("mic");
    const speaks = heard && this.#wantsToSpeak && this.tracks.mic !== null;
    if (heard && !speaks && !this.isBusy.mic) void this.#options.request({ type: "mute-self" }).catch(() => {});
    if (!this.tracks.mic) return;
    this.tracks.mic.enabled = speaks && isOpen(room);
    void this.#options.media.setTrack("mic", speaks ? this.tracks.mic : null);
  }

  /** @param {RoomView} room */
  #followCamera(room) {
    const { me } = room;
    const isStopped = me.camera_stopped || me.on_break || (room.status.cameras_locked && me.role === "participant");
    const shows = me.camera_on && !isStopped;
    if (this.isBusy.camera) return;
    if (this.tracks.camera && this.#sawCamera && !shows) this.#release("camera");
    this.#sawCamera = shows;
    if (me.camera_on && !this.tracks.camera) void this.#options.request({ type: "stop-own-camera" }).catch(() => {});
    if (this.tracks.camera) this.tracks.camera.enabled = isOpen(room) || !shows;
  }

  #sawCamera = false;

  #silence() {
    this.#wantsToSpeak = false;
    if (this.tracks.mic) this.tracks.mic.enabled = false;
    if (this.#room) void this.#options.media.setTrack("mic", null);
  }

  /** @param {Source} source @param {() => Promise<void>} act */
  async #press(source, act) {
    if (this.isBusy[source]) return;
    this.isBusy[source] = true;
    this.problems[source] = null;
    this.#options.onChange();
    try {
      await act();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.problems[source] = error.problem;
    } finally {
      this.isBusy[source] = false;
      if (this.#room) this.handleRoom(this.#room);
      this.#options.onChange();
    }
  }

  /** @param {Source} source @returns {Promise<MediaStreamTrack>} */
  async #acquire(source) {
    const held = this.tracks[source];
    if (held && held.readyState === "live") return held;
    const { devices } = this.#options;
    const track = await { mic: () => devices.microphone(), camera: () => devices.camera(), screen: () => devices.screen() }[source]();
    this.tracks[source] = track;
    track.addEventListener("ended", () => {
      if (this.tracks[source] === track) this.#ended(source);
    });
    return track;
  }

  /** Unplugged, taken away, or stopped by the browser's own button. @param {Source} source */
  #ended(source) {
    if (source === "screen") void this.stopSharing().catch(() => {});
    else this.#lost(source, source === "mic" ? "mic-lost" : "camera-lost");
  }

  /** @param {"mic" | "camera"} source @param {OwnNote["by"]} by */
  #lost(source, by) {
    const wasOn = source === "mic" ? this.isMicOn : this.isCameraOn;
    this.#release(source);
    if (source === "mic") void this.turnMicOff().catch(() => {});
    else void this.turnCameraOff().catch(() => {});
    if (wasOn) this.#options.onNote({ by });
  }

  /** @param {Source} source */
  #release(source) {
    const track = this.tracks[source];
    this.tracks[source] = null;
    if (!track) return;
    track.stop();
    void this.#options.media.setTrack(source, null);
  }
}

/** @param {RoomView} room the server lets me be heard as far as I am concerned */
export const isHeard = ({ me }) => !me.muted_by_self && !me.muted_by_facilitator && !me.on_break;

/** @param {RoomView} room the phase lets me be heard and seen */
export const isOpen = ({ me, status }) =>
  me.role !== "participant" ? status.phase !== "held" : status.phase === "live" || status.phase === "closing";

/** @param {MediaStreamTrack} track the system took it while the page was away */
const isTaken = (track) => track.readyState === "ended" || track.muted;
