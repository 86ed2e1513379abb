import assert from "node:assert/strict";
import { test } from "node:test";
import { shownNow } from "../../../web/static/js/shown.js";
import { Sight } from "../../../web/static/js/sight.js";
import { ViewReport } from "../../../web/static/js/view-report.js";
import { viewingOf } from "../../../web/static/js/viewing.js";
import { FINCH, HERON, ME, VirtualTimers, person, room } from "./support.mjs";

const PAGE = { video: "full", isCovered: false, pixelRatio: 1 };
const UI = { layout: "grid", page: 0, hidesSelf: false, main: null, pinned: null, box: { width: 1_200, height: 700 } };
const inSight = () => ({ isSeen: true, width: 0 });
const crowd = (count) =>
  [ME, ...Array.from({ length: count }, (_, index) => `p_person${index}`)].map((id) => person(id));

test("twenty-five people are paged by nine, each asked for on one page, and never oneself", () => {
  const people = crowd(24);
  const pages = [0, 1, 2].map((page) => shownNow(room({ people }), { ...UI, page }, []));
  const asked = pages.map((shown) => viewingOf(shown, inSight, PAGE).tiles.map((tile) => tile.person));
  assert.deepEqual(
    asked.map((some) => some.length),
    [9, 9, 6],
  );
  assert.equal(new Set(asked.flat()).size, 24);
  assert.ok(!asked.flat().includes(ME));
});

test("a width is that of the drawn picture on this screen, in steps", () => {
  const shown = shownNow(room({ people: crowd(1) }), UI, []);
  const width = (drawn, pixelRatio) =>
    viewingOf(shown, () => ({ isSeen: true, width: drawn }), { ...PAGE, pixelRatio }).tiles[0].width;
  assert.deepEqual([width(161, 1), width(160, 1), width(200, 2), width(200, 4)], [240, 160, 400, 400]);
});

test("what is out of sight, covered or not wanted is not asked for", () => {
  const shown = shownNow(room({ people: [person(ME), person(HERON), person(FINCH)] }), UI, []);
  const scrolled = (id) => ({ isSeen: id !== FINCH, width: 200 });
  assert.deepEqual(
    viewingOf(shown, scrolled, PAGE).tiles.map((tile) => tile.person),
    [HERON],
  );
  const nothing = { tiles: [], screen: false };
  assert.deepEqual(viewingOf(shown, inSight, { ...PAGE, isCovered: true }), { ...nothing, video: "full" });
  assert.deepEqual(viewingOf(shown, inSight, { ...PAGE, video: "none" }), { ...nothing, video: "none" });
});

test("a person who is kept large is first, stays while others speak, and is told as wanted", () => {
  const people = crowd(12);
  const ui = { ...UI, pinned: "p_person7" };
  const shown = shownNow(room({ people }), ui, ["p_person3"]);
  assert.deepEqual([shown.layout, shown.main, shown.people[0].id], ["speaker", "p_person7", "p_person7"]);
  const [first, second] = viewingOf(shown, inSight, PAGE).tiles;
  assert.deepEqual([first.person, first.is_pinned, first.is_speaker], ["p_person7", true, false]);
  assert.equal(second.is_pinned, false);
  const gone = shownNow(room({ people: crowd(3) }), ui, []);
  assert.deepEqual([gone.layout, gone.pinned], ["grid", null], "whoever left is not waited for");
  const sharing = shownNow(room({ people: [...people, person(HERON, { is_sharing: true })] }), ui, []);
  assert.deepEqual([sharing.main, sharing.people[0].id], [null, "p_person7"]);
});

test("who speaks is told as such where they are large", () => {
  const shown = shownNow(room({ people: crowd(3) }), { ...UI, layout: "speaker" }, ["p_person1"]);
  assert.deepEqual(
    viewingOf(shown, inSight, PAGE).tiles.map((tile) => [tile.person, tile.is_speaker]),
    [
      ["p_person1", true],
      ["p_person0", false],
      ["p_person2", false],
    ],
  );
});

const viewing = (...people) => {
  const tiles = people.map((id) => ({ person: id, width: 320 }));
  return { tiles, screen: false, video: "full" };
};

test("the server hears what is shown once it has settled, and only when it differs", async () => {
  const timers = new VirtualTimers();
  const told = [];
  const report = new ViewReport(async (body) => void told.push(body), timers);
  report.show(viewing(HERON));
  report.show(viewing(HERON, FINCH));
  await timers.advance(150);
  report.show(viewing(HERON, FINCH));
  await timers.advance(1_000);
  assert.deepEqual(told, [{ type: "viewing", ...viewing(HERON, FINCH) }]);
  report.reset();
  report.show(viewing(HERON, FINCH));
  await timers.advance(150);
  assert.equal(told.length, 2);
});

test("a glance at another tab costs nobody a picture, a longer look does", async () => {
  const timers = new VirtualTimers();
  const told = [];
  const report = new ViewReport(async ({ tiles }) => void told.push(tiles.length), timers);
  report.show(viewing(HERON));
  await timers.advance(150);
  report.show(viewing(), true);
  await timers.advance(1_000);
  report.show(viewing(HERON));
  await timers.advance(5_000);
  assert.deepEqual(told, [1]);
  report.show(viewing(), true);
  await timers.advance(1_500);
  report.show(viewing(HERON));
  await timers.advance(150);
  assert.deepEqual(told, [1, 0, 1]);
});

test("a view that could not be told is told again", async () => {
  const timers = new VirtualTimers();
  let attempts = 0;
  const report = new ViewReport(() => {
    attempts += 1;
    return attempts === 1 ? Promise.reject(new Error("lost")) : Promise.resolve();
  }, timers);
  report.show(viewing(HERON));
  await timers.advance(150);
  report.show(viewing(HERON));
  await timers.advance(150);
  assert.equal(attempts, 2);
});

/** A browser that tells of sizes and crossings when the test says so. */
function observers() {
  const made = [];
  class Observer {
    observed = new Set();

    constructor(tell) {
      this.tell = tell;
      made.push(this);
    }

    observe(element) {
      this.observed.add(element);
    }

    unobserve(element) {
      this.observed.delete(element);
    }
  }
  return { browser: { IntersectionObserver: Observer, ResizeObserver: Observer }, made };
}

test("sight follows the drawn tiles and forgets those that are gone", () => {
  let changes = 0;
  const { browser, made } = observers();
  const sight = new Sight(() => {
    changes += 1;
  }, browser);
  const [crossing, sizes] = made;
  const [one, other] = [{ dataset: { tile: HERON } }, { dataset: { tile: FINCH } }];
  sight.watch([one, other]);
  assert.deepEqual(sight.of(HERON), { key: HERON, isSeen: true, width: 0 });
  crossing.tell([{ target: one, isIntersecting: false }]);
  sizes.tell([{ target: one, contentRect: { width: 210 } }]);
  assert.deepEqual([sight.of(HERON).isSeen, sight.of(HERON).width, changes], [false, 210, 2]);
  sight.watch([other]);
  assert.equal(crossing.observed.has(one), false);
  assert.equal(sight.of(HERON).isSeen, true, "whoever is drawn anew is in sight until the browser says otherwise");
});
