import assert from "node:assert/strict";
import { test } from "node:test";
import { Hearing } from "../../../web/static/js/hearing.js";
import { settle } from "./support.mjs";

function page({ isAllowed = true } = {}) {
  const here = { elements: [], blocked: [], isAllowed };
  const makeElement = () => ({
    dataset: {},
    srcObject: null,
    played: 0,
    async play() {
      this.played += 1;
      if (!here.isAllowed) throw new DOMException("a gesture is wanted", "NotAllowedError");
    },
    remove() {
      here.elements = here.elements.filter((one) => one !== this);
    },
  });
  const host = { ownerDocument: { createElement: makeElement }, append: (element) => here.elements.push(element) };
  here.hearing = new Hearing(host, (isBlocked) => here.blocked.push(isBlocked));
  return here;
}

const slot = (mid, person = null) => ({ mid, person, stream: { id: `stream of ${mid}` } });
const heard = ({ elements }) => elements.map(({ dataset }) => [dataset.mid, dataset.person]);

test("a slot that carried nobody yet needs no player; one that did keeps it for whoever comes next", () => {
  const here = page();
  const [first, second] = [slot("03"), slot("04")];
  here.hearing.show([first, second]);
  assert.deepEqual(heard(here), []);
  here.hearing.show([{ ...first, person: "p_heron" }, second]);
  assert.deepEqual(heard(here), [["03", "p_heron"]]);
  here.hearing.show([first, second]);
  assert.deepEqual(heard(here), [["03", undefined]]);
  here.hearing.show([{ ...first, person: "p_finch" }, second]);
  assert.deepEqual(heard(here), [["03", "p_finch"]]);
  assert.equal(here.elements[0].played, 1);
});

test("the players of another transport are let go", () => {
  const here = page();
  here.hearing.show([slot("03", "p_heron")]);
  const [former] = here.elements;
  here.hearing.show([]);
  assert.deepEqual([here.elements, former.srcObject], [[], null]);
});

test("what the browser holds back is said once, and played after a gesture", async () => {
  const here = page({ isAllowed: false });
  here.hearing.show([slot("03", "p_heron"), slot("04", "p_finch")]);
  await settle();
  assert.deepEqual(here.blocked, [true]);
  here.isAllowed = true;
  here.hearing.resume();
  await settle();
  assert.deepEqual(here.blocked, [true, false]);
  assert.deepEqual(here.elements.map(({ played }) => played), [2, 2]);
});
