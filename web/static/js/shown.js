import { bestColumns, mainPerson, paged, pageSize, selfLast } from "./layout.js";

/**
 * @typedef {import("./protocol.js").PersonView} PersonView
 * @typedef {object} Shown what the stage shows now
 * @property {readonly PersonView[]} people in their order, never one twice
 * @property {import("./layout.js").Layout | "sound"} layout a shared screen or a pinned person turns the grid into a
 *   large one with the people beside
 * @property {number} page from 0
 * @property {number} pages
 * @property {number} columns
 * @property {number} width of one tile, px
 * @property {string | null} main
 * @property {string | null} pinned who is large because this person wants it
 * @property {PersonView | null} sharer whose screen is shown
 * @property {readonly string[]} cameras of others that are in sight, most important first
 */

const GAP = 8;
const WIDE_GAP = 12;
const WIDE = 768;

/**
 * @param {import("./protocol.js").RoomView} room
 * @param {import("./app.js").Ui} ui
 * @param {readonly string[]} speaking
 * @param {boolean} isSoundOnly
 * @returns {Shown}
 */
export function shownNow(room, ui, speaking, isSoundOnly = false) {
  const ordered = selfLast(room.people, room.me.id, ui.hidesSelf);
  const sharer = room.people.find(({ id, is_sharing }) => is_sharing && id !== room.me.id) ?? null;
  if (isSoundOnly || ui.layout === "names") {
    return {
      layout: isSoundOnly ? "sound" : "names",
      people: ordered,
      page: 0,
      pages: 1,
      columns: 1,
      width: 0,
      main: null,
      pinned: null,
      sharer: isSoundOnly ? null : sharer,
      cameras: [],
    };
  }
  const pinned = ordered.find(({ id }) => id === ui.pinned && id !== room.me.id) ?? null;
  if (ui.layout === "speaker" || sharer || pinned)
    return speakerLayout(room, ui, speaking, ordered, { sharer, pinned });
  const gap = globalThis.innerWidth >= WIDE ? WIDE_GAP : GAP;
  const size = pageSize(ordered.length, ui.box, gap);
  const { items, page, pages } = paged(ordered, ui.page, size);
  const { columns, width } = bestColumns(items.length, ui.box, gap);
  return {
    layout: ui.layout,
    people: items,
    page,
    pages,
    columns,
    width,
    main: null,
    pinned: null,
    sharer: null,
    cameras: camerasOf(items, room.me.id),
  };
}

/**
 * @param {import("./protocol.js").RoomView} room @param {import("./app.js").Ui} ui @param {readonly string[]} speaking
 * @param {readonly PersonView[]} ordered @param {{sharer: PersonView | null, pinned: PersonView | null}} large
 * @returns {Shown}
 */
function speakerLayout(room, ui, speaking, ordered, { sharer, pinned }) {
  const main = sharer ? null : (pinned?.id ?? mainPerson(speaking, ui.main, ordered, room.me.id));
  const first = pinned?.id ?? main;
  const people = [...ordered.filter(({ id }) => id === first), ...ordered.filter(({ id }) => id !== first)];
  return {
    layout: "speaker",
    people,
    page: 0,
    pages: 1,
    columns: 1,
    width: 0,
    main,
    pinned: pinned?.id ?? null,
    sharer,
    cameras: camerasOf(people, room.me.id),
  };
}

/** @param {readonly PersonView[]} people @param {string} me */
const camerasOf = (people, me) => people.map(({ id }) => id).filter((id) => id !== me);
