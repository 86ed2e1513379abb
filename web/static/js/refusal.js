/** @typedef {import("./protocol.js").RefusalCode | "lost"} RefusalReason "lost": the connection went before the answer */

/** The typed no to one request. Its sentence for people is in `words-refusals.js`. */
export class Refusal extends Error {
  /** @param {RefusalReason} reason */
  constructor(reason) {
    super(reason);
    this.name = "Refusal";
    this.reason = reason;
  }
}
