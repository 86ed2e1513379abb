import { lengthWords } from "./times.js";

/** What every stage shares. Short, second person, what happens next. */
export const COMMON = {
  help: "Help",
  leave: "Leave",
  close: "Close",
  cancel: "Not now",
  send: "Send",
  leaveQuickly: "Leave quickly",
  leaveQuicklyNote:
    "This closes the session at once and opens a neutral page. It does not clear the history of your browser.",
  backToSession: "Session page",
  notRecorded: "Not recorded",
  understood: "Understood",
};

export const CONNECTION = {
  opening: "Opening the session.",
  reconnecting: "Reconnecting. You do not need to do anything.",
  lost: "The connection was lost. We keep trying, and your seat is kept.",
  stillLost: "We are still trying to reach the session. Your seat is kept for a short time.",
  back: "You are connected again.",
  tryAgain: "Try again",
  draining: "The session is moving to another server. You do not need to do anything.",
  soundBlocked: "Your browser keeps the sound off until you tap.",
  hear: "Tap to hear the room",
};

export const PRE_JOIN = {
  title: "You are not in the room yet",
  lede: "Nobody can see or hear you.",
  /** @param {string} when */
  starts: (when) => `Starts ${when}.`,
  /** @param {string} names */
  facilitators: (names) => `Facilitators: ${names}.`,
  cameraOff: "Camera is off. That is fine here.",
  preview: "Camera preview",
  micOn: "Turn microphone on",
  micOff: "Turn microphone off",
  cameraOn: "Turn camera on",
  cameraOffAct: "Turn camera off",
  testSound: "Test sound",
  testing: "You should hear three soft notes.",
  micNote: "Your microphone works. You come into the room muted.",
  cameraNote: "Only you see this. In the room, others will see it too.",
  microphone: "Microphone",
  camera: "Camera",
  speaker: "Speaker",
  systemDefault: "As the system chooses",
  noMedia:
    "This browser cannot bring you the sound of the room. You can read and write there. To hear, open the link in Safari, Chrome or Firefox.",
  listenOnly: "A microphone and a camera are not needed. You can join and only listen.",
  appear: "How you will appear",
  name: "Name to show",
  nameHint: "Any name you like. We do not need your real one.",
  nameMissing: "Please write a name to show.",
  guidelines: "Guidelines of this group",
  agree: "I agree to these guidelines",
  agreeMissing: "Please read the guidelines and tick the box.",
  notRecorded: "Holdspace has no recorder. Another person could still use another tool, and the group agrees not to.",
  join: "Ask to join",
  enter: "Enter the room",
  /** @param {number} ms */
  doorsIn: (ms) => (ms > 0 ? `The doors open in ${lengthWords(ms)}` : "The doors open in a moment"),
  joinNote: "A facilitator will let you in.",
  enterNote: "You go straight in.",
  doorsNote: "You can get ready now. This page turns by itself.",
};

/** @type {Record<import("./protocol.js").Arrival, string>} */
export const ARRIVAL = {
  "not-open": "The session has not opened yet.",
  "waiting-for-facilitator": "A facilitator is expected.",
  "facilitator-is-here": "A facilitator is here.",
  "running-late": "We are running a little late. A facilitator is expected.",
};

export const WAITING = {
  title: "You are in the waiting room",
  lede: "A facilitator will let you in.",
  quiet: "You can stay as you are. Nobody can see or hear you, and nothing will time out.",
  held: "A facilitator asks you to hold on",
  heldPlain: "You keep your place. Please stay a little longer.",
  wasHere: "You were in the room before. Your place is known.",
  notice: "From the facilitators",
  groupMessage: "From the group",
  notes: "Notes with the facilitators",
  noteLabel: "Note to the facilitators",
  noteHint: "Only the facilitators read it.",
  sendNote: "Send note",
  noteSent: "Your note was sent.",
  fromMe: "You",
  fromThem: "A facilitator",
  devices: "Microphone and camera",
  cameraWillShow: "Your camera is on and will be seen when you go in.",
  arrived: "You are in the room. You are muted.",
};

export const ELSEWHERE = {
  title: "This session is open in another tab",
  lede: "Move here, or stay there? Only one place at a time, so that nobody hears you by accident.",
  move: "Move here",
  stay: "Stay there",
  stayed: "You can close this tab.",
  movedTitle: "This session moved to another tab",
  movedLede: "You are muted here, and nobody can see you from this tab.",
};

/** @type {Record<import("./protocol.js").OutcomeKind, {title: string, lede: string}>} */
export const OUTCOME = {
  left: { title: "You have left this session", lede: "Nobody can see or hear you any more." },
  ended: {
    title: "The session has ended",
    lede: "Thank you for being here. Names and messages of this session are gone.",
  },
  canceled: {
    title: "This session was canceled",
    lede: "It does not take place. The session page shows what comes next.",
  },
  declined: { title: "This session cannot take you today", lede: "Here are other options." },
  removed: {
    title: "You are no longer in this session",
    lede: "Your host can tell you more and answer your questions.",
  },
};

export const AFTER = {
  comeBack: "Ask to come back",
  enterAgain: "Enter the room again",
  next: "What helps now",
  done: "What comes next",
  unknownTitle: "There is no session here",
  unknownLede: "The link may be incomplete. Please ask your host for a new one.",
};
