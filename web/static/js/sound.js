const REST_AFTER_MS = 3_000;

/** @typedef {readonly [pitch: number, after: number, length: number, volume: number]} Note Hz, s, s, 0 to 1 */

/** @type {readonly Note[]} */
const TEST = [
  [392, 0, 0.5, 0.16],
  [494, 0.45, 0.5, 0.16],
  [587, 0.9, 0.5, 0.16],
];

/** @type {readonly Note[]} */
const CHIME = [
  [523, 0, 0.5, 0.06],
  [659, 0.16, 0.7, 0.05],
];

/** Small sounds made here: nothing is fetched, nothing is kept. Between them the audio engine rests. */
export class Sound {
  /** @type {AudioContext | null} */
  #context = null;
  #speaker = "";
  #meters = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /** @param {string} deviceId where the sound goes; "" is the system's choice */
  setSpeaker(deviceId) {
    this.#speaker = deviceId;
  }

  /** Three soft notes, to hear whether the sound works. */
  test() {
    void this.#play(TEST);
  }

  /** Somebody asks to join. Browsers stay silent before the first press on the page, and so do we. */
  chime() {
    if (navigator.userActivation?.hasBeenActive !== false) void this.#play(CHIME);
  }

  /**
   * How loud a track is, some ten times a second.
   * @param {MediaStreamTrack} track
   * @param {(level: number) => void} onLevel from 0 to 1
   * @returns {() => void} ends it
   */
  meter(track, onLevel) {
    this.#meters += 1;
    const context = this.#wake();
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      onLevel(loudness(samples));
    }, 100);
    return () => {
      this.#meters -= 1;
      clearInterval(timer);
      source.disconnect();
      onLevel(0);
      this.#restSoon();
    };
  }

  #wake() {
    clearTimeout(this.#rest);
    const context = (this.#context ??= new AudioContext());
    void context.resume().catch(() => {});
    return context;
  }

  #restSoon() {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      if (this.#meters === 0) void this.#context?.suspend().catch(() => {});
    }, REST_AFTER_MS);
  }

  /** @param {readonly Note[]} notes */
  async #play(notes) {
    const context = this.#wake();
    await context.resume().catch(() => {});
    await route(context, this.#speaker);
    for (const note of notes) sing(context, note);
    this.#restSoon();
  }
}

/** @param {AudioContext & {setSinkId?: (id: string) => Promise<void>}} context @param {string} speaker */
async function route(context, speaker) {
  if (context.setSinkId) await context.setSinkId(speaker).catch(() => {});
}

/** @param {AudioContext} context @param {Note} note */
function sing(context, [pitch, after, length, volume]) {
  const start = context.currentTime + after;
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setTargetAtTime(volume, start, 0.02);
  gain.gain.setTargetAtTime(0, start + length * 0.4, length * 0.2);
  const tone = new OscillatorNode(context, { type: "sine", frequency: pitch });
  tone.connect(gain).connect(context.destination);
  tone.start(start);
  tone.stop(start + length * 2);
}

const QUIET_DB = -60;

/** @param {Float32Array} samples @returns {number} 0 for silence, 1 for as loud as can be */
export function loudness(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(Math.max(power, 1e-12));
  return Math.min(1, Math.max(0, 1 - decibels / QUIET_DB));
}
