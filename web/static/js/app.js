import { INITIAL } from "./room-state.js";
import { Refusal } from "./refusal.js";
import { refusalWords } from "./words-refusals.js";

/**
 * @typedef {"chat" | "people" | "lead"} Panel
 * @typedef {{kind: "more"} | {kind: "rename"} | {kind: "keys"} | {kind: "connection"} | {kind: "who"}
 *   | {kind: "asked-to-unmute", by: string} | {kind: "remove", id: string, alias: string} | {kind: "end"}} Dialog
 * @typedef {{id: number, text: string, act?: {label: string, run: () => void}}} Toast
 */

/**
 * What only this page knows: what is open, what is chosen, what is being written.
 * @typedef {object} Ui
 * @property {string} alias
 * @property {boolean} agreed
 * @property {"alias" | "agreed" | null} missing what the person should look at before joining
 * @property {boolean} isJoining
 * @property {string | null} joinProblem why the last request to come in was refused
 * @property {boolean} staysAway chose to stay in the other tab
 * @property {boolean} tested
 * @property {Panel | null} panel
 * @property {Dialog | null} dialog
 * @property {readonly Toast[]} toasts
 * @property {string | null} note a calm line above the tiles, until dismissed
 * @property {import("./layout.js").Layout} layout
 * @property {number} page of the tiles, from 0
 * @property {boolean} hidesSelf
 * @property {string | null} pinned who this person keeps large
 * @property {string | null} main who is large in the speaker layout
 * @property {import("./layout.js").Box} box the room for tiles
 * @property {boolean} isWide panels lie beside the tiles
 * @property {boolean} isSoundBlocked
 * @property {number} unread
 * @property {string} chatTo
 * @property {boolean} chimes
 * @property {string | null} actionsOf whose actions are shown
 * @property {ReadonlySet<string>} notesOf whose notes are shown
 * @property {ReadonlySet<string>} selected in the waiting list
 * @property {{words: string, text: string} | null} copied the summary of the connection, and what became of it
 * @property {ReadonlySet<string>} declining declined here, not yet told
 */

/** @type {Ui} */
const INITIAL_UI = {
  alias: "",
  agreed: false,
  missing: null,
  isJoining: false,
  joinProblem: null,
  staysAway: false,
  tested: false,
  panel: null,
  dialog: null,
  toasts: [],
  note: null,
  layout: "grid",
  page: 0,
  hidesSelf: false,
  pinned: null,
  main: null,
  box: { width: 0, height: 0 },
  isWide: true,
  isSoundBlocked: false,
  unread: 0,
  chatTo: "everyone",
  chimes: true,
  actionsOf: null,
  notesOf: new Set(),
  selected: new Set(),
  copied: null,
  declining: new Set(),
};

const TOAST_MS = 6_000;

/**
 * @typedef {object} AppParts
 * @property {import("./page-data.js").PageData} page
 * @property {import("./clock.js").ServerClock} clock
 * @property {import("./signal.js").Signal} signal
 * @property {import("./media.js").Media} media
 * @property {import("./devices.js").Devices} devices
 * @property {import("./own-media.js").OwnMedia} own
 * @property {import("./line.js").Line} line
 * @property {import("./sight.js").Sight} sight
 * @property {import("./slots.js").SlotTracks} tracks
 * @property {import("./hearing.js").Hearing} hearing
 * @property {import("./sound.js").Sound} sound
 * @property {import("./announcer.js").Announcer} announcer
 * @property {import("./kept-name.js").KeptName} name
 */

/** Holds what the page shows and tells when to draw it again. Views read it; actions change it. */
export class App {
  /** @type {import("./room-state.js").RoomState} */
  state = INITIAL;
  /** @type {Ui} */
  ui = INITIAL_UI;
  /** @type {import("./protocol.js").Role | null} by the ticket, before anything else is known */
  role = null;
  /** @type {number | null} when the connection was lost, on this page's steady clock */
  lostAt = null;
  /** Leave was pressed: what the server still says about the room is not shown any more. */
  hasLeft = false;
  #draw;
  #nextToast = 1;

  /** @param {AppParts} parts @param {() => void} draw */
  constructor(parts, draw) {
    this.parts = parts;
    this.#draw = draw;
  }

  get lineStates() {
    return this.parts.line.states(this.state.quality);
  }

  /** @param {Partial<Ui>} patch */
  update(patch) {
    this.ui = { ...this.ui, ...patch };
    this.#draw();
  }

  redraw() {
    this.#draw();
  }

  /**
   * Asks the server; a no is shown in one sentence.
   * @param {import("./signal-types.js").RequestBody} body
   * @returns {Promise<boolean>} it was done
   */
  ask(body) {
    return this.attempt(() => this.parts.signal.request(body));
  }

  /** @param {() => Promise<unknown>} act @returns {Promise<boolean>} */
  async attempt(act) {
    try {
      await act();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.toast(refusalWords(error));
      return false;
    }
  }

  /** For what is written nowhere on the page. @param {string} text @param {string} [topic] */
  say(text, topic) {
    this.parts.announcer.say(text, topic);
  }

  /**
   * Shown for some seconds, in a live region: it is heard as well.
   * @param {string} text
   * @param {Toast["act"]} [act]
   * @param {number} [forMs]
   * @returns {number} to take it away earlier
   */
  toast(text, act, forMs = TOAST_MS) {
    const id = this.#nextToast++;
    const others = this.ui.toasts.filter((toast) => toast.text !== text).slice(-2);
    this.update({ toasts: [...others, { id, text, ...(act ? { act } : {}) }] });
    setTimeout(() => this.dismiss(id), forMs);
    return id;
  }

  /** @param {number} id */
  dismiss(id) {
    if (this.ui.toasts.some((toast) => toast.id === id))
      this.update({ toasts: this.ui.toasts.filter((toast) => toast.id !== id) });
  }
}
