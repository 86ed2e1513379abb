import { html, nothing } from "../lit.js";
import { whoLine } from "../who.js";
import { COMMON } from "../words.js";
import { ROOM } from "../words-room.js";
import { roomBanners } from "./banner.js";
import { chatPanel } from "./chat.js";
import { lineButton } from "./connection.js";
import { dock } from "./dock.js";
import { icon } from "./icon.js";
import { leadPanel } from "./lead.js";
import { peoplePanel } from "./people.js";
import { stage } from "./stage.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */
/** @typedef {import("../protocol.js").RoomView} RoomView */

/**
 * @param {App} app
 * @param {Actions} actions
 * @param {RoomView} room
 * @param {import("../shown.js").Shown} shown
 */
export function roomView(app, actions, room, shown) {
  return html`<main class="room">
    ${head(app, room)} ${roomBanners(app, actions, room)} ${stage(app, room, shown)} ${panel(app, actions, room)}
    ${dock(app, actions, room)}
  </main>`;
}

/** @param {App} app @param {RoomView} room */
function head(app, room) {
  const { page, clock, own } = app.parts;
  const { text, isExposed } = whoLine(room, own, app.state.waitsForMedia);
  const left = room.status.phase === "ready" ? "" : ` · ${ROOM.left(clock.until(room.status.ends_at))}`;
  return html`<header class="room-head">
    <h1 class="room-title" tabindex="-1">${page.title}</h1>
    <p class="room-meta">${COMMON.notRecorded}${left}</p>
    ${lineButton(app)}
    <p class="who-line" id="who-line" role="note" data-exposed=${isExposed}>
      ${icon(isExposed ? "eye" : "eye-off", "icon-s")}<span>${text}</span>
    </p>
    <div class="room-head-side">
      <span class="small muted">${ROOM.count(room.people.length)}</span>
      <a class="small" href=${page.urls.help} target="_blank" rel="noopener">${COMMON.help}</a>
    </div>
  </header>`;
}

/** One panel at a time. @param {App} app @param {Actions} actions @param {RoomView} room */
function panel(app, actions, room) {
  if (app.ui.panel === "chat") return chatPanel(app, room);
  if (app.ui.panel === "people") return peoplePanel(app, actions, room);
  if (app.ui.panel === "lead" && room.lead) return leadPanel(app, actions, room, room.lead);
  return nothing;
}
