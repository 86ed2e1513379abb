import assert from "node:assert/strict";
import { test } from "node:test";
import { MediaPath } from "../../../web/static/js/media-path.js";
import { VirtualTimers } from "./support.mjs";

function path() {
  const timers = new VirtualTimers();
  const asked = [];
  const link = { isUp: true };
  const ask = async (repair) => {
    asked.push([timers.now, repair]);
    if (!link.isUp) throw new Error("lost");
  };
  return { path: new MediaPath({ ask, timers }), timers, asked, link };
}

test("a gap that heals asks for nothing", async () => {
  const { path: one, timers, asked } = path();
  one.handleState("connected");
  one.handleState("disconnected");
  await timers.advance(1_000);
  one.handleState("connected");
  await timers.advance(60_000);
  assert.deepEqual(asked, []);
});

test("a new path first, then a new transport, ever more slowly", async () => {
  const { path: one, timers, asked } = path();
  one.handleState("connected");
  one.handleState("disconnected");
  await timers.advance(5_500);
  assert.deepEqual(asked, [
    [1_500, "restart-ice"],
    [5_500, "replace-transport"],
  ]);
  for (const at of [7_500, 11_500, 17_500]) {
    one.handleTransport();
    one.handleState("failed");
    await timers.advance(at - timers.now);
    assert.deepEqual(asked.at(-1), [at, "replace-transport"]);
  }
});

test("a transport that never worked is replaced at once", async () => {
  const { path: one, timers, asked } = path();
  one.handleState("connecting");
  one.handleState("failed");
  await timers.advance(0);
  assert.deepEqual(asked, [[0, "replace-transport"]]);
});

test("another network asks at once, and once, though the old path still looks alive", async () => {
  const { path: one, timers, asked } = path();
  one.handleState("connected");
  one.handleNetworkChange();
  one.handleNetworkChange();
  await timers.advance(1_900);
  one.handleNetworkChange();
  assert.deepEqual(asked, [[0, "restart-ice"]]);
  await timers.advance(10_000);
  assert.equal(asked.length, 1, "it is up: nothing more is wanted");
});

test("a network change of which nothing comes ends with a new transport", async () => {
  const { path: one, timers, asked } = path();
  one.handleState("connected");
  one.handleNetworkChange();
  await timers.advance(3_000);
  one.handleState("disconnected");
  await timers.advance(1_000);
  assert.deepEqual(
    asked.map(([, repair]) => repair),
    ["restart-ice", "replace-transport"],
  );
});

test("what could not be asked for is asked for when signaling is back", async () => {
  const { path: one, timers, asked, link } = path();
  one.handleState("connected");
  link.isUp = false;
  one.handleNetworkChange();
  await timers.advance(30_000);
  link.isUp = true;
  one.handleLinkUp();
  one.handleLinkUp();
  assert.deepEqual(asked, [
    [0, "restart-ice"],
    [30_000, "restart-ice"],
  ]);
});

test("nothing is asked for after close", async () => {
  const { path: one, timers, asked } = path();
  one.handleState("connected");
  one.handleState("failed");
  one.close();
  await timers.advance(60_000);
  assert.deepEqual(asked, []);
});
