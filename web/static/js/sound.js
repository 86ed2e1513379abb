/** Small sounds made here: nothing is fetched, nothing is kept. */
export class Sound {
  /** @type {AudioContext | null} */
  #context = null;
  #speaker = "";

  /** Belongs into the handler of a press: browsers start sound only then. */
  wake() {
    this.#context ??= new AudioContext();
    this.#route();
    void this.#context.resume().catch(() => {});
  }

  /** @param {string} deviceId */
  setSpeaker(deviceId) {
    this.#speaker = deviceId;
    this.#route();
  }

  /** Three soft notes, to hear whether the sound works. */
  test() {
    this.wake();
    [392, 494, 587].forEach((pitch, place) => this.#note(pitch, 0.45 * place, 0.5, 0.16));
  }

  /** Somebody asks to join. Does nothing before the first press on the page. */
  chime() {
    if (this.#context?.state !== "running") return;
    this.#note(523, 0, 0.5, 0.06);
    this.#note(659, 0.16, 0.7, 0.05);
  }

  /**
   * How loud a track is, some ten times a second.
   * @param {MediaStreamTrack} track
   * @param {(level: number) => void} onLevel from 0 to 1
   * @returns {() => void} ends it
   */
  meter(track, onLevel) {
    this.wake();
    const context = /** @type {AudioContext} */ (this.#context);
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      onLevel(loudness(samples));
    }, 100);
    return () => {
      clearInterval(timer);
      source.disconnect();
      onLevel(0);
    };
  }

  #route() {
    const context = /** @type {(AudioContext & {setSinkId?: (id: string) => Promise<void>}) | null} */ (this.#context);
    if (context?.setSinkId) void context.setSinkId(this.#speaker).catch(() => {});
  }

  /** @param {number} pitch Hz @param {number} after s @param {number} length s @param {number} volume */
  #note(pitch, after, length, volume) {
    const context = /** @type {AudioContext} */ (this.#context);
    const start = context.currentTime + after;
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setTargetAtTime(volume, start, 0.02);
    gain.gain.setTargetAtTime(0, start + length * 0.4, length * 0.2);
    const tone = new OscillatorNode(context, { type: "sine", frequency: pitch });
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + length * 2);
  }
}

const QUIET_DB = -60;

/** @param {Float32Array} samples @returns {number} 0 for silence, 1 for as loud as can be */
export function loudness(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(Math.max(power, 1e-12));
  return Math.min(1, Math.max(0, 1 - decibels / QUIET_DB));
}
