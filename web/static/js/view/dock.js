import { html, nothing } from "../lit.js";
import { mayFacilitate, selfOf } from "../room-state.js";
import { COMMON } from "../words.js";
import { DOCK } from "../words-room.js";
import { icon } from "./icon.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */
/** @typedef {import("../protocol.js").RoomView} RoomView */

/** @param {App} app @param {Actions} actions @param {RoomView} room */
export function dock(app, actions, room) {
  const { own } = app.parts;
  const isHandUp = selfOf(room)?.hand != null;
  const mic = own.mic.isOn ? "on" : "off";
  const camera = own.camera.isOn ? "on" : "off";
  return html`<div class="dock" role="toolbar" aria-label=${DOCK.name} @keydown=${moveInToolbar}>
    ${item({ name: DOCK.mic[mic], word: DOCK.mic.word[mic], drawing: own.mic.isOn ? "mic" : "mic-off", isPressed: own.mic.isOn, isBarred: room.me.muted_by_facilitator || room.me.on_break, press: actions.toggleMic })}
    ${item({ name: DOCK.camera[camera], word: DOCK.camera.word[camera], drawing: own.camera.isOn ? "video" : "video-off", isPressed: own.camera.isOn, isBarred: isCameraBarred(room), press: actions.toggleCamera })}
    ${item({ name: isHandUp ? DOCK.hand.on : DOCK.hand.off, word: DOCK.hand.word, drawing: "hand", isPressed: isHandUp, press: actions.toggleHand, manner: room.lead ? "dock-item-wide" : "" })}
    ${panelItem(app, "chat", app.ui.unread ? DOCK.chatUnread(app.ui.unread) : DOCK.chat, DOCK.chat, "message-circle", app.ui.unread)}
    ${panelItem(app, "people", DOCK.people, DOCK.people, "users", 0)}
    ${leadItem(app, room)}
    ${item({ name: DOCK.more, word: DOCK.more, drawing: "ellipsis", hasDialog: true, press: () => app.update({ dialog: { kind: "more" } }) })}
    ${item({ name: COMMON.leave, word: COMMON.leave, drawing: "log-out", manner: "dock-item-leave", press: actions.leave })}
  </div>`;
}

/** @param {RoomView} room */
const isCameraBarred = ({ me, status }) => me.camera_stopped || me.on_break || (status.cameras_locked && !mayFacilitate(me.role));

/**
 * @typedef {object} Item
 * @property {string} name what it does, and the state
 * @property {string} word under the drawing
 * @property {string} drawing
 * @property {() => unknown} press
 * @property {boolean} [isPressed]
 * @property {boolean} [isOpen]
 * @property {boolean} [isBarred] pressing it says why not
 * @property {boolean} [hasDialog]
 * @property {string} [manner]
 * @property {number} [count]
 */

/** @param {Item} item */
function item({ name, word, drawing, press, isPressed, isOpen, isBarred, hasDialog, manner = "", count = 0 }) {
  return html`<button class="dock-item ${manner}" type="button" aria-label=${name} aria-pressed=${isPressed ?? nothing}
    aria-expanded=${isOpen ?? nothing} aria-disabled=${isBarred ? "true" : nothing} aria-haspopup=${hasDialog ? "dialog" : nothing} @click=${press}>
    ${icon(drawing)}<span class="dock-word" aria-hidden="true">${word}</span>
    ${count > 0 ? html`<span class="badge" aria-hidden="true">${count}</span>` : nothing}
  </button>`;
}

/** @param {App} app @param {import("../app.js").Panel} panel @param {string} name @param {string} word @param {string} drawing @param {number} count */
function panelItem(app, panel, name, word, drawing, count) {
  const isOpen = app.ui.panel === panel;
  const press = () => app.update({ panel: isOpen ? null : panel, ...(panel === "chat" ? { unread: 0 } : {}) });
  return item({ name, word, drawing, press, isOpen, count, manner: panel === "lead" ? "" : "dock-item-wide" });
}

/** @param {App} app @param {RoomView} room */
function leadItem(app, room) {
  if (!room.lead) return nothing;
  const waiting = room.lead.waiting.length;
  return panelItem(app, "lead", waiting ? DOCK.leadWaiting(waiting) : DOCK.lead, DOCK.lead, "shield", waiting);
}

/** Arrow keys go along the toolbar, besides Tab. @param {KeyboardEvent} event */
function moveInToolbar(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const buttons = [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("button")].filter((button) => button.offsetParent);
  const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
}
