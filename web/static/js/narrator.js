import { mayFacilitate } from "./room-state.js";
import { NEWS } from "./words-lead.js";
import { NOTE, ROOM } from "./words-room.js";
import { WAITING } from "./words.js";

/**
 * What a message of the server means to this person, beside the view that it changes. Each thing is heard once: toasts
 * and notes are live regions themselves, "say" is for what is not written anywhere else.
 * @typedef {{kind: "say", text: string, topic?: string}
 *   | {kind: "interrupt", text: string}
 *   | {kind: "toast", text: string}
 *   | {kind: "at-the-door", text: string}
 *   | {kind: "note", text: string | null}
 *   | {kind: "chime"} | {kind: "held"}
 *   | {kind: "ask-to-unmute", by: string}
 *   | {kind: "message", by: string}} News
 * @typedef {import("./room-state.js").RoomState} RoomState
 * @typedef {import("./protocol.js").RoomView} RoomView
 */

/**
 * @param {RoomState} before
 * @param {RoomState} after
 * @param {import("./protocol.js").ServerMessage} message
 * @returns {News[]}
 */
export function narrate(before, after, message) {
  if (message.type === "notices") return message.notices.flatMap(noticed);
  if (before.stage !== after.stage) return arrived(before, after);
  if (message.type === "room-changed" && before.room && after.room) return roomNews(before.room, after.room);
  return [];
}

/** @param {import("./protocol.js").Notice} notice @returns {News[]} */
function noticed(notice) {
  switch (notice.tag) {
    case "knocked":
      return [{ kind: "at-the-door", text: NEWS.knocked(notice.alias) }, { kind: "chime" }];
    case "asked-to-unmute":
      return [{ kind: "ask-to-unmute", by: notice.by_alias }];
    case "you-were-muted":
      return [{ kind: "note", text: NOTE.muted }];
    case "you-may-unmute":
      return [{ kind: "note", text: NOTE.mayUnmute }];
    case "your-camera-was-stopped":
      return [{ kind: "note", text: NOTE.cameraStopped }];
    case "time-left":
      return [{ kind: "toast", text: NEWS.timeLeft(notice.minutes) }];
    case "note-arrived":
      return [{ kind: "at-the-door", text: NEWS.note(notice.alias) }];
    case "link-opened-twice":
      return [{ kind: "toast", text: NEWS.linkOpenedTwice(notice.alias) }];
  }
}

/** @param {RoomState} before @param {RoomState} after @returns {News[]} */
function arrived(before, after) {
  if (after.stage === "inside" && before.stage === "waiting") return [{ kind: "say", text: WAITING.arrived }];
  if (after.stage === "inside" && before.stage === "connecting") return [{ kind: "toast", text: NOTE.resumedMuted }];
  if (after.outcome?.kind === "removed") return [{ kind: "interrupt", text: NOTE.removed }];
  return [];
}

/** @param {RoomView} before @param {RoomView} after @returns {News[]} */
function roomNews(before, after) {
  return [
    ...phaseNews(before, after),
    ...ownNews(before, after),
    ...handNews(before, after),
    ...chatNews(before, after),
  ];
}

/** @param {RoomView} before @param {RoomView} after @returns {News[]} */
function phaseNews({ status: { phase: old } }, { status: { phase } }) {
  if (old === phase || phase === "paused") return [];
  if (phase === "held") return [{ kind: "held" }];
  return old === "paused" || old === "held" ? [{ kind: "say", text: ROOM.resumed }] : [];
}

/** @param {RoomView} before @param {RoomView} after @returns {News[]} */
function ownNews({ me: old, status: oldStatus }, { me, status }) {
  /** @type {News[]} */
  const news = [];
  if (old.muted_by_self !== me.muted_by_self && !me.muted_by_facilitator) {
    news.push({ kind: "say", text: me.muted_by_self ? NOTE.nowMuted : NOTE.nowHeard, topic: "mic" });
    if (!me.muted_by_self) news.push({ kind: "note", text: null });
  }
  if (old.camera_on !== me.camera_on)
    news.push({ kind: "say", text: me.camera_on ? NOTE.cameraOn : NOTE.cameraOff, topic: "camera" });
  if (mayFacilitate(old.role) !== mayFacilitate(me.role)) {
    const text = mayFacilitate(me.role) ? NOTE.lead : NOTE.leadGone;
    news.push({ kind: "toast", text });
  }
  if (!oldStatus.cameras_locked && status.cameras_locked && !mayFacilitate(me.role))
    news.push({ kind: "note", text: NOTE.camerasLocked });
  return news;
}

/**
 * Hands are said to those who give the turns, and to everybody about their own.
 * @param {RoomView} before
 * @param {RoomView} after
 * @returns {News[]}
 */
function handNews(before, after) {
  return after.people.flatMap(({ id, alias, hand }) => {
    const old = before.people.find((person) => person.id === id)?.hand ?? null;
    const isOwn = id === after.me.id;
    if ((old === null) === (hand === null)) return [];
    if (isOwn) return [{ kind: "say", text: hand === null ? NOTE.handDown : NOTE.handUp, topic: "hand" }];
    return hand !== null && after.lead ? [{ kind: "say", text: NEWS.hand(alias) }] : [];
  });
}

/** @param {RoomView} before @param {RoomView} after @returns {News[]} */
function chatNews(before, after) {
  const known = new Set(before.chat.map(({ id }) => id));
  return after.chat
    .filter(({ id, author }) => !known.has(id) && author !== after.me.id)
    .map((line) => ({ kind: "message", by: line.author_alias }));
}
