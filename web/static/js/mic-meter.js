/** Shows how loud the microphone is, on this page alone, as long as there is a track to show. */
export class MicMeter {
  #sound;
  /** @type {MediaStreamTrack | null} */
  #track = null;
  /** @type {(() => void) | null} */
  #end = null;

  /** @param {import("./sound.js").Sound} sound */
  constructor(sound) {
    this.#sound = sound;
  }

  /**
   * @param {MediaStreamTrack | null} track
   * @param {() => HTMLElement | null} find the drawn meter, if it is drawn now
   */
  show(track, find) {
    if (track === this.#track) return;
    this.#end?.();
    this.#track = track;
    this.#end = track
      ? this.#sound.meter(track, (level) => find()?.style.setProperty("--level", level.toFixed(2)))
      : null;
  }
}
