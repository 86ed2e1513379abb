import { lengthWords } from "./times.js";

/** @param {number} count */
const people = (count) => (count === 1 ? "1 person" : `${count} people`);

export const DOCK = {
  name: "Controls",
  mic: { off: "Muted. Turn microphone on", on: "Microphone on. Mute", word: { off: "Muted", on: "On" } },
  camera: { off: "Camera off. Turn camera on", on: "Camera on. Turn camera off", word: { off: "Off", on: "On" } },
  hand: { off: "Raise hand", on: "Lower hand", word: "Hand" },
  chat: "Chat",
  /** @param {number} unread */
  chatUnread: (unread) => `Chat, ${unread} new`,
  people: "People",
  lead: "Lead",
  /** @param {number} waiting */
  leadWaiting: (waiting) => `Lead, ${waiting} waiting`,
  more: "More",
};

export const ROOM = {
  tiles: "People in the room",
  you: "you",
  /** @param {number} count */
  count: people,
  /** @param {number} ms */
  left: (ms) => (ms > 0 ? `${lengthWords(ms)} left` : "Time is up"),
  /** @param {number} page @param {number} pages */
  page: (page, pages) => `Page ${page} of ${pages}`,
  pager: "Pages of people",
  previous: "Previous page",
  next: "Next page",
  ownSharing: "You are sharing your screen",
  /** @param {string} alias */
  screenOf: (alias) => `Screen of ${alias}`,
  paused: "The room is paused",
  pausedText: "Only facilitators are seen and heard. You do not need to do anything.",
  pausedLead: "Only facilitators are seen and heard, until you resume.",
  resumed: "The room goes on.",
  held: "We are waiting for a facilitator",
  heldText: "Microphones, cameras and the chat are closed until a facilitator is back. You can wait here or leave.",
  ready: "The session has not started yet. Only facilitators are seen and heard.",
  closing: "The session is coming to its end.",
  onBreak: "You are taking a break. Nobody sees or hears you, and your seat is kept.",
  comeBack: "Come back",
  selfHidden: "Your own picture is hidden from you. Others still see it.",
  stopSharing: "Stop sharing",
};

/** @type {Record<import("./protocol.js").Role, string>} */
export const ROLE = { participant: "", "co-facilitator": "co-facilitator", facilitator: "facilitator" };

export const STATE = {
  muted: "muted",
  speaking: "speaking",
  cameraOn: "camera on",
  sharing: "sharing a screen",
  break: "taking a break",
  reconnecting: "reconnecting",
  /** @param {number} place */
  hand: (place) => `hand ${place}`,
};

export const NOTE = {
  muted: "A facilitator muted you. You can raise your hand to ask to speak.",
  notNow: "Only facilitators are seen and heard at the moment.",
  mayUnmute: "You can turn your microphone on again when you like.",
  cameraStopped: "A facilitator stopped your camera for now.",
  camerasLocked: "Cameras are off for everyone at the moment.",
  resumedMuted: "You are back in your seat, muted.",
  nowMuted: "You are muted.",
  nowHeard: "Your microphone is on.",
  cameraOn: "Your camera is on.",
  cameraOff: "Your camera is off.",
  handUp: "Your hand is up.",
  handDown: "Your hand is down.",
  removed: "You are no longer in this session.",
  lead: "You can now help to lead. The panel is under Lead.",
  leadGone: "You take part as a participant now.",
};

/** @type {Record<import("./own-source.js").OwnNote, string>} */
export const OWN_NOTE = {
  "mic-lost": "Your microphone stopped, so you are muted. Turn it on again when you are ready.",
  "camera-lost": "Your camera stopped. Turn it on again when you like.",
  "camera-paused": "Your camera paused while you were away. Turn it on again when you like.",
  "came-back-muted":
    "Your microphone paused while you were away, so you are muted. Turn it on again when you are ready.",
};

export const ASKED = {
  /** @param {string} alias */
  title: (alias) => `${alias} asks you to unmute`,
  text: "You decide. Nobody can turn your microphone on but you.",
  unmute: "Unmute",
  stay: "Stay muted",
};

export const CHAT = {
  title: "Chat",
  log: "Messages",
  empty: "No messages yet. Everything written here is gone when the session ends.",
  message: "Message",
  to: "To",
  everyone: "Everyone",
  facilitators: "Facilitators",
  /** @param {string} alias */
  delete: (alias) => `Delete message from ${alias}`,
  toFacilitators: "to facilitators",
  /** @param {string} alias */
  toPerson: (alias) => `to ${alias}, privately`,
  toYou: "to you, privately",
  you: "You",
  off: "The chat is closed at the moment.",
  textMuted: "A facilitator asked you to pause writing. You can still read along.",
  /** @param {string} alias */
  wrote: (alias) => `${alias} wrote in the chat`,
};

export const PIN = {
  /** @param {string} alias */
  pin: (alias) => `Keep ${alias} large`,
  /** @param {string} alias */
  unpin: (alias) => `Stop keeping ${alias} large`,
  short: "Large",
};

export const MORE = {
  title: "More",
  takeBreak: "Take a break",
  comeBack: "Come back",
  share: "Share screen",
  stopShare: "Stop sharing",
  layout: "Layout",
  layouts: { grid: "Grid", speaker: "Speaker", names: "Names only" },
  hideSelf: "Hide my own picture",
  rename: "Change my name",
  who: "Who can see and hear me",
  whoHere: "In the room at the moment:",
  connection: "Connection",
  keys: "Keys",
  renameLabel: "Name to show",
  renameSave: "Save name",
};

/** @type {readonly (readonly [string, string])[]} */
export const KEYS = [
  ["Ctrl or Cmd + D", "microphone on or off"],
  ["Ctrl or Cmd + E", "camera on or off"],
  ["hold Space", "talk while you hold it"],
  ["?", "this list"],
  ["Shift three times", "leave quickly, where the group has a neutral page"],
];
