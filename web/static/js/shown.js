import { bestColumns, mainPerson, paged, pageSize, selfLast } from "./layout.js";

/**
 * @typedef {import("./protocol.js").PersonView} PersonView
 * @typedef {object} Shown what the stage shows now
 * @property {readonly PersonView[]} people in their order, never one twice
 * @property {import("./layout.js").Layout} layout a shared screen turns the grid into a large one with the people beside
 * @property {number} page from 0
 * @property {number} pages
 * @property {number} columns
 * @property {number} width of one tile, px
 * @property {string | null} main
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
 * @returns {Shown}
 */
export function shownNow(room, ui, speaking) {
  const ordered = selfLast(room.people, room.me.id, ui.hidesSelf);
  const sharer = room.people.find(({ id, is_sharing }) => is_sharing && id !== room.me.id) ?? null;
  if (ui.layout === "names" || ui.layout === "sound") {
    return {
      layout: ui.layout,
      people: ordered,
      page: 0,
      pages: 1,
      columns: 1,
      width: 0,
      main: null,
      sharer: ui.layout === "sound" ? null : sharer,
      cameras: [],
    };
  }
  if (ui.layout === "speaker" || sharer) return speakerLayout(room, ui, speaking, ordered, sharer);
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
    sharer: null,
    cameras: camerasOf(items, room.me.id),
  };
}

/**
 * @param {import("./protocol.js").RoomView} room @param {import("./app.js").Ui} ui @param {readonly string[]} speaking
 * @param {readonly PersonView[]} ordered @param {PersonView | null} sharer
 * @returns {Shown}
 */
function speakerLayout(room, ui, speaking, ordered, sharer) {
  const main = sharer ? null : mainPerson(speaking, ui.main, ordered, room.me.id);
  const first = ordered.filter(({ id }) => id === main);
  const people = [...first, ...ordered.filter(({ id }) => id !== main)];
  return {
    layout: "speaker",
    people,
    page: 0,
    pages: 1,
    columns: 1,
    width: 0,
    main,
    sharer,
    cameras: camerasOf(people, room.me.id),
  };
}

const MOST_CAMERAS = 25;

/** @param {readonly PersonView[]} people @param {string} me */
function camerasOf(people, me) {
  return people
    .map(({ id }) => id)
    .filter((id) => id !== me)
    .slice(0, MOST_CAMERAS);
}
