import assert from "node:assert/strict";
import { test } from "node:test";
import { LipSync, holdFor, pairsOf } from "../../../web/static/js/lip-sync.js";

const HERON = "p_heron";
const FINCH = "p_finch";
const slot = (mid, source, person) => ({ mid, source, person });
const MEETING = [
  slot("03", "mic", FINCH),
  slot("04", "mic", HERON),
  slot("05", "mic", null),
  slot("11", "camera", HERON),
  slot("12", "camera", FINCH),
  slot("20", "screen", HERON),
];

/** Receivers whose sounds wait as told, and which must never be told to wait themselves. */
function line(waits) {
  const receivers = {};
  for (const { mid, source } of MEETING) {
    const receiver = { waitedMs: waits[mid] ?? 0, played: 0, delay: 0, asked: [] };
    receiver.getStats = async () => {
      receiver.played += receiver.waitedMs === null ? 0 : 96_000;
      receiver.delay += (96_000 * (receiver.waitedMs ?? 0)) / 1_000;
      const report = { jitterBufferDelay: receiver.delay, jitterBufferEmittedCount: receiver.played };
      return new Map([["in", { type: "inbound-rtp", ...report }]]);
    };
    let target = null;
    Object.defineProperty(receiver, "jitterBufferTarget", {
      get: () => target,
      set: (ms) => {
        assert.equal(source, "camera", "only pictures wait");
        receiver.asked.push(ms);
        target = ms;
      },
    });
    receivers[mid] = receiver;
  }
  const connection = { getTransceivers: () => Object.entries(receivers).map(([mid, receiver]) => ({ mid, receiver })) };
  const sync = new LipSync();
  return { receivers, read: (slots = MEETING) => sync.read(connection, slots) };
}

test("the voice and the picture of one person belong together, whatever slots they are in", () => {
  assert.deepEqual([...pairsOf(MEETING)], [
    ["11", "04"],
    ["12", "03"],
  ]);
  assert.deepEqual([...pairsOf([slot("11", "camera", HERON), slot("03", "mic", FINCH)])], []);
});

test("the picture of a voice that is late waits for it, and nobody else's does", async () => {
  const { receivers, read } = line({ "04": 180, "03": 35 });
  await read();
  assert.deepEqual([receivers["11"].jitterBufferTarget, receivers["12"].jitterBufferTarget], [180, null]);
});

test("what nobody notices and what wavers moves no picture; a line that is good again frees it", async () => {
  assert.equal(holdFor(0, 59), 0);
  assert.equal(holdFor(0, 60), 60);
  assert.equal(holdFor(180, 205), 180);
  assert.equal(holdFor(180, 215), 215);
  assert.equal(holdFor(70, 50), 0);
  assert.equal(holdFor(0, 800), 800);
  assert.equal(holdFor(0, 3_000), 1_000);
});

test("in silence the picture stays where it was, and it is free when somebody else's comes into the slot", async () => {
  const { receivers, read } = line({ "04": 180 });
  await read();
  receivers["04"].waitedMs = null;
  await read();
  assert.deepEqual(receivers["11"].asked, [180]);
  await read([slot("03", "mic", FINCH), slot("11", "camera", HERON)]);
  assert.deepEqual(receivers["11"].asked, [180, null]);
});

test("a browser that cannot hold pictures is asked nothing", async () => {
  const receiver = { getStats: () => assert.fail("nothing to read") };
  const connection = { getTransceivers: () => ["04", "11"].map((mid) => ({ mid, receiver })) };
  await new LipSync().read(connection, MEETING);
});
