/** The name this tab goes by in the session: kept until the tab is closed, and nowhere else. */
export class KeptName {
  #key;
  #storage;

  /** @param {string} session @param {Storage | null} storage */
  constructor(session, storage) {
    this.#key = `holdspace.name.${session}`;
    this.#storage = storage;
  }

  /** @returns {string | null} */
  get value() {
    return this.#storage?.getItem(this.#key) ?? null;
  }

  /** @param {string} name */
  keep(name) {
    try {
      this.#storage?.setItem(this.#key, name);
    } catch {
      // Storage is full or switched off: a reload then shows the suggested name again.
    }
  }
}
