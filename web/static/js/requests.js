import { Refusal } from "./refusal.js";

/**
 * Named in `seen`: where somebody else changed the subject meanwhile, these are asked again with open eyes.
 */
export const PERMISSIVE = new Set([
  "admit",
  "admit-all",
  "allow-unmute",
  "allow-unmute-all",
  "ask-to-unmute",
  "allow-camera",
  "allow-text",
  "promote",
  "readmit",
  "unlock-cameras",
  "unlock-entry",
]);

/**
 * Requests that wait for their `ok` or `refused`. Ids grow within one connection; a new connection starts with none.
 */
export class Requests {
  #next = 1;
  /** @type {Map<number, {resolve: () => void, reject: (refusal: Refusal) => void}>} */
  #open = new Map();

  /** @returns {{id: number, answer: Promise<void>}} */
  begin() {
    const id = this.#next++;
    const answer = /** @type {Promise<void>} */ (
      new Promise((resolve, reject) => this.#open.set(id, { resolve: () => resolve(undefined), reject }))
    );
    return { id, answer };
  }

  /** @param {import("./protocol.js").Ok | import("./protocol.js").Refused} message */
  settle(message) {
    const open = this.#open.get(message.id);
    if (!open) return;
    this.#open.delete(message.id);
    if (message.type === "ok") open.resolve();
    else open.reject(new Refusal(message.reason));
  }

  /** The connection is gone: nobody knows whether these took place. */
  loseAll() {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const { reject } of open) reject(new Refusal("lost"));
  }
}
