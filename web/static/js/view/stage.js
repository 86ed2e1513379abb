import { html, nothing, ref, repeat } from "../lit.js";
import { ROOM } from "../words-room.js";
import { icon } from "./icon.js";
import { screenTile, tile } from "./tile.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../protocol.js").RoomView} RoomView */
/** @typedef {import("../shown.js").Shown} Shown */

/**
 * People in the room, and what the phase lays over them.
 * @param {App} app
 * @param {RoomView} room
 * @param {Shown} shown
 */
export function stage(app, room, shown) {
  const { phase } = room.status;
  return html`<section class="stage" aria-label=${ROOM.tiles} ?inert=${app.ui.panel !== null && !app.ui.isWide}>
    ${grid(app, room, shown)} ${pager(app, shown)}
    ${phase === "held" ? cover("life-buoy", ROOM.held, ROOM.heldText) : nothing}
  </section>`;
}

/** @param {string} name @param {string} title @param {string} text */
const cover = (name, title, text) =>
  html`<div class="phase-cover" role="group" aria-label=${title} tabindex="0">
    <div class="phase-card">
      ${icon(name)}
      <h2>${title}</h2>
      <p>${text}</p>
    </div>
  </div>`;

/** @param {App} app @param {RoomView} room @param {Shown} shown */
function grid(app, room, shown) {
  const size = (/** @type {Element | undefined} */ element) => measure(app, element, shown);
  // What scrolls is reached by keys; the pages of the grid do not scroll.
  const tab = shown.layout === "grid" ? nothing : 0;
  return html`<ul class="tile-grid" role="list" data-layout=${shown.layout} tabindex=${tab} ${ref(size)}>
    ${shown.sharer ? screenTile(app, shown.sharer, shown.layout === "speaker") : nothing}
    ${repeat(
      shown.people,
      ({ id }) => id,
      (person) => tile(app, room, person, person.id === shown.main),
    )}
  </ul>`;
}

/** @type {WeakMap<Element, ResizeObserver>} */
const observers = new WeakMap();
const PADDING = 12;

/**
 * Numbers reach the stylesheet as custom properties; the box is watched once.
 * @param {App} app
 * @param {Element | undefined} element
 * @param {Shown} shown
 */
function measure(app, element, shown) {
  if (!(element instanceof HTMLElement)) return;
  element.style.setProperty("--cols", String(shown.columns));
  element.style.setProperty("--tile-w", shown.width > 0 ? `${shown.width}px` : "1fr");
  if (observers.has(element)) return;
  const observer = new ResizeObserver(() => {
    const box = { width: element.clientWidth - PADDING, height: element.clientHeight - PADDING };
    if (box.width !== app.ui.box.width || box.height !== app.ui.box.height) app.update({ box });
  });
  observer.observe(element);
  observers.set(element, observer);
}

/** @param {App} app @param {Shown} shown */
function pager(app, { page, pages }) {
  if (pages < 2) return nothing;
  const turn = (/** @type {number} */ to) => {
    app.update({ page: to });
    app.say(ROOM.page(to + 1, pages), "page");
  };
  return html`<nav class="pager" aria-label=${ROOM.pager}>
    <button
      class="button button-icon"
      type="button"
      aria-label=${ROOM.previous}
      ?disabled=${page === 0}
      @click=${() => turn(page - 1)}
    >
      ${icon("chevron-left")}
    </button>
    <span>${ROOM.page(page + 1, pages)}</span>
    <button
      class="button button-icon"
      type="button"
      aria-label=${ROOM.next}
      ?disabled=${page === pages - 1}
      @click=${() => turn(page + 1)}
    >
      ${icon("chevron-right")}
    </button>
  </nav>`;
}
