/**
 * @typedef {"blocked" | "none" | "busy" | "unsupported" | "insecure" | "dismissed" | "other"} DeviceProblem
 *   why the browser gave no track; the sentences are in `words-devices.js`
 * @typedef {"audioinput" | "videoinput" | "audiooutput"} DeviceKind
 */

/** The browser gave no track. */
export class DeviceError extends Error {
  /** @param {DeviceProblem} problem */
  constructor(problem) {
    super(problem);
    this.name = "DeviceError";
    this.problem = problem;
  }
}

/** @type {Record<string, DeviceProblem>} */
const PROBLEM_OF = {
  NotAllowedError: "blocked",
  SecurityError: "blocked",
  NotFoundError: "none",
  DevicesNotFoundError: "none",
  NotReadableError: "busy",
  TrackStartError: "busy",
  AbortError: "busy",
  OverconstrainedError: "none",
};

const STORED = "holdspace.devices";

/** Microphones, cameras and speakers: asked for when wanted and not before, let go when not. */
export class Devices {
  #media;
  #storage;
  /** @type {Record<DeviceKind, string>} */
  #chosen = { audioinput: "", videoinput: "", audiooutput: "" };
  /** @type {MediaDeviceInfo[]} */
  #known = [];

  /**
   * @param {MediaDevices | undefined} media undefined where the page is not served over https
   * @param {Storage | null} storage
   * @param {() => void} onChange the lists may differ now
   */
  constructor(media, storage, onChange) {
    this.#media = media;
    this.#storage = storage;
    this.#onChange = onChange;
    try {
      Object.assign(this.#chosen, JSON.parse(storage?.getItem(STORED) ?? "{}"));
    } catch {
      // An older or foreign value: start without a choice.
    }
    media?.addEventListener?.("devicechange", () => this.refresh());
  }

  #onChange;

  /** @param {DeviceKind} kind */
  chosen(kind) {
    return this.#chosen[kind];
  }

  /**
   * Named devices only: before a permission was given browsers tell none.
   * @param {DeviceKind} kind
   */
  list(kind) {
    return this.#known.filter((device) => device.kind === kind && device.label !== "" && device.deviceId !== "");
  }

  /** @param {DeviceKind} kind @param {string} deviceId */
  choose(kind, deviceId) {
    this.#chosen[kind] = deviceId;
    try {
      this.#storage?.setItem(STORED, JSON.stringify(this.#chosen));
    } catch {
      // Kept for this page only.
    }
    this.#onChange();
  }

  async refresh() {
    this.#known = (await this.#media?.enumerateDevices().catch(() => [])) ?? [];
    this.#onChange();
  }

  /** @returns {Promise<MediaStreamTrack>} rejects with a `DeviceError` */
  microphone() {
    return this.#track("audio", "audioinput", {
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    });
  }

  /** @param {number} lines of the picture @returns {Promise<MediaStreamTrack>} rejects with a `DeviceError` */
  camera(lines) {
    return this.#track("video", "videoinput", { ...pictureOf(lines), facingMode: "user" });
  }

  /** @returns {Promise<MediaStreamTrack>} rejects with a `DeviceError` */
  async screen() {
    if (!this.#media?.getDisplayMedia) throw new DeviceError("unsupported");
    try {
      const stream = await this.#media.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
      const track = onlyTrack(stream);
      // It is read: where bits are few, fewer pictures come, and each of them sharp.
      track.contentHint = "detail";
      return track;
    } catch (error) {
      const problem = problemOf(error);
      throw new DeviceError(problem === "blocked" ? "dismissed" : problem);
    }
  }

  get canShareScreen() {
    return typeof this.#media?.getDisplayMedia === "function";
  }

  /**
   * @param {"audio" | "video"} kind @param {DeviceKind} from @param {MediaTrackConstraints} wishes
   * @returns {Promise<MediaStreamTrack>}
   */
  async #track(kind, from, wishes) {
    if (!this.#media?.getUserMedia)
      throw new DeviceError(globalThis.isSecureContext === false ? "insecure" : "unsupported");
    const deviceId = this.#chosen[from];
    try {
      return onlyTrack(await this.#ask(kind, deviceId ? { ...wishes, deviceId: { exact: deviceId } } : wishes));
    } catch (error) {
      if (!deviceId || problemOf(error) !== "none") throw new DeviceError(problemOf(error));
    }
    // The device of last time is not here today.
    this.choose(from, "");
    try {
      return onlyTrack(await this.#ask(kind, wishes));
    } catch (error) {
      throw new DeviceError(problemOf(error));
    }
  }

  /** @param {"audio" | "video"} kind @param {MediaTrackConstraints} wishes */
  async #ask(kind, wishes) {
    const stream = await /** @type {MediaDevices} */ (this.#media).getUserMedia({ [kind]: wishes });
    void this.refresh();
    return stream;
  }
}

/** @param {number} lines @returns {MediaTrackConstraints} */
export const pictureOf = (lines) => ({
  width: { ideal: (lines * 16) / 9 },
  height: { ideal: lines },
  frameRate: { ideal: 24, max: 30 },
});

/** @param {MediaStream} stream */
function onlyTrack(stream) {
  const track = stream.getTracks()[0];
  if (!track) throw new DeviceError("none");
  return track;
}

/** @param {unknown} error @returns {DeviceProblem} */
function problemOf(error) {
  if (error instanceof DeviceError) return error.problem;
  return (error instanceof Error && PROBLEM_OF[error.name]) || "other";
}
