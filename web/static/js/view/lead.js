import { html } from "../lit.js";
import { LEAD } from "../words-lead.js";
import { peopleSection } from "./lead-people.js";
import { outSection, roomSection } from "./lead-room.js";
import { waitingSection } from "./lead-waiting.js";
import { panelView } from "./panel.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */
/** @typedef {import("../protocol.js").RoomView} RoomView */
/** @typedef {import("../protocol.js").LeadView} LeadView */

/**
 * One screen to hold the room: who waits, who is here, the room itself.
 * @param {App} app
 * @param {Actions} actions
 * @param {RoomView} room
 * @param {LeadView} lead
 */
export function leadPanel(app, actions, room, lead) {
  const body = html`${waitingSection(app, actions, lead)} ${peopleSection(app, actions, room, lead)}
  ${roomSection(app, actions, room, lead)} ${outSection(actions, lead)}`;
  return panelView(app, { name: LEAD.title, title: LEAD.heading, body });
}
