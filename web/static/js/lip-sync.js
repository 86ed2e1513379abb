/**
 * Lips move with the voice: where a voice is late, because its line needs a deep buffer, the picture of the same person
 * waits for it. Never the other way round: nothing here, and nothing in the browser, holds a voice back for a picture.
 * @typedef {import("./protocol.js").Slot} Slot
 * @typedef {{delay: number, count: number}} Buffered all that sounds waited, in seconds, and how many did
 * @typedef {RTCRtpReceiver & {jitterBufferTarget: number | null}} Receiver
 */

/** Less than this nobody notices (ITU-R BT.1359: from 125 ms on). */
const NOTICED_MS = 60;
/** A buffer that wavers less moves no picture. */
const WAVER_MS = 30;
/** On a busy machine voices wait 0.8 s; one that waited much longer stood still. */
const MOST_MS = 1_000;

/**
 * How long the picture of one person has to wait at least.
 * @param {number} held as it is now, ms
 * @param {number} voiceMs how long their voice waits
 * @returns {number} ms
 */
export function holdFor(held, voiceMs) {
  const wanted = voiceMs < NOTICED_MS ? 0 : Math.min(MOST_MS, Math.round(voiceMs));
  return Math.abs(wanted - held) < WAVER_MS && wanted !== 0 ? held : wanted;
}

/**
 * The sound and the picture of everybody who is heard and seen: by mid.
 * @param {readonly Slot[]} slots
 * @returns {Map<string, string>} mid of the picture → mid of the voice
 */
export function pairsOf(slots) {
  /** @type {Map<string, string>} */
  const voices = new Map();
  for (const { source, person, mid } of slots) if (source === "mic" && person) voices.set(person, mid);
  /** @type {Map<string, string>} */
  const pairs = new Map();
  for (const { source, person, mid } of slots) {
    const voice = source === "camera" && person ? voices.get(person) : undefined;
    if (voice) pairs.set(mid, voice);
  }
  return pairs;
}

export class LipSync {
  /** @type {WeakMap<RTCRtpReceiver, Buffered>} as read before */
  #before = new WeakMap();

  /**
   * Every two seconds in the room, and whenever somebody else is shown.
   * @param {RTCPeerConnection} connection
   * @param {readonly Slot[]} slots of its transport
   */
  async read(connection, slots) {
    /** @type {Map<string | null, RTCRtpReceiver>} */
    const receivers = new Map();
    for (const { mid, receiver } of connection.getTransceivers()) receivers.set(mid, receiver);
    const pairs = pairsOf(slots);
    for (const { mid, source } of slots) {
      const picture = /** @type {Receiver | undefined} */ (source === "camera" ? receivers.get(mid) : undefined);
      if (!picture || !("jitterBufferTarget" in picture)) continue;
      const voice = receivers.get(pairs.get(mid) ?? null);
      const held = picture.jitterBufferTarget ?? 0;
      const voiceMs = voice ? await this.#waited(voice) : 0;
      const hold = voiceMs === null ? held : holdFor(held, voiceMs);
      if (hold !== held) picture.jitterBufferTarget = hold || null;
    }
  }

  /** @param {RTCRtpReceiver} voice @returns {Promise<number | null>} ms since it was read last; null in silence */
  async #waited(voice) {
    const report = [...(await voice.getStats()).values()].find(({ type }) => type === "inbound-rtp");
    const now = { delay: report?.jitterBufferDelay ?? 0, count: report?.jitterBufferEmittedCount ?? 0 };
    const before = this.#before.get(voice) ?? { delay: 0, count: 0 };
    this.#before.set(voice, now);
    return now.count > before.count ? (1_000 * (now.delay - before.delay)) / (now.count - before.count) : null;
  }
}
