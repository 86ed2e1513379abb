import { ROLE, ROOM, STATE } from "./words-room.js";

/** @typedef {import("./protocol.js").PersonView} PersonView */

/**
 * The whole state of a person in words, for the accessible name of a tile: "Quiet Heron, muted, hand 1".
 * @param {PersonView} person @param {boolean} isMe @param {boolean} speaks
 */
export function tileName(person, isMe, speaks) {
  return [person.alias, isMe ? ROOM.you : "", ROLE[person.role], ...states(person, speaks)].filter(Boolean).join(", ");
}

/** @param {PersonView} person @param {boolean} speaks @returns {string[]} */
function states(person, speaks) {
  if (person.presence === "reconnecting") return [STATE.reconnecting];
  if (person.presence === "break") return [STATE.break, person.hand === null ? "" : STATE.hand(person.hand)];
  return [
    person.is_muted ? STATE.muted : "",
    person.camera_on ? STATE.cameraOn : "",
    speaks ? STATE.speaking : "",
    person.is_sharing ? STATE.sharing : "",
    person.hand === null ? "" : STATE.hand(person.hand),
  ];
}

/** The same as one line for lists. @param {PersonView} person */
export const stateLine = (person) => [ROLE[person.role], ...states(person, false)].filter(Boolean).join(", ");

/**
 * The one state that a tile shows: what the others need to know first.
 * @param {PersonView} person
 * @returns {{key: string, icon: string, word: string} | null}
 */
export function tileState(person) {
  if (person.presence === "reconnecting") return { key: "reconnecting", icon: "wifi-off", word: STATE.reconnecting };
  if (person.presence === "break") return { key: "break", icon: "coffee", word: STATE.break };
  if (person.hand !== null) return { key: "hand", icon: "hand", word: STATE.hand(person.hand) };
  return person.is_muted ? { key: "muted", icon: "mic-off", word: STATE.muted } : null;
}
