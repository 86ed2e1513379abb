import { mayFacilitate } from "./room-state.js";
import { NEWS } from "./words-lead.js";
import { CHAT, NOTE, ROOM } from "./words-room.js";
import { WAITING } from "./words.js";

/**
 * What a message of the server means to this person, beside the view that it changes.
 * @typedef {{kind: "say", text: string, topic?: string}
 *   | {kind: "interrupt", text: string}
 *   | {kind: "toast", text: string}
 *   | {kind: "note", text: string | null}
 *   | {kind: "chime"}
 *   | {kind: "ask-to-unmute", by: string}
 *   | {kind: "unread"}} News
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
  return after.waiting && before.waiting ? waitingNews(before.waiting, after.waiting) : [];
}

/** @param {import("./protocol.js").Notice} notice @returns {News[]} */
function noticed(notice) {
  switch (notice.tag) {
    case "knocked":
      return [{ kind: "say", text: NEWS.knocked(notice.alias) }, { kind: "toast", text: NEWS.knocked(notice.alias) }, { kind: "chime" }];
    case "asked-to-unmute":
      return [{ kind: "ask-to-unmute", by: notice.by_alias }];
    case "you-were-muted":
      return [{ kind: "say", text: NOTE.muted, topic: "mic" }, { kind: "note", text: NOTE.muted }];
    case "you-may-unmute":
      return [{ kind: "say", text: NOTE.mayUnmute, topic: "mic" }, { kind: "note", text: NOTE.mayUnmute }];
    case "your-camera-was-stopped":
      return [{ kind: "say", text: NOTE.cameraStopped, topic: "camera" }, { kind: "toast", text: NOTE.cameraStopped }];
    case "time-left":
      return [{ kind: "say", text: NEWS.timeLeft(notice.minutes) }, { kind: "toast", text: NEWS.timeLeft(notice.minutes) }];
    case "note-arrived":
      return [{ kind: "say", text: NEWS.note(notice.alias) }, { kind: "toast", text: NEWS.note(notice.alias) }];
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
  return [...phaseNews(before, after), ...ownNews(before, after), ...handNews(before, after), ...chatNews(before, after)];
}

/** @param {RoomView} before @param {RoomView} after @returns {News[]} */
function phaseNews({ status: { phase: old } }, { status: { phase } }) {
  if (old === phase) return [];
  if (phase === "paused") return [{ kind: "say", text: `${ROOM.paused}. ${ROOM.pausedText}` }];
  if (phase === "held") return [{ kind: "say", text: `${ROOM.held}. ${ROOM.heldText}` }];
  if (phase === "closing") return old === "live" ? [{ kind: "say", text: ROOM.closing }] : [{ kind: "say", text: ROOM.resumed }];
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
  if (old.camera_on !== me.camera_on) news.push({ kind: "say", text: me.camera_on ? NOTE.cameraOn : NOTE.cameraOff, topic: "camera" });
  if (mayFacilitate(old.role) !== mayFacilitate(me.role)) {
    const text = mayFacilitate(me.role) ? NOTE.lead : NOTE.leadGone;
    news.push({ kind: "say", text }, { kind: "toast", text });
  }
  if (!oldStatus.cameras_locked && status.cameras_locked && !mayFacilitate(me.role)) news.push({ kind: "say", text: NOTE.camerasLocked });
  return news;
}

/** Hands are said to those who give the turns, and to everybody about their own. @param {RoomView} before @param {RoomView} after @returns {News[]} */
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
    .flatMap((line) => [{ kind: "say", text: CHAT.said(line.author_alias, line.text) }, { kind: "unread" }]);
}

/** @param {import("./protocol.js").WaitingView} before @param {import("./protocol.js").WaitingView} after @returns {News[]} */
function waitingNews(before, after) {
  /** @type {News[]} */
  const news = [];
  if (after.is_held && (!before.is_held || before.held_message !== after.held_message)) {
    news.push({ kind: "say", text: `${WAITING.held}. ${after.held_message || WAITING.heldPlain}` });
  }
  if (after.notice && after.notice !== before.notice) news.push({ kind: "say", text: `${WAITING.notice}: ${after.notice}` });
  for (const note of after.notes.slice(before.notes.length)) {
    if (note.is_from_facilitator) news.push({ kind: "say", text: `${WAITING.fromThem}: ${note.text}` });
  }
  return news;
}
