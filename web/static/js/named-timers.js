/** @typedef {{set: (run: () => void, ms: number) => unknown, clear: (id: any) => void}} Timers */

/** @type {Timers} */
export const browserTimers = {
  set: (run, ms) => setTimeout(run, ms),
  clear: (id) => clearTimeout(id),
};

/** One-shot timers by name: setting one again replaces it. */
export class NamedTimers {
  #timers;
  /** @type {Map<string, unknown>} */
  #set = new Map();

  /** @param {Timers} timers */
  constructor(timers) {
    this.#timers = timers;
  }

  /** @param {string} name @param {number} ms @param {() => void} run */
  after(name, ms, run) {
    this.cancel(name);
    const id = this.#timers.set(() => {
      this.#set.delete(name);
      run();
    }, ms);
    this.#set.set(name, id);
  }

  /** @param {string} name */
  cancel(name) {
    if (this.#set.has(name)) this.#timers.clear(this.#set.get(name));
    this.#set.delete(name);
  }

  /** @param {string} name */
  has(name) {
    return this.#set.has(name);
  }

  clear() {
    for (const name of [...this.#set.keys()]) this.cancel(name);
  }
}
