import { deadline } from "./deadline.js";

/**
 * The token that brings this tab back to its seat. It lies in sessionStorage, so that a reload finds it; a duplicated
 * tab would find a copy, so its use is tied to a lock that one living page holds.
 */
export class ResumeToken {
  #key;
  #storage;
  #locks;
  #patience;
  /** @type {string | null} */
  #token = null;
  #tab = "";

  /**
   * @param {string} session
   * @param {Storage | null} storage
   * @param {LockManager | null} locks
   * @param {() => AbortSignal} patience how long to wait for the page before this one to let go
   */
  constructor(session, storage, locks, patience = () => deadline(RELOAD_GRACE_MS)) {
    this.#key = `holdspace.resume.${session}`;
    this.#storage = storage;
    this.#locks = locks;
    this.#patience = patience;
  }

  get value() {
    return this.#token;
  }

  /** Reads what an earlier page of this tab left, unless a living page still uses it. */
  async claim() {
    const left = read(this.#storage, this.#key);
    if (!left) return;
    const { tab, token } = left;
    if (await hold(this.#locks, lockName(tab), this.#patience())) {
      this.#token = token;
      this.#tab = tab;
    }
  }

  /** @param {string} token from `welcome`; it replaces any earlier one */
  keep(token) {
    if (!this.#tab) {
      this.#tab = randomName();
      void hold(this.#locks, lockName(this.#tab), this.#patience());
    }
    this.#token = token;
    try {
      this.#storage?.setItem(this.#key, JSON.stringify({ tab: this.#tab, token }));
    } catch {
      // Storage is full or switched off: the seat then outlives a lost socket, not a reload.
    }
  }

  forget() {
    this.#token = null;
    try {
      this.#storage?.removeItem(this.#key);
    } catch {
      // As above.
    }
  }
}

/** `randomUUID` is missing where the page is not served over https. */
const randomName = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16)).join("");

/** @param {string} tab */
const lockName = (tab) => `holdspace.tab.${tab}`;

/** @param {Storage | null} storage @param {string} key @returns {{tab: string, token: string} | null} */
function read(storage, key) {
  try {
    const left = JSON.parse(storage?.getItem(key) ?? "null");
    return typeof left?.tab === "string" && typeof left.token === "string" ? left : null;
  } catch {
    return null;
  }
}

const RELOAD_GRACE_MS = 1_500;

/**
 * Takes the lock for as long as this page lives. A page that is being reloaded gives its lock up within a moment.
 * @param {LockManager | null} locks
 * @param {string} name
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>}
 */
function hold(locks, name, signal) {
  if (!locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const held = locks.request(name, { signal }, () => {
      resolve(true);
      return new Promise(() => {});
    });
    held.catch(() => resolve(false));
  });
}
