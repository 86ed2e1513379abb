/**
 * Whose track each downlink mid carries, and the tracks themselves: two halves that arrive apart.
 * @typedef {import("./protocol.js").Slot} Slot
 */

export class SlotTracks {
  #transport = -1;
  /** @type {Map<string, MediaStream>} */
  #streams = new Map();
  #makeStream;

  /** @param {(track: MediaStreamTrack) => MediaStream} makeStream */
  constructor(makeStream) {
    this.#makeStream = makeStream;
  }

  /** @param {number} transport the transport whose tracks follow; those of another are forgotten */
  reset(transport) {
    this.#transport = transport;
    this.#streams.clear();
  }

  /** @param {string} mid @param {MediaStreamTrack} track */
  put(mid, track) {
    if (this.#streams.get(mid)?.getTracks()[0] !== track) this.#streams.set(mid, this.#makeStream(track));
  }

  /**
   * Each slot of one source with the stream that carries it; a map of another transport shows nobody.
   * @param {{transport: number, slots: readonly Slot[]}} map
   * @param {Slot["source"]} source
   * @returns {{mid: string, person: string | null, stream: MediaStream}[]}
   */
  of(map, source) {
    const isCurrent = map.transport === this.#transport;
    return map.slots.flatMap(({ mid, source: of, person }) => {
      const stream = this.#streams.get(mid);
      return of === source && stream && isCurrent ? [{ mid, person, stream }] : [];
    });
  }

  /**
   * @param {{transport: number, slots: readonly Slot[]}} map
   * @param {Slot["source"]} source
   * @param {string} person
   */
  find(map, source, person) {
    return this.of(map, source).find((slot) => slot.person === person);
  }
}
