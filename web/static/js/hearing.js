/**
 * One audio element for each audio slot, outside of everything that is drawn again. They play as soon as the browser
 * lets them; where it wants a gesture first, `onBlocked` says so and `resume` belongs into the handler of that gesture.
 */
export class Hearing {
  #host;
  #onBlocked;
  /** @type {Map<string, HTMLAudioElement>} */
  #elements = new Map();
  #speaker = "";

  /**
   * @param {HTMLElement} host
   * @param {(isBlocked: boolean) => void} onBlocked
   */
  constructor(host, onBlocked) {
    this.#host = host;
    this.#onBlocked = onBlocked;
  }

  /** @param {{mid: string, person: string | null, stream: MediaStream}[]} slots all audio slots of the current transport */
  show(slots) {
    const wanted = new Set(slots.map(({ mid }) => mid));
    for (const mid of [...this.#elements.keys()]) if (!wanted.has(mid)) this.#drop(mid);
    for (const slot of slots) this.#put(slot);
  }

  /** Plays what the browser held back. */
  async resume() {
    const played = await Promise.all([...this.#elements.values()].map(isPlaying));
    this.#onBlocked(played.includes(false));
  }

  /** @param {string} deviceId where the sound goes; "" is the system's choice */
  setSpeaker(deviceId) {
    this.#speaker = deviceId;
    for (const element of this.#elements.values()) route(element, deviceId);
  }

  clear() {
    for (const mid of [...this.#elements.keys()]) this.#drop(mid);
  }

  /** @param {{mid: string, person: string | null, stream: MediaStream}} slot */
  #put({ mid, person, stream }) {
    let element = this.#elements.get(mid);
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
    void isPlaying(element).then((plays) => {
      if (!plays) this.#onBlocked(true);
    });
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

/**
 * @param {HTMLAudioElement} element
 * @returns {Promise<boolean>} false only where the browser wants a gesture first
 */
async function isPlaying(element) {
  try {
    await element.play();
    return true;
  } catch (error) {
    return !(error instanceof DOMException && error.name === "NotAllowedError");
  }
}

/** @param {HTMLAudioElement} element @param {string} deviceId */
function route(element, deviceId) {
  if (typeof element.setSinkId === "function") void element.setSinkId(deviceId).catch(() => {});
}
