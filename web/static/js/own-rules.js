import { Refusal } from "./refusal.js";

/** @typedef {import("./protocol.js").RoomView} RoomView */

/** @param {RoomView} room the server lets me be heard, as far as I am concerned */
export const isHeard = ({ me }) => !me.muted_by_self && !me.muted_by_facilitator && !me.on_break;

/** @param {RoomView} room the server lets me be seen, as far as I am concerned */
export const isSeen = ({ me, status }) =>
  me.camera_on && !me.camera_stopped && !me.on_break && !(status.cameras_locked && me.role === "participant");

/** @param {RoomView} room the phase lets me be heard and seen */
export const isOpen = ({ me, status }) =>
  me.role !== "participant" ? status.phase !== "held" : status.phase === "live" || status.phase === "closing";

/**
 * For what restricts oneself: it is in force here already, and is told with the next view where it could not be now.
 * @param {Promise<void>} answer
 */
export const unlessLost = (answer) =>
  answer.catch((error) => {
    if (!(error instanceof Refusal && error.reason === "lost")) throw error;
  });
