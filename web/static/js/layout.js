/** @typedef {{width: number, height: number}} Box in CSS pixels */
/** @typedef {"grid" | "speaker" | "names"} Layout */

const RATIO = 4 / 3;
const PAGE_SIZES = [9, 6, 4];
const LEAST_TILE = 118;

/**
 * The columns that make `count` tiles of 4:3 as large as the box lets them be.
 * @param {number} count
 * @param {Box} box
 * @param {number} gap
 * @returns {{columns: number, width: number}} width of one tile, whole pixels
 */
export function bestColumns(count, { width, height }, gap) {
  let best = { columns: 1, width: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(Math.max(1, count) / columns);
    const byWidth = (width - gap * (columns - 1)) / columns;
    const byHeight = ((height - gap * (rows - 1)) / rows) * RATIO;
    const tile = Math.floor(Math.min(byWidth, byHeight));
    if (tile > best.width) best = { columns, width: tile };
  }
  return best;
}

/**
 * How many tiles a page of the grid holds: nine, or fewer where nine would be too small to read.
 * @param {number} count
 * @param {Box} box
 * @param {number} gap
 */
export function pageSize(count, box, gap) {
  const fits = (/** @type {number} */ size) => bestColumns(Math.min(size, count), box, gap).width >= LEAST_TILE;
  return PAGE_SIZES.find(fits) ?? PAGE_SIZES[PAGE_SIZES.length - 1] ?? 4;
}

/**
 * One page of a list; a page beyond the end is the last one.
 * @template T
 * @param {readonly T[]} items
 * @param {number} page from 0
 * @param {number} size
 * @returns {{items: readonly T[], page: number, pages: number}}
 */
export function paged(items, page, size) {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const current = Math.min(Math.max(0, page), pages - 1);
  return { items: items.slice(current * size, (current + 1) * size), page: current, pages };
}

/**
 * The others in their order, oneself last or not at all.
 * @template {{id: string}} T
 * @param {readonly T[]} people
 * @param {string} me
 * @param {boolean} hidesSelf
 * @returns {readonly T[]}
 */
export function selfLast(people, me, hidesSelf) {
  const others = people.filter(({ id }) => id !== me);
  return hidesSelf ? others : [...others, ...people.filter(({ id }) => id === me)];
}

/**
 * Who is large in the speaker layout: whoever has just spoken, and they stay while nobody else speaks.
 * @param {readonly string[]} speaking
 * @param {string | null} main who it is now
 * @param {readonly {id: string}[]} people oneself last
 * @param {string} me
 * @returns {string | null}
 */
export function mainPerson(speaking, main, people, me) {
  const others = people.filter(({ id }) => id !== me).map(({ id }) => id);
  if (main !== null && speaking.includes(main) && others.includes(main)) return main;
  const louder = speaking.find((id) => others.includes(id));
  if (louder) return louder;
  return main !== null && others.includes(main) ? main : (others[0] ?? people[0]?.id ?? null);
}
