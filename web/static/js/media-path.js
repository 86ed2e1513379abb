import { NamedTimers } from "./named-timers.js";

/**
 * @typedef {"restart-ice" | "replace-transport"} Repair
 * @typedef {object} PathOptions
 * @property {(repair: Repair) => Promise<void>} ask rejects where the server cannot be asked now
 * @property {import("./named-timers.js").Timers} timers
 */

/** A short gap heals by itself. */
const PATIENCE_MS = 1_500;
/** So long a new path under the same transport may take before there is a new transport. */
const RESTART_MS = 4_000;
const REPLACE_STEP_MS = 2_000;
const REPLACE_MOST_MS = 30_000;
/** Browsers tell one change of network several times. */
const SAME_CHANGE_MS = 2_000;

/**
 * Gets the path of media back: first a new one under the same transport, then a new transport, ever more slowly. The
 * seat is kept either way.
 */
export class MediaPath {
  #options;
  #timers;
  /** This transport carried media once: then a new path may be all that it needs. */
  #wasUp = false;
  #isUp = false;
  #hasRestarted = false;
  #replacements = 0;
  /** What could not be asked for while signaling was gone. */
  #isOwed = false;

  /** @param {PathOptions} options */
  constructor(options) {
    this.#options = options;
    this.#timers = new NamedTimers(options.timers);
  }

  /** Another transport begins. */
  handleTransport() {
    this.#timers.clear();
    this.#wasUp = this.#isUp = this.#hasRestarted = this.#isOwed = false;
  }

  /** No transport is wanted any more. */
  close() {
    this.handleTransport();
    this.#replacements = 0;
  }

  /** @param {RTCPeerConnectionState} state */
  handleState(state) {
    if (state === "connected") {
      this.#isUp = this.#wasUp = true;
      this.#hasRestarted = this.#isOwed = false;
      this.#replacements = 0;
      this.#timers.cancel("repair");
    } else if (state === "disconnected" || state === "failed") {
      this.#isUp = false;
      if (state === "failed" && !this.#hasRestarted) this.#timers.cancel("repair");
      // What was asked for already gets its time.
      if (!this.#timers.has("repair")) this.#repairAfter(state === "failed" ? 0 : PATIENCE_MS);
    }
  }

  /** The device is on another network: the old path may look alive for seconds more. */
  handleNetworkChange() {
    if (!this.#wasUp || this.#timers.has("same-change")) return;
    this.#timers.after("same-change", SAME_CHANGE_MS, () => {});
    this.#restart();
  }

  /** Signaling is back: what could not be asked for then is asked for now. */
  handleLinkUp() {
    if (!this.#isOwed) return;
    this.#isOwed = false;
    if (this.#wasUp) this.#restart();
    else this.#replace();
  }

  /** The answer did not fit: the same transport would not take another one. */
  handleBadAnswer() {
    this.#replaceAfter(REPLACE_STEP_MS);
  }

  /** @param {number} wait ms */
  #repairAfter(wait) {
    if (this.#wasUp && !this.#hasRestarted) this.#timers.after("repair", wait, () => this.#restart());
    else this.#replaceAfter(wait);
  }

  #restart() {
    this.#hasRestarted = true;
    this.#timers.after("repair", RESTART_MS, () => {
      if (this.#isUp) this.#hasRestarted = false;
      else this.#replace();
    });
    this.#ask("restart-ice");
  }

  /** @param {number} wait ms, and more with each time that did not help */
  #replaceAfter(wait) {
    const more = Math.min(this.#replacements * REPLACE_STEP_MS, REPLACE_MOST_MS);
    this.#timers.after("repair", wait + more, () => this.#replace());
  }

  #replace() {
    this.#replacements += 1;
    this.#timers.cancel("repair");
    this.#ask("replace-transport");
  }

  /** @param {Repair} repair */
  #ask(repair) {
    this.#options.ask(repair).catch(() => {
      this.#isOwed = true;
      this.#timers.cancel("repair");
    });
  }
}
