import assert from "node:assert/strict";
import { test } from "node:test";
import { layeredEncodings } from "../../../web/static/js/encodings.js";
import { Senders } from "../../../web/static/js/senders.js";
import { settle } from "./support.mjs";

const LAYERS = [
  { rid: "q", scale: 4, max_bps: 120_000 },
  { rid: "h", scale: 2, max_bps: 400_000 },
  { rid: "f", scale: 1, max_bps: 1_200_000 },
];
const fresh = () => LAYERS.map(({ rid, scale }) => ({ rid, active: true, scaleResolutionDownBy: scale }));
const wanted = (...rids) => ({ source: "camera", is_wanted: rids.length > 0, rids });
const active = (encodings) =>
  encodings
    .filter((one) => one.active)
    .map(({ rid }) => rid)
    .join("");

test("until somebody says what is watched everything is sent, each layer within its bits", () => {
  const encodings = layeredEncodings(fresh(), LAYERS, 720, null);
  assert.deepEqual(
    encodings.map(({ rid, active: on, scaleResolutionDownBy: by, maxBitrate, scalabilityMode }) => [
      rid,
      on,
      by,
      maxBitrate,
      scalabilityMode,
    ]),
    [
      ["q", true, 4, 120_000, "L1T3"],
      ["h", true, 2, 400_000, "L1T3"],
      ["f", true, 1, 1_200_000, "L1T3"],
    ],
  );
});

test("what nobody watches is not sent", () => {
  const rids = [["q"], ["q", "f"], []];
  assert.deepEqual(
    rids.map((some) => active(layeredEncodings(fresh(), LAYERS, 720, wanted(...some)))),
    ["q", "qf", ""],
  );
});

test("a layer keeps its size whatever the camera gives, and who wants more gets the best there is", () => {
  const sizes = (lines, some = null) =>
    layeredEncodings(fresh(), LAYERS, lines, some)
      .filter((one) => one.active)
      .map(({ rid, scaleResolutionDownBy }) => `${rid} ${Math.round(lines / scaleResolutionDownBy)}`);
  assert.deepEqual(sizes(720), ["q 180", "h 360", "f 720"]);
  assert.deepEqual(sizes(480), ["q 240", "h 480"]);
  assert.deepEqual(sizes(360), ["q 180", "h 360"]);
  assert.deepEqual(sizes(180), ["q 180"]);
  assert.deepEqual(sizes(1_080), ["q 270", "h 540", "f 1080"]);
  assert.deepEqual(sizes(360, wanted("f")), ["h 360"]);
  assert.deepEqual(sizes(180, wanted("q", "h")), ["q 180"]);
});

/** A sender whose changes take their time, as a browser's do. */
function sender(encodings, { refuses = () => false, lines = 720 } = {}) {
  const one = {
    track: { getSettings: () => ({ width: (lines * 16) / 9, height: lines }) },
    parameters: { transactionId: 0, encodings },
    log: [],
    getParameters: () => structuredClone(one.parameters),
    async setParameters(parameters) {
      assert.equal(parameters.transactionId, one.parameters.transactionId, "the browser refuses stale parameters");
      if (refuses(parameters)) throw new Error("not supported");
      await Promise.resolve();
      one.parameters = { ...structuredClone(parameters), transactionId: parameters.transactionId + 1 };
      one.log.push(active(parameters.encodings));
    },
  };
  return one;
}

const CAMERA = { source: "camera", mid: "01", max_bps: 1_200_000, layers: LAYERS };

test("changes that come close together are made one after the other, and the last is what holds", async () => {
  const camera = sender(fresh());
  const senders = new Senders();
  senders.put(CAMERA, camera);
  for (const some of [["q"], ["q", "h"], ["f"]]) senders.want([wanted(...some)]);
  await settle();
  assert.equal(active(camera.parameters.encodings), "f");
  const changes = camera.log.length;
  senders.want([wanted("f")]);
  await settle();
  assert.equal(camera.log.length, changes, "what is so already is not told again");
});

test("a browser without temporal layers gets the rest all the same", async () => {
  const camera = sender(fresh(), { refuses: ({ encodings }) => encodings.some((one) => one.scalabilityMode) });
  const senders = new Senders();
  senders.put(CAMERA, camera);
  senders.want([wanted("h")]);
  await settle();
  assert.equal(active(camera.parameters.encodings), "h");
  assert.equal(camera.parameters.encodings[1].maxBitrate, 400_000);
});

test("the voice goes first; a screen is sharp before it is smooth; one encoding follows who watches", async () => {
  const senders = new Senders();
  const [mic, screen] = [sender([{}]), sender([{ active: true }])];
  senders.put({ source: "mic", mid: "00", max_bps: 40_000, layers: [] }, mic);
  senders.put({ source: "screen", mid: "02", max_bps: 1_500_000, layers: [] }, screen);
  senders.shapeAll();
  await settle();
  assert.deepEqual(mic.parameters.encodings, [{ maxBitrate: 40_000, priority: "high", networkPriority: "high" }]);
  assert.equal(screen.parameters.degradationPreference, "maintain-resolution");
  assert.equal(screen.parameters.encodings[0].maxFramerate, 15);
  senders.want([{ source: "screen", is_wanted: false, rids: [] }]);
  await settle();
  assert.equal(screen.parameters.encodings[0].active, false);
});

test("a new transport starts with everything", async () => {
  const senders = new Senders();
  senders.put(CAMERA, sender(fresh()));
  senders.want([wanted()]);
  await settle();
  senders.clear();
  const next = sender(fresh());
  senders.put(CAMERA, next);
  senders.shapeAll();
  await settle();
  assert.equal(active(next.parameters.encodings), "qhf");
});
