import { DownGuard, UpGuard } from "./line-guard.js";

/**
 * @typedef {import("./saving.js").Video} Video
 * @typedef {"pictures-rest" | "pictures-back" | "pause-camera"} ThriftEvent
 */

/** How many pictures there are: as the person chose, and fewer by itself where the line is bad. */
export class Thrift {
  /** @type {Video} */
  choice;
  /** @type {Video} what was chosen last that was not sound alone */
  pictures;
  #down = new DownGuard();
  #up = new UpGuard();

  /** @param {Video} choice */
  constructor(choice) {
    this.choice = choice;
    this.pictures = choice === "none" ? "full" : choice;
  }

  /** Pictures rest by themselves, though the person chose some. */
  get isResting() {
    return this.choice !== "none" && this.#down.isOn;
  }

  /** @returns {Video} what to ask the server for */
  get video() {
    return this.#down.isOn ? "none" : this.choice;
  }

  /** @param {Video} choice @param {number} now ms on a steady clock */
  choose(choice, now) {
    this.choice = choice;
    if (choice !== "none") this.pictures = choice;
    this.#down.overrule(now);
  }

  /**
   * @param {import("./line-watch.js").Verdicts} verdicts
   * @param {boolean} isCameraOn
   * @param {number} now ms on a steady clock
   * @returns {ThriftEvent[]}
   */
  handle({ up, down }, isCameraOn, now) {
    /** @type {ThriftEvent[]} */
    const events = [];
    // Who has no pictures by choice learns nothing new from this.
    if (this.#down.handle(down, now) && this.choice !== "none")
      events.push(this.#down.isOn ? "pictures-rest" : "pictures-back");
    if (this.#up.handle(up, isCameraOn, now)) events.push("pause-camera");
    return events;
  }
}
