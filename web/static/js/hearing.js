/**
 * One audio element for each audio slot that carried anybody yet, outside of everything that is drawn again: each is a
 * player of its own, and making all of them at once would hold up the way into the room. They play as soon as the browser
 * lets them; where it wants a gesture first, `onBlocked` says so and `resume` belongs into the handler of that gesture.
 */
export class Hearing {
  #host;
  #onBlocked;
  /** @type {Map<string, HTMLAudioElement>} */
  #elements = new Map();
  #speaker = "";
  #isBlocked = false;

  /**
   * @param {HTMLElement} host
   * @param {(isBlocked: boolean) => void} onBlocked
   */
  constructor(host, onBlocked) {
    this.#host = host;
    this.#onBlocked = onBlocked;
  }

  /**
   * @param {{mid: string, person: string | null, stream: MediaStream}[]} slots all audio slots of the current transport
   */
  show(slots) {
    const wanted = new Set(slots.map(({ mid }) => mid));
    for (const mid of [...this.#elements.keys()]) if (!wanted.has(mid)) this.#drop(mid);
    for (const slot of slots) this.#put(slot);
    if (slots.length === 0) this.#say(false);
  }

  /** Plays what the browser held back. */
  resume() {
    this.#say(false);
    for (const element of this.#elements.values()) this.#play(element);
  }

  /** @param {string} deviceId where the sound goes; "" is the system's choice */
  setSpeaker(deviceId) {
    this.#speaker = deviceId;
    for (const element of this.#elements.values()) route(element, deviceId);
  }

  clear() {
    this.show([]);
  }

  /** @param {{mid: string, person: string | null, stream: MediaStream}} slot */
  #put({ mid, person, stream }) {
    let element = this.#elements.get(mid);
    if (!element && !person) return;
    if (!element) {
      element = this.#host.ownerDocument.createElement("audio");
      element.autoplay = true;
      element.dataset.mid = mid;
      this.#host.append(element);
      this.#elements.set(mid, element);
      route(element, this.#speaker);
    }
    if (person) element.dataset.person = person;
    else delete element.dataset.person;
    if (element.srcObject === stream) return;
    element.srcObject = stream;
    this.#play(element);
  }

  /** @param {HTMLAudioElement} element */
  #play(element) {
    element.play().catch((error) => {
      // Any other error means that the element has something new to play already.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.#say(true);
    });
  }

  /** @param {boolean} isBlocked */
  #say(isBlocked) {
    if (isBlocked === this.#isBlocked) return;
    this.#isBlocked = isBlocked;
    this.#onBlocked(isBlocked);
  }

  /** @param {string} mid */
  #drop(mid) {
    const element = this.#elements.get(mid);
    this.#elements.delete(mid);
    if (!element) return;
    element.srcObject = null;
    element.remove();
  }
}

/** @param {HTMLAudioElement} element @param {string} deviceId */
function route(element, deviceId) {
  if (typeof element.setSinkId === "function") void element.setSinkId(deviceId).catch(() => {});
}
