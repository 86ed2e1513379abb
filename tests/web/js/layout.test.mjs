import assert from "node:assert/strict";
import { test } from "node:test";
import { bestColumns, mainPerson, paged, pageSize, selfLast } from "../../../web/static/js/layout.js";

const GAP = 12;
const height = ({ columns, width }, count) =>
  Math.ceil(count / columns) * (width * 0.75) + (Math.ceil(count / columns) - 1) * GAP;

test("no other number of columns gives a larger tile, and everything fits", () => {
  for (const box of [
    { width: 1200, height: 700 },
    { width: 320, height: 400 },
    { width: 360, height: 640 },
    { width: 800, height: 300 },
  ]) {
    for (let count = 1; count <= 9; count += 1) {
      const best = bestColumns(count, box, GAP);
      assert.ok(best.columns * best.width + (best.columns - 1) * GAP <= box.width + 1, `${count} in ${box.width}`);
      assert.ok(height(best, count) <= box.height + 2, `${count} in ${box.height}`);
      for (let columns = 1; columns <= count; columns += 1) {
        const wider = { columns, width: best.width + 2 };
        const fits = columns * wider.width + (columns - 1) * GAP <= box.width && height(wider, count) <= box.height;
        assert.equal(fits, false, `${count} people, ${columns} columns in ${box.width}x${box.height}`);
      }
    }
  }
});

test("a desk shows six in three columns and a phone in two", () => {
  assert.equal(bestColumns(6, { width: 1080, height: 500 }, GAP).columns, 3);
  assert.equal(bestColumns(6, { width: 336, height: 560 }, GAP).columns, 2);
});

test("an empty or unmeasured box still gives one column", () => {
  assert.deepEqual(bestColumns(0, { width: 0, height: 0 }, GAP), { columns: 1, width: 0 });
});

test("a page holds nine, and fewer where nine would be too small", () => {
  assert.equal(pageSize(12, { width: 1200, height: 700 }, GAP), 9);
  assert.equal(pageSize(12, { width: 300, height: 330 }, GAP), 6);
  assert.equal(pageSize(12, { width: 250, height: 200 }, GAP), 4);
});

test("every item is on exactly one page, and a page beyond the end is the last", () => {
  const items = Array.from({ length: 25 }, (_, index) => index);
  const all = [0, 1, 2].flatMap((page) => paged(items, page, 9).items);
  assert.deepEqual(all, items);
  assert.deepEqual(paged(items, 7, 9), { items: items.slice(18), page: 2, pages: 3 });
  assert.deepEqual(paged([], 0, 9), { items: [], page: 0, pages: 1 });
});

test("oneself comes last, or not at all", () => {
  const people = [{ id: "me" }, { id: "a" }, { id: "b" }];
  assert.deepEqual(
    selfLast(people, "me", false).map(({ id }) => id),
    ["a", "b", "me"],
  );
  assert.deepEqual(
    selfLast(people, "me", true).map(({ id }) => id),
    ["a", "b"],
  );
});

test("who spoke last stays large, through silence and short words of others", () => {
  const people = [{ id: "a" }, { id: "b" }, { id: "me" }];
  assert.equal(mainPerson([], null, people, "me"), "a");
  assert.equal(mainPerson(["b"], "a", people, "me"), "b");
  assert.equal(mainPerson(["a", "b"], "b", people, "me"), "b");
  assert.equal(mainPerson([], "b", people, "me"), "b");
  assert.equal(mainPerson(["me"], "b", people, "me"), "b");
  assert.equal(mainPerson([], "gone", people, "me"), "a");
  assert.equal(mainPerson([], null, [{ id: "me" }], "me"), "me");
});
