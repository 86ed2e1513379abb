import { html, live, nothing } from "../lit.js";
import { selfOf } from "../room-state.js";
import { DOCK, MORE, ROOM } from "../words-room.js";
import { COMMON } from "../words.js";
import { choice } from "./choice.js";
import { deviceSelects, problems } from "./device-controls.js";
import { icon } from "./icon.js";
import { videoChoice } from "./video-choice.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */

const DOCK_IS_WIDE = "(min-width: 40rem) and (min-height: 22.51rem)";
/** @type {readonly import("../layout.js").Layout[]} */
const LAYOUTS = ["grid", "speaker", "names"];

/** Everything that is not in the dock. @param {App} app @param {Actions} actions */
export function moreDialog(app, actions) {
  const { room } = app.state;
  if (!room) return nothing;
  const { devices } = app.parts;
  const { me } = room;
  return html`<div class="action-grid">
      ${matchMedia(DOCK_IS_WIDE).matches ? nothing : dockRest(app, actions)}
      ${button("coffee", me.on_break ? MORE.comeBack : MORE.takeBreak, actions.toggleBreak)}
      ${
        me.is_sharing || (me.may_share && devices.canShareScreen)
          ? button(
              me.is_sharing ? "screen-share-off" : "screen-share",
              me.is_sharing ? MORE.stopShare : MORE.share,
              actions.toggleShare,
            )
          : nothing
      }
      ${button("user", MORE.rename, () => app.update({ dialog: { kind: "rename" } }))}
      ${button("eye", MORE.who, () => app.update({ dialog: { kind: "who" } }))}
      ${button("signal-high", MORE.connection, () => app.update({ dialog: { kind: "connection" } }))}
      ${button("circle-question-mark", MORE.keys, () => app.update({ dialog: { kind: "keys" } }))}
    </div>
    ${problems(app)} ${layouts(app, actions)} ${videoChoice(app, actions)}
    <label class="choice">
      <input
        type="checkbox"
        .checked=${live(app.ui.hidesSelf)}
        @change=${(/** @type {Event} */ event) => app.update({ hidesSelf: /** @type {HTMLInputElement} */ (event.target).checked })}
      />
      <span>${MORE.hideSelf}</span>
    </label>
    ${app.ui.hidesSelf ? html`<p class="small muted">${ROOM.selfHidden}</p>` : nothing}
    <div class="stack">${deviceSelects(app, actions)}</div>
    ${
      app.parts.page.urls.quick_exit
        ? html`<div class="stack stack-tight">
            <button class="button" type="button" @click=${actions.leaveQuickly}>${COMMON.leaveQuickly}</button>
            <p class="small muted">${COMMON.leaveQuicklyNote}</p>
          </div>`
        : nothing
    }`;
}

/** What the dock sheds where it is narrow. @param {App} app @param {Actions} actions */
function dockRest(app, actions) {
  const { room } = app.state;
  const open = (/** @type {import("../app.js").Panel} */ panel) =>
    app.update({ dialog: null, panel, ...(panel === "chat" ? { unread: 0 } : {}) });
  const isHandUp = room !== null && selfOf(room)?.hand != null;
  return html`${button("message-circle", app.ui.unread ? DOCK.chatUnread(app.ui.unread) : DOCK.chat, () => open("chat"))}
  ${button("users", DOCK.people, () => open("people"))}
  ${room?.lead ? button("hand", isHandUp ? DOCK.hand.on : DOCK.hand.off, actions.toggleHand) : nothing}`;
}

/** @param {string} drawing @param {string} words @param {() => unknown} press */
const button = (drawing, words, press) =>
  html`<button class="button" type="button" @click=${press}>${icon(drawing, "icon-s")}<span>${words}</span></button>`;

/** @param {App} app @param {Actions} actions */
const layouts = (app, actions) =>
  choice({
    name: "layout",
    legend: MORE.layout,
    values: LAYOUTS,
    chosen: app.ui.layout,
    word: (layout) => MORE.layouts[layout],
    choose: actions.setLayout,
  });
