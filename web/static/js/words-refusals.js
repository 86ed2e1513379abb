/**
 * One plain sentence for each no. What to do next, and nobody is blamed.
 * @type {Record<import("./refusal.js").RefusalReason, string>}
 */
export const REFUSALS = {
  "unknown-person": "This person is not here any more.",
  "not-permitted": "Only a facilitator can do this.",
  "not-admitted": "You can do this once you are in the room.",
  "wrong-standing": "This has changed in the meantime. Please look at the list again.",
  "wrong-phase": "This is not possible at this moment of the session.",
  "not-open-yet": "The doors are not open yet. Please come back a little later.",
  "too-early": "It is too early to start. You can start up to five minutes before the time.",
  "too-late": "This session began some time ago and takes nobody new today. Your host can tell you about the next one.",
  ended: "This session has ended.",
  canceled: "This session was canceled.",
  "entry-locked": "The room takes nobody new at the moment. You can try again in a few minutes.",
  "room-full": "Every seat in the room is taken at the moment.",
  "waiting-room-full": "The waiting room is full at the moment. Please try again in a few minutes.",
  "guidelines-not-accepted": "Please read the guidelines and tick the box first.",
  removed: "You are no longer in this session. Your host can tell you more.",
  declined: "This session cannot take you today.",
  "muted-by-facilitator": "A facilitator muted you. You can raise your hand to ask to speak.",
  "camera-stopped": "A facilitator stopped your camera for now. You can ask them in the chat.",
  "cameras-locked": "Cameras are off for everyone at the moment.",
  "share-not-allowed": "Only facilitators share their screen in this session.",
  "share-taken": "Somebody else is sharing at the moment.",
  "on-a-break": "You are taking a break. Come back first.",
  "chat-off": "The chat is closed at the moment.",
  "text-muted": "A facilitator asked you to pause writing. You can still read along.",
  "unknown-message": "This message is already gone.",
  "bad-text": "This text is empty or too long. Please change it a little.",
  "stale-version": "Somebody else changed this a moment ago. Please look again and decide.",
  "not-saved": "The server could not store this. Please try again in a moment.",
  busy: "That was a lot at once. Please try again in a moment.",
  "bad-answer": "The connection for sound and pictures is being made again.",
  "no-media": "Sound and pictures are not connected yet. Please try again in a moment.",
  "not-understood": "The server did not understand this page. Please reload it.",
  lost: "The connection was gone before this was done. Please try again.",
};

/** @param {unknown} error @returns {string} */
export function refusalWords(error) {
  const reason = /** @type {{reason?: unknown}} */ (error)?.reason;
  const words = typeof reason === "string" ? REFUSALS[/** @type {keyof typeof REFUSALS} */ (reason)] : undefined;
  return words ?? "That did not work. Please try again.";
}
