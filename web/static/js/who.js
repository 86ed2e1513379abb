import { isHeard, isOpen, isSeen } from "./own-rules.js";

/**
 * Promise 1: one line, always true, about who can see and hear me now.
 * @param {import("./protocol.js").RoomView} room
 * @param {{mic: {isOn: boolean}, camera: {isOn: boolean}}} own what leaves this device
 * @param {boolean} [waitsForMedia] there is no way for it to leave yet
 * @returns {{text: string, isExposed: boolean}}
 */
export function whoLine(room, own, waitsForMedia = false) {
  const others = room.people.filter(({ id, presence }) => id !== room.me.id && presence === "present").length;
  const open = isOpen(room) && others > 0 && !waitsForMedia;
  const heard = open && own.mic.isOn && isHeard(room);
  const seen = open && own.camera.isOn && isSeen(room);
  const shares = open && room.me.is_sharing;
  const who = others === 1 ? "1 person" : `${others} people`;
  const screen = shares ? ` ${who} can see your screen.` : "";
  return { text: `${sentence(who, heard, seen, others)}${screen}`, isExposed: heard || seen || shares };
}

/** @param {string} who @param {boolean} heard @param {boolean} seen @param {number} others */
function sentence(who, heard, seen, others) {
  if (heard && seen) return `${who} can see and hear you.`;
  if (heard) return `${who} can hear you. Nobody can see you.`;
  if (seen) return `${who} can see you. Nobody can hear you.`;
  return others === 0 ? "Nobody else is here. Nobody can see or hear you." : "Nobody can see or hear you.";
}
