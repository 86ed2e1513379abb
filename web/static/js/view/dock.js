import { html, nothing } from "../lit.js";
import { mayFacilitate, selfOf } from "../room-state.js";
import { COMMON } from "../words.js";
import { DOCK } from "../words-room.js";
import { icon } from "./icon.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */
/** @typedef {import("../own-media.js").OwnMedia} OwnMedia */
/** @typedef {import("../protocol.js").RoomView} RoomView */

/** @param {App} app @param {Actions} actions @param {RoomView} room */
export function dock(app, actions, room) {
  const { own } = app.parts;
  const { unread } = app.ui;
  return html`<div class="dock" role="toolbar" aria-label=${DOCK.name} @keydown=${moveInToolbar}>
    ${micItem(own, actions, room)} ${cameraItem(app, actions, room)} ${handItem(actions, room)}
    ${panelItem(app, "chat", unread ? DOCK.chatUnread(unread) : DOCK.chat, DOCK.chat, "message-circle", unread)}
    ${panelItem(app, "people", DOCK.people, DOCK.people, "users", 0)} ${leadItem(app, room)} ${moreItem(app)}
    ${item({ ...same(COMMON.leave), drawing: "log-out", manner: "dock-item-leave", press: actions.leave })}
  </div>`;
}

/** @param {string} word */
const same = (word) => ({ name: word, word });

/** @param {OwnMedia} own @param {Actions} actions @param {RoomView} room */
function micItem({ mic: { isOn } }, actions, { me }) {
  const state = isOn ? "on" : "off";
  return item({
    name: DOCK.mic[state],
    word: DOCK.mic.word[state],
    drawing: isOn ? "mic" : "mic-off",
    isPressed: isOn,
    isBarred: me.muted_by_facilitator || me.on_break,
    press: actions.toggleMic,
  });
}

/** @param {App} app @param {Actions} actions @param {RoomView} room */
function cameraItem(app, actions, room) {
  const { own, line } = app.parts;
  const { isOn } = own.camera;
  const state = isOn ? "on" : "off";
  return item({
    name: DOCK.camera[state],
    word: DOCK.camera.word[state],
    drawing: isOn ? "video" : "video-off",
    isPressed: isOn,
    isBarred: isCameraBarred(room) || line.choice === "none",
    press: actions.toggleCamera,
  });
}

/**
 * Those who lead have it behind More where the dock is narrow.
 * @param {Actions} actions
 * @param {RoomView} room
 */
function handItem(actions, room) {
  const isUp = selfOf(room)?.hand != null;
  return item({
    name: isUp ? DOCK.hand.on : DOCK.hand.off,
    word: DOCK.hand.word,
    drawing: "hand",
    isPressed: isUp,
    manner: room.lead ? "dock-item-wide" : "",
    press: actions.toggleHand,
  });
}

/** @param {App} app */
const moreItem = (app) =>
  item({
    ...same(DOCK.more),
    drawing: "ellipsis",
    hasDialog: true,
    press: () => app.update({ dialog: { kind: "more" } }),
  });

/** @param {RoomView} room */
const isCameraBarred = ({ me, status }) =>
  me.camera_stopped || me.on_break || (status.cameras_locked && !mayFacilitate(me.role));

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
  return html`<button
    class="dock-item ${manner}"
    type="button"
    aria-label=${name}
    aria-pressed=${isPressed ?? nothing}
    aria-expanded=${isOpen ?? nothing}
    aria-disabled=${isBarred ? "true" : nothing}
    aria-haspopup=${hasDialog ? "dialog" : nothing}
    @click=${press}
  >
    ${icon(drawing)}<span class="dock-word" aria-hidden="true">${word}</span>
    ${count > 0 ? html`<span class="badge" aria-hidden="true">${count}</span>` : nothing}
  </button>`;
}

/**
 * @param {App} app
 * @param {import("../app.js").Panel} panel
 * @param {string} name
 * @param {string} word
 * @param {string} drawing
 * @param {number} count
 */
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
  const buttons = [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("button")].filter(
    (button) => button.offsetParent,
  );
  const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
}
