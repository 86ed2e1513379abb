import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceError } from "../../../web/static/js/devices.js";
import { OwnMedia } from "../../../web/static/js/own-media.js";
import { Refusal } from "../../../web/static/js/refusal.js";
import { room, settle } from "./support.mjs";

class FakeTrack {
  enabled = true;
  muted = false;
  readyState = "live";
  #ended = [];
  constructor(kind) {
    this.kind = kind;
  }
  addEventListener(_, run) {
    this.#ended.push(run);
  }
  stop() {
    this.readyState = "ended";
  }
  /** Unplugged. */
  end() {
    this.readyState = "ended";
    for (const run of this.#ended) run();
  }
}

const HEARD = { muted_by_self: false };
const SEEN = { camera_on: true };

/** A person with devices; the server answers when told, `answers` by type, and everything asked is in `asked`. */
function person({ device = async (kind) => new FakeTrack(kind) } = {}) {
  const asked = [];
  const waiting = [];
  const sent = { mic: null, camera: null, screen: null };
  const notes = [];
  const problems = [];
  const media = new OwnMedia({
    acquire: { mic: () => device("mic"), camera: () => device("camera"), screen: () => device("screen") },
    send: async (source, track) => {
      sent[source] = track;
    },
    request: ({ type }) => {
      asked.push(type);
      return new Promise((resolve, reject) => waiting.push({ type, resolve, reject }));
    },
    onChange: () => {},
    onNote: (note) => notes.push(note),
    onProblem: (source, problem) => problems.push([source, problem]),
  });
  const answer = async (type, reason = null) => {
    const index = waiting.findIndex((one) => one.type === type);
    assert.notEqual(index, -1, `${type} was asked`);
    const [{ resolve, reject }] = waiting.splice(index, 1);
    if (reason) reject(new Refusal(reason));
    else resolve();
    await settle();
  };
  const sees = async (changes) => {
    media.handleRoom(changes === null ? null : room(changes));
    await settle();
  };
  return { media, asked, sent, notes, problems, answer, sees };
}

/** Inside and speaking. */
async function speaker() {
  const one = person();
  await one.sees({});
  const pressed = one.media.mic.turnOn();
  await settle();
  await one.answer("unmute-self");
  await one.sees({ me: HEARD });
  await pressed;
  one.asked.length = 0;
  return one;
}

test("the microphone opens only after the server said ok", async () => {
  const one = person();
  await one.sees({});
  const pressed = one.media.mic.turnOn();
  await settle();
  assert.deepEqual(one.asked, ["unmute-self"]);
  assert.equal(one.sent.mic, null);
  assert.equal(one.media.mic.source.track.enabled, false);
  await one.answer("unmute-self");
  await pressed;
  assert.equal(one.sent.mic, null, "the view has not said it yet");
  await one.sees({ me: HEARD });
  assert.equal(one.sent.mic, one.media.mic.source.track);
  assert.equal(one.media.mic.source.track.enabled, true);
  assert.equal(one.media.mic.isOn, true);
});

test("it does not matter whether the view or the ok comes first", async () => {
  const one = person();
  await one.sees({});
  const pressed = one.media.mic.turnOn();
  await settle();
  await one.sees({ me: HEARD });
  await one.answer("unmute-self");
  await pressed;
  assert.equal(one.media.mic.isOn, true);
  assert.equal(one.media.mic.source.track.enabled, true);
  assert.deepEqual(one.asked, ["unmute-self"]);
});

test("a refused unmute leaves the microphone closed", async () => {
  const one = person();
  await one.sees({});
  const pressed = one.media.mic.turnOn();
  await settle();
  await one.answer("unmute-self", "muted-by-facilitator");
  await assert.rejects(pressed, { reason: "muted-by-facilitator" });
  assert.equal(one.sent.mic, null);
  assert.equal(one.media.mic.isOn, false);
});

test("muting is silent before the server knows", async () => {
  const one = await speaker();
  const pressed = one.media.mic.turnOff();
  assert.equal(one.sent.mic, null);
  assert.equal(one.media.mic.source.track.enabled, false);
  assert.equal(one.media.mic.isOn, false);
  await one.sees({ me: HEARD });
  await one.sees({ me: HEARD });
  assert.deepEqual(one.asked, ["mute-self"], "asked once, however often the old view comes");
  await one.answer("mute-self");
  await pressed;
});

test("muting without a connection holds, and is told when the server is back", async () => {
  const one = await speaker();
  const pressed = one.media.mic.turnOff();
  await one.answer("mute-self", "lost");
  await pressed;
  await one.sees({ me: HEARD });
  assert.deepEqual(one.asked, ["mute-self", "mute-self"]);
  assert.equal(one.sent.mic, null);
});

test("muted by a facilitator: silent, and allowing it later opens nothing", async () => {
  const one = await speaker();
  await one.sees({ me: { ...HEARD, muted_by_facilitator: true } });
  assert.equal(one.sent.mic, null);
  assert.equal(one.media.mic.source.track.enabled, false);
  await one.sees({ me: HEARD });
  assert.equal(one.sent.mic, null);
  assert.equal(one.media.mic.isOn, false);
  assert.deepEqual(one.asked, ["mute-self"], "the server hears that this microphone stays closed");
});

test("muted by the server for whatever reason, only a press opens the microphone again", async () => {
  const one = await speaker();
  await one.sees({});
  await one.sees({ me: HEARD });
  assert.equal(one.sent.mic, null);
  assert.equal(one.media.mic.isOn, false);
});

test("a second press while the first is on its way asks nothing twice", async () => {
  const one = person();
  await one.sees({});
  void one.media.camera.turnOn();
  void one.media.camera.turnOn();
  await settle();
  assert.deepEqual(one.asked, ["start-camera"]);
});

test("a mute that crosses an unmute on its way wins", async () => {
  const one = person();
  await one.sees({});
  void one.media.mic.turnOn();
  await settle();
  await one.answer("unmute-self");
  await one.sees({ me: { ...HEARD, muted_by_facilitator: true } });
  await one.sees({ me: HEARD });
  assert.equal(one.sent.mic, null);
  assert.equal(one.media.mic.isOn, false);
});

test("letting go of Space before the answer came leaves the microphone closed", async () => {
  const one = person();
  await one.sees({});
  void one.media.mic.turnOn();
  await settle();
  void one.media.mic.turnOff();
  await one.answer("unmute-self");
  await one.sees({ me: HEARD });
  assert.deepEqual(one.asked, ["unmute-self", "mute-self"]);
  assert.equal(one.sent.mic, null);
  await one.answer("mute-self");
  await one.sees({});
  assert.equal(one.media.mic.isOn, false);
});

test("in a pause the microphone rests, and goes on afterwards as it was", async () => {
  const one = await speaker();
  await one.sees({ me: HEARD, status: { phase: "paused" } });
  assert.equal(one.media.mic.source.track.enabled, false);
  await one.sees({ me: HEARD });
  assert.equal(one.media.mic.source.track.enabled, true);
  assert.deepEqual(one.asked, []);
});

test("closed during a pause, it stays closed afterwards", async () => {
  const one = await speaker();
  await one.sees({ me: HEARD, status: { phase: "paused" } });
  void one.media.mic.turnOff();
  await one.answer("mute-self");
  await one.sees({ status: { phase: "paused" } });
  await one.sees({});
  assert.equal(one.media.mic.source.track.enabled, false);
  assert.equal(one.sent.mic, null);
});

test("a facilitator is heard in a pause, nobody while the room is held", async () => {
  const one = person();
  await one.sees({ me: { role: "facilitator" } });
  void one.media.mic.turnOn();
  await settle();
  await one.answer("unmute-self");
  await one.sees({ me: { role: "facilitator", ...HEARD }, status: { phase: "paused" } });
  assert.equal(one.media.mic.source.track.enabled, true);
  await one.sees({ me: { role: "facilitator", ...HEARD }, status: { phase: "held" } });
  assert.equal(one.media.mic.source.track.enabled, false);
});

test("a server that believes this fresh page to be heard is put right", async () => {
  const one = person();
  await one.sees({ me: HEARD });
  assert.deepEqual(one.asked, ["mute-self"]);
});

test("an unplugged microphone mutes and says so", async () => {
  const one = await speaker();
  one.media.mic.source.track.end();
  await settle();
  assert.deepEqual(one.notes, ["mic-lost"]);
  assert.deepEqual(one.asked, ["mute-self"]);
  assert.equal(one.sent.mic, null);
});

test("after a phone call one comes back muted, with the camera off, and is told", async () => {
  const one = await speaker();
  void one.media.camera.turnOn();
  await settle();
  await one.answer("start-camera");
  await one.sees({ me: { ...HEARD, ...SEEN } });
  one.media.mic.source.track.muted = true;
  one.media.camera.source.track.muted = true;
  one.media.handleReturn();
  await settle();
  assert.deepEqual(one.notes, ["came-back-muted", "camera-paused"]);
  assert.deepEqual([one.sent.mic, one.sent.camera], [null, null]);
});

test("no device: the reason is kept, nothing is asked, and the person stays in the room", async () => {
  const one = person({
    device: async () => {
      throw new DeviceError("blocked");
    },
  });
  await one.sees({});
  await one.media.mic.turnOn();
  assert.deepEqual(one.problems, [["mic", "blocked"]]);
  assert.equal(one.media.mic.source.problem, "blocked");
  assert.deepEqual(one.asked, []);
});

test("a camera is shown after the ok and its light goes out when it is off", async () => {
  const one = person();
  await one.sees({});
  void one.media.camera.turnOn();
  await settle();
  const { track } = one.media.camera.source;
  assert.equal(one.sent.camera, null);
  await one.answer("start-camera");
  assert.equal(one.sent.camera, track);
  await one.sees({ me: SEEN });
  assert.equal(one.media.camera.isOn, true);
  void one.media.camera.turnOff();
  assert.equal(track.readyState, "ended");
  assert.equal(one.sent.camera, null);
  assert.equal(one.asked.at(-1), "stop-own-camera");
});

test("a refused camera is let go of", async () => {
  const one = person();
  await one.sees({});
  const pressed = one.media.camera.turnOn();
  await settle();
  const { track } = one.media.camera.source;
  await one.answer("start-camera", "cameras-locked");
  await assert.rejects(pressed, { reason: "cameras-locked" });
  assert.equal(track.readyState, "ended");
});

test("a camera stopped or locked by a facilitator does not come back by itself", async () => {
  for (const stop of [{ me: { ...SEEN, camera_stopped: true } }, { me: SEEN, status: { cameras_locked: true } }]) {
    const one = person();
    await one.sees({});
    void one.media.camera.turnOn();
    await settle();
    await one.answer("start-camera");
    await one.sees({ me: SEEN });
    const { track } = one.media.camera.source;
    await one.sees(stop);
    assert.equal(track.readyState, "ended");
    assert.equal(one.asked.at(-1), "stop-own-camera");
    await one.answer("stop-own-camera");
    await one.sees({});
    assert.equal(one.sent.camera, null);
    assert.equal(one.media.camera.source.track, null);
  }
});

test("a camera chosen on the way in is asked for once inside; the microphone comes in closed", async () => {
  const one = person();
  await one.media.camera.turnOn();
  await one.media.mic.turnOn();
  assert.equal(one.media.mic.isOn, true);
  assert.deepEqual(one.asked, []);
  await one.sees({});
  assert.deepEqual(one.asked, ["start-camera"]);
  assert.equal(one.media.mic.source.track.enabled, false);
  await one.answer("start-camera");
  assert.equal(one.sent.camera, one.media.camera.source.track);
});

test("a break lets go of every device", async () => {
  const one = await speaker();
  const { track } = one.media.mic.source;
  await one.sees({ me: { on_break: true } });
  assert.equal(track.readyState, "ended");
  assert.equal(one.media.mic.source.track, null);
});

test("the browser's own stop button ends sharing for everybody", async () => {
  const one = person();
  await one.sees({ me: { may_share: true } });
  void one.media.screen.start();
  await settle();
  await one.answer("start-share");
  await one.sees({ me: { may_share: true, is_sharing: true } });
  assert.ok(one.sent.screen);
  one.sent.screen.end();
  await settle();
  assert.equal(one.asked.at(-1), "stop-share");
  assert.equal(one.sent.screen, null);
});

test("another microphone takes the place of the old one without a word to the server", async () => {
  const one = await speaker();
  const old = one.media.mic.source.track;
  await one.media.mic.switchDevice();
  assert.equal(old.readyState, "ended");
  assert.notEqual(one.sent.mic, old);
  assert.equal(one.sent.mic, one.media.mic.source.track);
  assert.equal(one.sent.mic.enabled, true);
  assert.deepEqual(one.asked, []);
});
