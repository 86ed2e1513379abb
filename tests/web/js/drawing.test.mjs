import assert from "node:assert/strict";
import { test } from "node:test";
import { Drawing } from "../../../web/static/js/drawing.js";
import { VirtualTimers, settle } from "./support.mjs";

function page() {
  const timers = new VirtualTimers();
  const waiting = [];
  const here = { drawn: 0, isShown: true, timers };
  const frames = { areShown: () => here.isShown, after: (run) => waiting.push(run) };
  here.drawing = new Drawing(() => (here.drawn += 1), frames, timers);
  here.frame = () => waiting.splice(0).forEach((run) => run());
  return here;
}

test("what changes before a frame is drawn once, after it", () => {
  const here = page();
  here.drawing.request();
  here.drawing.request();
  assert.equal(here.drawn, 0);
  here.frame();
  assert.equal(here.drawn, 1);
  here.frame();
  assert.equal(here.drawn, 1);
  here.drawing.request();
  here.frame();
  assert.equal(here.drawn, 2);
});

test("a hidden page, which has no frames, draws at the end of the turn; also what it had left to a frame", async () => {
  const here = page();
  here.drawing.request();
  here.isShown = false;
  here.drawing.request();
  await settle();
  assert.equal(here.drawn, 1);
  here.isShown = true;
  here.frame();
  assert.equal(here.drawn, 1);
});

test("while an answer is made nothing is drawn, and all of it as soon as it is sent", async () => {
  const here = page();
  here.drawing.request();
  here.drawing.handleAnswering(true);
  here.frame();
  here.drawing.request();
  here.frame();
  assert.equal(here.drawn, 0);
  here.drawing.handleAnswering(false);
  await settle();
  assert.equal(here.drawn, 1);
  assert.equal(here.timers.count, 0);
});

test("an answer that takes long does not keep the page as it was", async () => {
  const here = page();
  here.drawing.handleAnswering(true);
  here.drawing.request();
  here.frame();
  await here.timers.advance(199);
  assert.equal(here.drawn, 0);
  await here.timers.advance(1);
  assert.equal(here.drawn, 1);
});

test("the end of an answer draws nothing where nothing changed", async () => {
  const here = page();
  here.drawing.handleAnswering(true);
  here.drawing.handleAnswering(false);
  await settle();
  assert.equal(here.drawn, 0);
});
