import { NamedTimers } from "./named-timers.js";

const GAP_MS = 1_200;
const MOST_QUEUED = 4;

/**
 * The one voice of the page for screen readers. Polite lines are queued and spaced, so that several events at once
 * neither cut one another off nor pile up; lines of one topic replace each other while they wait.
 */
export class Announcer {
  #polite;
  #assertive;
  #timers;
  /** @type {{topic: string, text: string}[]} */
  #queue = [];
  #isSpeaking = false;

  /**
   * @param {{textContent: string | null}} polite the polite live region
   * @param {{textContent: string | null}} assertive
   * @param {import("./named-timers.js").Timers} timers
   */
  constructor(polite, assertive, timers) {
    this.#polite = polite;
    this.#assertive = assertive;
    this.#timers = new NamedTimers(timers);
  }

  /**
   * @param {string} text
   * @param {string} [topic] only the newest waiting line of a topic is said
   */
  say(text, topic = text) {
    this.#queue = this.#queue.filter((line) => line.topic !== topic);
    this.#queue.push({ topic, text });
    this.#queue.splice(0, this.#queue.length - MOST_QUEUED);
    if (!this.#isSpeaking) this.#next();
  }

  /** For "removed" and "connection lost" only. @param {string} text */
  interrupt(text) {
    this.#queue = [];
    this.#assertive.textContent = text;
    this.#timers.after("assertive", 5 * GAP_MS, () => {
      this.#assertive.textContent = "";
    });
  }

  #next() {
    const line = this.#queue.shift();
    this.#isSpeaking = line !== undefined;
    // An emptied region says the same words again when they come a second time.
    this.#polite.textContent = line?.text ?? "";
    if (line) this.#timers.after("next", GAP_MS, () => this.#next());
  }
}
