import { html, keyed, nothing, ref } from "../lit.js";
import { markFirst } from "../marks.js";
import { isOpen } from "../own-rules.js";
import { tileName, tileState } from "../person-words.js";
import { lineOf } from "../room-state.js";
import { ROLE, ROOM } from "../words-room.js";
import { streamOf } from "./device-controls.js";
import { icon } from "./icon.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../protocol.js").RoomView} RoomView */
/** @typedef {import("../protocol.js").PersonView} PersonView */

/**
 * One person: picture or initial, name, one state. The full state is in the name for screen readers.
 * @param {App} app
 * @param {RoomView} room
 * @param {PersonView} person
 * @param {boolean} isMain
 */
export function tile(app, room, person, isMain) {
  const isMe = person.id === room.me.id;
  const line = isMe ? null : lineOf(app.state, person.id);
  const speaks = app.state.speaking.includes(person.id) && !person.is_muted;
  return html`<li
    class="tile"
    aria-label=${tileName(person, isMe, speaks, line)}
    data-speaking=${speaks}
    data-dim=${isDim(app)}
    data-main=${isMain}
    data-shows="camera"
    data-tile=${person.id}
  >
    <span class="avatar" aria-hidden="true">${initial(person.alias)}</span>
    ${isMe ? ownPicture(app, room) : picture(app, person, "camera")}
    <span class="name-tag" aria-hidden="true">
      <span>${person.alias}${isMe ? ` (${ROOM.you})` : nothing}</span>
      ${ROLE[person.role] ? html`<span class="name-tag-role">${ROLE[person.role]}</span>` : nothing}
    </span>
    ${chip(person, line)}
  </li>`;
}

/**
 * A shared screen stands before the people.
 * @param {App} app
 * @param {PersonView} sharer
 * @param {boolean} isMain
 */
export function screenTile(app, sharer, isMain) {
  return html`<li
    class="tile"
    aria-label=${ROOM.screenOf(sharer.alias)}
    data-main=${isMain}
    data-dim=${isDim(app)}
    data-shows="screen"
  >
    ${picture(app, sharer, "screen")}
    <span class="name-tag" aria-hidden="true"><span>${ROOM.screenOf(sharer.alias)}</span></span>
  </li>`;
}

/** Pictures that stand still while the connection is gone are dimmed. @param {App} app */
const isDim = (app) => app.lostAt !== null && performance.now() - app.lostAt > 2_000;

/** @param {string} alias */
const initial = (alias) => [...alias.trim()][0]?.toUpperCase() ?? "?";

/**
 * A slot that turns to somebody else gets a fresh element: the last picture of one person is never shown as another.
 * @param {App} app @param {PersonView} person @param {"camera" | "screen"} source
 */
function picture(app, person, source) {
  const isOn = source === "camera" ? person.camera_on : person.is_sharing;
  const slot =
    isOn && person.presence === "present" ? app.parts.tracks.find(app.state.slots, source, person.id) : undefined;
  if (!slot) return nothing;
  return keyed(
    `${slot.mid} ${person.id} ${app.state.slots.transport}`,
    html`<video
      class="tile-video"
      autoplay
      playsinline
      muted
      .muted=${true}
      data-person=${person.id}
      .srcObject=${slot.stream}
      ${ref(showFirstFrame)}
    ></video>`,
  );
}

/**
 * Where nobody can see me I do not see myself either.
 * @param {App} app
 * @param {RoomView} room
 */
function ownPicture(app, room) {
  const { own } = app.parts;
  const track = own.camera.isOn && isOpen(room) ? own.camera.source.track : null;
  if (!track) return nothing;
  return html`<video
    class="tile-video"
    autoplay
    playsinline
    muted
    .muted=${true}
    data-mirrored="true"
    .srcObject=${streamOf(track)}
  ></video>`;
}

/** @type {WeakSet<Element>} */
const watched = new WeakSet();
const SURELY_MS = 3_000;

/**
 * Until the first frame has come, the initial stays. Transparent and not hidden: some browsers draw no frame of what is
 * not laid out, and then the first one would never come.
 * @param {Element | undefined} element
 */
function showFirstFrame(element) {
  if (!(element instanceof HTMLVideoElement) || watched.has(element)) return;
  watched.add(element);
  element.style.setProperty("opacity", "0");
  const show = () => element.style.removeProperty("opacity");
  if ("requestVideoFrameCallback" in element) {
    element.requestVideoFrameCallback((_, { presentationTime }) => {
      markFirst("first-frame", presentationTime);
      show();
    });
    return;
  }
  /** @type {HTMLVideoElement} */ (element).addEventListener("playing", show, { once: true });
  setTimeout(show, SURELY_MS);
}

/** @param {PersonView} person @param {import("../person-words.js").BadLine} line */
function chip(person, line) {
  const state = tileState(person, line);
  if (!state) return nothing;
  return html`<span class="state-chip" data-state=${state.key} aria-hidden="true">
    ${icon(state.icon)}<span class="state-chip-word">${state.word}</span>
  </span>`;
}
