import { NamedTimers } from "./named-timers.js";

/** So long what there is to see waits at most for an answer that is being made. */
const ANSWER_FIRST_MS = 200;

/**
 * @typedef {object} Frames
 * @property {() => boolean} areShown
 * @property {(run: () => void) => void} after runs it after the next frame, when what came meanwhile was heard
 */

/**
 * When the page is drawn: once for all that comes before a frame, and not while an offer is answered. Both need the same
 * thread, and the way to the others takes longer than the picture of the room. A hidden page has no frames, and still
 * has to play whoever begins to speak.
 */
export class Drawing {
  #draw;
  #frames;
  #timers;
  #isWanted = false;
  #isHeld = false;

  /** @param {() => void} draw @param {Frames} frames @param {import("./named-timers.js").Timers} timers */
  constructor(draw, frames, timers) {
    this.#draw = draw;
    this.#frames = frames;
    this.#timers = new NamedTimers(timers);
  }

  request() {
    const isShown = this.#frames.areShown();
    if (this.#isWanted && isShown) return;
    this.#isWanted = true;
    const run = () => this.#run();
    if (isShown) this.#frames.after(run);
    else queueMicrotask(run);
  }

  /** An answer is being made, or it is on its way. @param {boolean} isAnswering */
  handleAnswering(isAnswering) {
    this.#isHeld = isAnswering;
    if (isAnswering) this.#timers.after("held", ANSWER_FIRST_MS, () => this.handleAnswering(false));
    else {
      this.#timers.cancel("held");
      // A turn of its own: what goes wrong in a picture is none of the answer's.
      queueMicrotask(() => this.#run());
    }
  }

  #run() {
    if (!this.#isWanted || this.#isHeld) return;
    this.#isWanted = false;
    this.#draw();
  }
}

/** @type {Frames} */
export const browserFrames = {
  areShown: () => document.visibilityState === "visible",
  after: (run) => void requestAnimationFrame(() => setTimeout(run)),
};
