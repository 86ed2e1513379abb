import assert from "node:assert/strict";
import { test } from "node:test";
import { lineFacts, lineSummary } from "../../../web/static/js/line-facts.js";
import { DownGuard, UpGuard } from "../../../web/static/js/line-guard.js";
import { LineReport } from "../../../web/static/js/line-report.js";
import { LineWatch } from "../../../web/static/js/line-watch.js";
import { QualityGauge, downVerdict, upVerdict, worse } from "../../../web/static/js/quality.js";
import { cameraLines, keepVideo, videoOf } from "../../../web/static/js/saving.js";
import { figuresBetween } from "../../../web/static/js/stats-figures.js";
import { snapshotOf } from "../../../web/static/js/stats-snapshot.js";
import { Thrift } from "../../../web/static/js/thrift.js";
import { settle } from "./support.mjs";

const PAIR = { type: "candidate-pair" };

/** What a browser reports after so much of a conversation. */
function reports({ packets = 0, lost = 0, answers = 0, sent = 0, sentLost = 0, more = {} } = {}) {
  return [
    {
      id: "in-a",
      type: "inbound-rtp",
      kind: "audio",
      packetsReceived: packets,
      packetsLost: lost,
      bytesReceived: 100 * packets,
      jitter: 0.012,
      totalSamplesReceived: 960 * packets,
      concealedSamples: 960 * lost,
      silentConcealedSamples: 0,
    },
    { id: "in-v", type: "inbound-rtp", kind: "video", freezeCount: 0, totalFreezesDuration: 0, ...more.video },
    { id: "out", type: "outbound-rtp", kind: "video", packetsSent: sent, bytesSent: 1_000 * sent, ...more.out },
    { id: "told", type: "remote-inbound-rtp", packetsLost: sentLost },
    { ...PAIR, id: "pair", localCandidateId: "here", currentRoundTripTime: 0.08, responsesReceived: answers },
    { ...PAIR, id: "other", localCandidateId: "there", currentRoundTripTime: 3, responsesReceived: 99 },
    { id: "here", type: "local-candidate", candidateType: "host", protocol: "udp", address: "192.0.2.7", ...more.here },
    { id: "transport", type: "transport", selectedCandidatePairId: "pair" },
  ];
}

const figures = (before, after, ms = 2_000) =>
  figuresBetween(snapshotOf(reports(before), 0), snapshotOf(reports(after), ms));
const FINE = figures({}, { packets: 100, answers: 1, sent: 50 });

test("figures are of the time between two readings, not of the whole session", () => {
  const one = figures(
    { packets: 900, lost: 100, sent: 500, sentLost: 50, answers: 1 },
    { packets: 990, lost: 110, sent: 600, sentLost: 52, answers: 2 },
  );
  assert.deepEqual([one.down.lossPercent, one.up.lossPercent, one.roundTripMs], [10, 2, 80]);
  assert.deepEqual([one.down.kbps, one.up.kbps, one.down.jitterMs], [36, 400, 12]);
  assert.equal(one.down.concealedPercent, 11);
  assert.equal(one.isAnswered, true);
});

test("frozen pictures, relays and a picture held down by the line are read; no address is", () => {
  const relayed = { candidateType: "relay", relayProtocol: "tls" };
  const more = { video: { freezeCount: 2, totalFreezesDuration: 0.5 }, here: relayed };
  const one = figures({}, { answers: 1, more: { ...more, out: { qualityLimitationReason: "bandwidth" } } });
  assert.deepEqual([one.down.freezes, one.down.frozenPercent], [2, 25]);
  assert.deepEqual(one.path, { isRelayed: true, protocol: "tls" });
  assert.equal(one.up.isLimited, true);
  const back = figures({}, { answers: 1, more: { video: { freezeCount: 1, totalFreezesDuration: 40 } } });
  assert.equal(back.down.frozenPercent, 0, "a picture that nobody sent for a while did not freeze");
  assert.doesNotMatch(JSON.stringify(one), /192\.0\.2/);
});

test("Firefox, which has no transport report, names the pair itself; an unconnected page has no path", () => {
  const pair = { id: "p", type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.02 };
  assert.equal(snapshotOf([pair], 0).roundTripMs, 20);
  assert.deepEqual([snapshotOf([], 0).roundTripMs, snapshotOf([], 0).path], [null, null]);
});

test("a counter that fell belongs to a track that is gone", () => {
  const one = figures({ packets: 900, lost: 90 }, { packets: 10, lost: 1 });
  assert.deepEqual([one.down.lossPercent, one.down.kbps], [0, 0]);
});

test("a verdict tells a slow line from a crowded one", () => {
  assert.deepEqual(downVerdict(FINE), { state: "good", isCrowded: false });
  assert.deepEqual(downVerdict({ ...FINE, roundTripMs: 700 }), { state: "weak", isCrowded: false });
  const lossy = (lost) => figures({}, { packets: 100 - lost, lost, answers: 1, sent: 100, sentLost: lost });
  const verdicts = (lost) => [downVerdict(lossy(lost)), upVerdict(lossy(lost))];
  assert.deepEqual(verdicts(10), Array(2).fill({ state: "weak", isCrowded: false }), "repaired: voices are whole");
  assert.deepEqual(verdicts(20), Array(2).fill({ state: "weak", isCrowded: true }));
  assert.deepEqual(downVerdict({ ...FINE, isAnswered: false }), { state: "lost", isCrowded: false });
  assert.equal(upVerdict({ ...FINE, up: { lossPercent: 0, kbps: 30, isLimited: true } }).isCrowded, true);
  assert.equal(upVerdict({ ...FINE, up: { lossPercent: 0, kbps: 500, isLimited: true } }).isCrowded, false);
});

test("the word sinks after four seconds, rises after ten, and does not flicker", () => {
  const gauge = new QualityGauge();
  const read = (...readings) => readings.map((reading) => gauge.handle(reading));
  assert.deepEqual(read("weak", "good", "weak", "good"), ["good", "good", "good", "good"]);
  assert.deepEqual(read("weak", "weak"), ["good", "weak"]);
  assert.deepEqual(read("good", "good", "good", "good", "good"), ["weak", "weak", "weak", "weak", "good"]);
  assert.deepEqual(read("lost"), ["lost"], "silence was waited for already");
  assert.deepEqual(read("good", "good"), ["weak", "weak"], "its end is seen at once, and trusted later");
  assert.deepEqual([worse("good", "weak"), worse("lost", "weak")], ["weak", "lost"]);
});

const connection = (state, ...readings) => ({
  connectionState: state,
  getStats: async () => new Map(reports(readings.shift() ?? {}).map((report) => [report.id, report])),
});

test("a connection that is being made is not lost; one that broke is", async () => {
  const watch = new LineWatch();
  assert.equal(await watch.read(connection("connecting"), 0), null);
  const one = connection("connected", { packets: 10, answers: 1 }, { packets: 20, answers: 2 });
  assert.equal(await watch.read(one, 2_000), null, "one reading says nothing");
  assert.equal((await watch.read(one, 4_000)).down.state, "good");
  one.connectionState = "disconnected";
  assert.equal((await watch.read(one, 6_000)).down.state, "lost");
  assert.deepEqual([watch.states, watch.figures], [{ up: "lost", down: "lost" }, null]);
});

test("silence counts only when it is longer than any browser waits before it asks", async () => {
  const watch = new LineWatch();
  const silent = { packets: 10, answers: 5 };
  const one = connection("connected", silent, silent, silent, silent);
  const states = [];
  for (const now of [0, 2_000, 4_000, 6_000]) states.push((await watch.read(one, now))?.down.state);
  assert.deepEqual(states, [undefined, "good", "good", "lost"]);
});

test("the server hears of a change at once and of no change every ten seconds", () => {
  const told = [];
  const report = new LineReport(async (body) => void told.push(body));
  const line = (down) => ({ states: { up: "good", down }, figures: FINE });
  for (let now = 0; now <= 20_000; now += 2_000) report.show(7, line(now < 14_000 ? "good" : "weak"), now);
  assert.deepEqual(
    told.map(({ down }) => down.state),
    ["good", "good", "weak"],
  );
  assert.deepEqual(told[0], {
    type: "quality-report",
    transport: 7,
    up: { state: "good", loss_percent: 0, rtt_ms: 80 },
    down: { state: "good", loss_percent: 0, rtt_ms: 80, freezes: 0 },
  });
});

test("what could not be told is told again; freezes add up between two reports", async () => {
  const told = [];
  const report = new LineReport(async (body) => {
    told.push(body.down.freezes);
    if (told.length === 1) throw new Error("lost");
  });
  const line = { states: { up: "good", down: "good" }, figures: { ...FINE, down: { ...FINE.down, freezes: 2 } } };
  report.show(7, line, 0);
  await settle();
  report.show(7, line, 1_000);
  report.show(7, line, 2_000);
  assert.deepEqual(told, [2, 4]);
});

const CROWDED = { state: "weak", isCrowded: true };
const CLEAR = { state: "good", isCrowded: false };
/** The seconds at which a guard changes its mind while the line says the same, two seconds apart. */
const changes = (guard, verdict, from, to) => {
  const at = [];
  for (let now = from; now <= to; now += 2_000) if (guard.handle(verdict, now)) at.push(now / 1_000);
  return at;
};

test("pictures rest on a line that stays crowded, come back when it stays clear, and each time later", () => {
  const guard = new DownGuard();
  assert.deepEqual(changes(guard, CROWDED, 0, 20_000), [12]);
  assert.deepEqual(changes(guard, CLEAR, 22_000, 50_000), [42]);
  assert.deepEqual(changes(guard, CROWDED, 52_000, 70_000), [64]);
  assert.deepEqual(changes(guard, CLEAR, 72_000, 130_000), [112], "it was tried too early: twice the wait");
});

test("a slow line that is not crowded keeps its pictures; a short trouble too", () => {
  const guard = new DownGuard();
  assert.deepEqual(changes(guard, { state: "weak", isCrowded: false }, 0, 60_000), []);
  assert.deepEqual(changes(guard, CROWDED, 62_000, 70_000), []);
  assert.deepEqual(changes(guard, CLEAR, 72_000, 74_000), []);
  assert.deepEqual(changes(guard, CROWDED, 76_000, 86_000), []);
  assert.deepEqual(changes(guard, CLEAR, 88_000, 90_000), []);
  assert.deepEqual(changes(guard, { state: "lost", isCrowded: false }, 92_000, 200_000), []);
});

test("who wants pictures all the same is left alone for two minutes", () => {
  const guard = new DownGuard();
  changes(guard, CROWDED, 0, 12_000);
  guard.overrule(14_000);
  assert.equal(guard.isOn, false);
  assert.deepEqual(changes(guard, CROWDED, 16_000, 150_000), [146]);
});

test("my own camera stops only after a line out stayed crowded while it was on", () => {
  const guard = new UpGuard();
  const at = [];
  for (let now = 0; now <= 40_000; now += 2_000) if (guard.handle(CROWDED, now >= 20_000, now)) at.push(now);
  assert.deepEqual(at, [32_000]);
});

test("what the person chose is what is asked for, unless the line carries less", () => {
  const thrift = new Thrift("saver");
  const run = (down, from, to) => {
    const events = [];
    for (let now = from; now <= to; now += 2_000) events.push(...thrift.handle({ up: CLEAR, down }, false, now));
    return events;
  };
  assert.equal(thrift.video, "saver");
  assert.deepEqual(run(CROWDED, 0, 14_000), ["pictures-rest"]);
  assert.deepEqual([thrift.video, thrift.isResting, thrift.choice], ["none", true, "saver"]);
  assert.deepEqual(run(CLEAR, 16_000, 40_000), ["pictures-back"]);
  assert.equal(thrift.video, "saver");
  thrift.choose("none", 42_000);
  assert.deepEqual(run(CROWDED, 44_000, 200_000), [], "no news for who chose sound alone");
  assert.equal(thrift.pictures, "saver", "what to go back to");
  thrift.choose("full", 300_000);
  assert.equal(thrift.video, "full");
});

test("the choice is kept on the device; without one, dear data means small pictures", () => {
  const items = new Map();
  const storage = { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value) };
  assert.equal(videoOf(storage, undefined), "full");
  assert.equal(videoOf(storage, { saveData: true }), "saver");
  assert.equal(videoOf(null, { type: "cellular" }), "saver");
  keepVideo(storage, "none");
  assert.equal(videoOf(storage, { type: "wifi" }), "none");
  items.set([...items.keys()][0], "something of another version");
  assert.equal(videoOf(storage, { type: "wifi" }), "full");
});

test("the camera is asked for no more than device and choice allow", () => {
  assert.deepEqual(
    [cameraLines("full", 8), cameraLines("full", 2), cameraLines("saver", 8), cameraLines("full", undefined)],
    [720, 360, 360, 720],
  );
});

const VIEW = { isSignalUp: true, states: { up: "good", down: "weak" }, figures: FINE, video: "full", pictures: "all" };

test("the panel says everything in words, and what is not known yet is not made up", () => {
  const facts = Object.fromEntries(lineFacts(VIEW));
  assert.equal(facts["What comes to you"], "Weak. 40 kbit/s, 0 % lost on the way");
  assert.equal(facts.Way, "Straight to the server, by UDP");
  assert.match(facts["There and back"], /80 ms\. Talking feels immediate/);
  assert.match(Object.fromEntries(lineFacts({ ...VIEW, pictures: "fewer" })).Pictures, /smaller or left out/);
  assert.equal(Object.fromEntries(lineFacts({ ...VIEW, video: "none" })).Pictures, "Off, as you chose.");
  const early = lineFacts({ ...VIEW, states: { up: "good", down: "good" }, figures: null });
  assert.deepEqual(early[1], ["What comes to you", "Measuring, this takes some seconds"]);
});

test("the summary can be sent to anybody: no address, no name, no session", () => {
  const text = lineSummary(VIEW, "firefox", new Date(Date.UTC(2026, 10, 21, 12, 30)));
  assert.match(text, /^Holdspace connection, 2026-11-21T12:30Z, firefox\n/);
  assert.doesNotMatch(text, /\d+\.\d+\.\d+\.\d+|s_|p_/);
});
