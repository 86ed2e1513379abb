import { LINE } from "./words-line.js";
import { ROLE, ROOM, STATE } from "./words-room.js";

/** @typedef {import("./protocol.js").PersonView} PersonView */
/** @typedef {"weak" | "lost" | null} BadLine null: as it should be, or not known */

/**
 * The whole state of a person in words, for the accessible name of a tile: "Quiet Heron, muted, hand 1".
 * @param {PersonView} person @param {boolean} isMe @param {boolean} speaks @param {BadLine} [line]
 */
export function tileName(person, isMe, speaks, line = null) {
  const parts = [person.alias, isMe ? ROOM.you : "", ROLE[person.role], ...states(person, speaks, line)];
  return parts.filter(Boolean).join(", ");
}

/** @param {PersonView} person @param {boolean} speaks @param {BadLine} line @returns {string[]} */
function states(person, speaks, line) {
  if (person.presence === "reconnecting") return [STATE.reconnecting];
  if (person.presence === "break") return [STATE.break, person.hand === null ? "" : STATE.hand(person.hand)];
  return [
    person.is_muted ? STATE.muted : "",
    person.camera_on ? STATE.cameraOn : "",
    speaks ? STATE.speaking : "",
    person.is_sharing ? STATE.sharing : "",
    person.hand === null ? "" : STATE.hand(person.hand),
    line ? LINE.theirs[line] : "",
  ];
}

/** The same as one line for lists. @param {PersonView} person @param {BadLine} [line] */
export const stateLine = (person, line = null) =>
  [ROLE[person.role], ...states(person, false, line)].filter(Boolean).join(", ");

/**
 * The one state that a tile shows: what the others need to know first.
 * @param {PersonView} person @param {BadLine} [line]
 * @returns {{key: string, icon: string, word: string} | null}
 */
export function tileState(person, line = null) {
  if (person.presence === "reconnecting") return { key: "reconnecting", icon: "wifi-off", word: STATE.reconnecting };
  if (person.presence === "break") return { key: "break", icon: "coffee", word: STATE.break };
  if (person.hand !== null) return { key: "hand", icon: "hand", word: STATE.hand(person.hand) };
  if (line) return { key: "weak", icon: line === "lost" ? "wifi-off" : "signal-medium", word: LINE.chip[line] };
  return person.is_muted ? { key: "muted", icon: "mic-off", word: STATE.muted } : null;
}
