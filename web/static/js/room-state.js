/**
 * @typedef {import("./protocol.js").ServerMessage} ServerMessage
 * @typedef {import("./protocol.js").RoomView} RoomView
 * @typedef {import("./protocol.js").Change} Change
 * @typedef {"connecting" | "outside" | "waiting" | "inside" | "outcome" | "elsewhere" | "moved" | "unknown"} Stage
 */

/**
 * All that the server has told this page. One state at a time: a view of another stage replaces the one before.
 * @typedef {object} RoomState
 * @property {Stage} stage
 * @property {string | null} me
 * @property {number} version of the newest view; 0 before the first
 * @property {boolean} hasGap a change was missed; only a whole view helps
 * @property {import("./protocol.js").OutsideView | null} outside
 * @property {import("./protocol.js").WaitingView | null} waiting
 * @property {import("./protocol.js").OutcomeView | null} outcome
 * @property {RoomView | null} room
 * @property {readonly string[]} speaking loudest first
 * @property {{transport: number, slots: readonly import("./protocol.js").Slot[]}} slots
 * @property {import("./protocol.js").Quality | null} quality how the server finds the lines; null before it said
 * @property {boolean} waitsForMedia the server has no room for this page's sound and pictures yet
 * @property {boolean} isDraining
 */

/** @type {RoomState} */
export const INITIAL = {
  stage: "connecting",
  me: null,
  version: 0,
  hasGap: false,
  outside: null,
  waiting: null,
  outcome: null,
  room: null,
  speaking: [],
  slots: { transport: -1, slots: [] },
  quality: null,
  waitsForMedia: false,
  isDraining: false,
};

/**
 * The state after one message of the server. Messages that say nothing about the room leave it as it is.
 * @param {RoomState} state
 * @param {ServerMessage} message
 * @returns {RoomState}
 */
export function reduce(state, message) {
  switch (message.type) {
    case "welcome":
      return { ...state, me: message.me, version: 0, hasGap: false, waitsForMedia: false, isDraining: false };
    case "elsewhere":
      return { ...toStage(state, "elsewhere") };
    case "moved-away":
      return { ...toStage(state, "moved") };
    case "outside":
      return { ...toStage(state, "outside"), version: message.version, outside: message.view };
    case "waiting":
      return { ...toStage(state, "waiting"), version: message.version, waiting: message.view };
    case "outcome":
      return { ...toStage(state, "outcome"), version: message.version, outcome: message.view };
    case "room":
      return { ...toStage(state, "inside"), version: message.version, room: message.view };
    case "room-changed":
      return changed(state, message);
    case "slots":
      return { ...state, slots: { transport: message.transport, slots: message.slots } };
    case "speaking":
      return { ...state, speaking: message.people };
    case "quality":
      return { ...state, quality: message };
    case "media-waits":
      return { ...state, waitsForMedia: true };
    case "offer":
      return { ...state, waitsForMedia: false };
    case "draining":
      return { ...state, isDraining: true };
    default:
      return state;
  }
}

/**
 * Nothing of the room is kept outside of it.
 * @param {RoomState} state @param {Stage} stage @returns {RoomState}
 */
function toStage(state, stage) {
  const room =
    stage === "inside"
      ? { speaking: state.speaking, slots: state.slots, quality: state.quality, waitsForMedia: state.waitsForMedia }
      : { speaking: [], slots: INITIAL.slots, quality: null, waitsForMedia: false };
  return { ...state, ...room, stage, hasGap: false, outside: null, waiting: null, outcome: null, room: null };
}

/** @param {RoomState} state @param {import("./protocol.js").RoomChanged} message @returns {RoomState} */
function changed(state, message) {
  if (message.version <= state.version) return state;
  if (!state.room || message.version !== state.version + 1) return { ...state, hasGap: true };
  return { ...state, version: message.version, room: message.changes.reduce(applied, state.room) };
}

/** @param {RoomView} room @param {Change} change @returns {RoomView} */
function applied(room, change) {
  switch (change.part) {
    case "me":
      return { ...room, me: change.me };
    case "status":
      return { ...room, status: change.status };
    case "lead":
      return { ...room, lead: change.lead };
    case "person":
      return { ...room, people: put(room.people, change.person) };
    case "person-gone":
      return { ...room, people: room.people.filter((person) => person.id !== change.id) };
    case "chat":
      return { ...room, chat: put(room.chat, change.line) };
    case "chat-gone":
      return { ...room, chat: room.chat.filter((line) => line.id !== change.id) };
  }
}

/**
 * Replaces the item of the same id where it is, else appends: the order on the screen never jumps.
 * @template {{id: string}} T
 * @param {readonly T[]} items @param {T} item @returns {readonly T[]}
 */
function put(items, item) {
  return items.some(({ id }) => id === item.id)
    ? items.map((old) => (old.id === item.id ? item : old))
    : [...items, item];
}

/**
 * @param {RoomState} state
 * @param {"ended" | "canceled" | "unknown"} kind what the ticket said instead of a ticket
 */
export function withoutTicket(state, kind) {
  if (kind === "unknown") return toStage(state, "unknown");
  /** @type {import("./protocol.js").OutcomeView} */
  const outcome = { kind, may_knock_again: false, tag: "outcome" };
  return { ...toStage(state, "outcome"), outcome };
}

/**
 * The state at the moment of pressing Leave, before the server says the same.
 * @param {RoomState} state
 * @returns {RoomState}
 */
export function leftByOneself(state) {
  return { ...toStage(state, "outcome"), outcome: { kind: "left", may_knock_again: true, tag: "outcome" } };
}

/** @param {import("./protocol.js").Role} role */
export const mayFacilitate = (role) => role !== "participant";

/**
 * @param {RoomView} room
 * @returns {import("./protocol.js").PersonView | undefined} oneself as the others see it
 */
export const selfOf = (room) => room.people.find((person) => person.id === room.me.id);

/**
 * @param {RoomState} state
 * @param {string} person
 * @returns {"weak" | "lost" | null} null where their line is good, or nothing is known of it
 */
export const lineOf = ({ quality }, person) => quality?.others.find((other) => other.person === person)?.state ?? null;
