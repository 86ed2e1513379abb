import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "../../../web/static/js/backoff.js";
import { ServerClock } from "../../../web/static/js/clock.js";
import { tileName, tileState } from "../../../web/static/js/person-words.js";
import { ResumeToken } from "../../../web/static/js/resume.js";
import { shownNow } from "../../../web/static/js/shown.js";
import { SlotTracks } from "../../../web/static/js/slots.js";
import { loudness } from "../../../web/static/js/sound.js";
import { fetchTicket } from "../../../web/static/js/ticket.js";
import { lengthWords, startWords, waitWords } from "../../../web/static/js/times.js";
import { whoLine } from "../../../web/static/js/who.js";
import { FINCH, HERON, ME, VirtualTimers, person, room, settle } from "./support.mjs";

const devices = (mic, camera) => ({ mic: { isOn: mic }, camera: { isOn: camera } });
const speaking = { me: { muted_by_self: false, camera_on: true }, people: [person(ME), person(HERON), person(FINCH)] };

test("who can see and hear me is said for every state, and never too little", () => {
  const line = (view, mic, camera) => whoLine(room(view), devices(mic, camera)).text;
  assert.equal(line({}, false, false), "Nobody can see or hear you.");
  assert.equal(line(speaking, true, true), "2 people can see and hear you.");
  assert.equal(line(speaking, true, false), "2 people can hear you. Nobody can see you.");
  assert.equal(line(speaking, false, true), "2 people can see you. Nobody can hear you.");
  assert.equal(line({ ...speaking, status: { phase: "paused" } }, true, true), "Nobody can see or hear you.");
  assert.equal(
    line({ ...speaking, me: { ...speaking.me, role: "facilitator" }, status: { phase: "paused" } }, true, true),
    "2 people can see and hear you.",
  );
  assert.equal(
    line({ ...speaking, status: { cameras_locked: true } }, true, true),
    "2 people can hear you. Nobody can see you.",
  );
  assert.equal(
    line({ ...speaking, people: [person(ME), person(HERON, { presence: "break" })] }, true, true),
    "Nobody else is here. Nobody can see or hear you.",
  );
  assert.equal(whoLine(room(speaking), devices(true, true), true).text, "Nobody can see or hear you.");
  assert.match(line({ me: { is_sharing: true } }, false, false), /1 person can see your screen/);
});

test("durations come from the server's clock and this page's steady one", () => {
  let steady = 500;
  const clock = new ServerClock(() => steady);
  clock.set(1_000_000);
  steady += 30_000;
  assert.equal(clock.now(), 1_030_000);
  assert.equal(clock.until(1_090_000), 60_000);
  assert.equal(clock.since(1_000_000), 30_000);
  assert.equal(clock.since(2_000_000), 0);
});

test("attempts spread out, so that a room full of pages does not come back at once", () => {
  const first = Array.from({ length: 101 }, (_, index) => backoffMs(0, index / 100));
  assert.equal(Math.min(...first), 0);
  assert.ok(Math.max(...first) >= 250);
  for (const window of [0, 50, 100, 150]) {
    const within = first.filter((wait) => wait >= window && wait < window + 100).length;
    assert.ok(within <= 51, `${within} of 101 within 100 ms`);
  }
  assert.deepEqual([backoffMs(40, 0), backoffMs(40, 1)], [3_000, 5_000]);
});

test("times are printed in the reader's zone, with the other beside it where it differs", () => {
  const start = Date.UTC(2026, 10, 24, 19, 0);
  const here = { zone: "Europe/Lisbon", own: "Europe/Lisbon", locale: "en-GB" };
  assert.equal(startWords(start, start - 3_600_000, here), "today 19:00 (your time)");
  assert.equal(startWords(start, start - 86_400_000, here), "tomorrow 19:00 (your time)");
  assert.equal(startWords(start, start - 5 * 86_400_000, here), "Tuesday 24 November 19:00 (your time)");
  assert.equal(startWords(start, start, { ...here, own: "Europe/Berlin" }), "today 20:00 (your time), 19:00 in Lisbon");
  assert.equal(startWords(start, start, { ...here, own: "Europe/London" }), "today 19:00 (your time)");
});

test("lengths are whole words", () => {
  assert.deepEqual([1, 60_000, 61_000, 7_200_000, 7_260_000, 4 * 86_400_000].map(lengthWords), [
    "1 minute",
    "1 minute",
    "2 minutes",
    "120 minutes",
    "2 hours",
    "4 days",
  ]);
  assert.deepEqual([0, 59_000, 60_000, 200_000].map(waitWords), [
    "less than a minute",
    "less than a minute",
    "1 minute",
    "3 minutes",
  ]);
});

test("a slot shows nobody until its track and its map are of the same transport", () => {
  const tracks = new SlotTracks((track) => ({ track, getTracks: () => [track] }));
  const map = {
    transport: 7,
    slots: [
      { mid: "03", source: "mic", person: HERON },
      { mid: "11", source: "camera", person: HERON },
    ],
  };
  const track = { id: "t" };
  tracks.reset(7);
  assert.equal(tracks.find(map, "camera", HERON), undefined);
  tracks.put("11", track);
  const { stream } = tracks.find(map, "camera", HERON);
  tracks.put("11", track);
  assert.equal(tracks.find(map, "camera", HERON).stream, stream, "the same stream, or the picture would start anew");
  assert.deepEqual(tracks.of(map, "mic"), []);
  assert.equal(tracks.find({ ...map, transport: 6 }, "camera", HERON), undefined);
  tracks.reset(8);
  assert.equal(tracks.find({ ...map, transport: 8 }, "camera", HERON), undefined);
});

test("what is out of sight is not asked for, and nobody has two tiles", () => {
  const people = [ME, ...Array.from({ length: 14 }, (_, index) => `p_person${index}`)].map((id) => person(id));
  const ui = { layout: "grid", page: 0, hidesSelf: false, main: null, pinned: null, box: { width: 1_200, height: 700 } };
  const first = shownNow(room({ people }), ui, []);
  const second = shownNow(room({ people }), { ...ui, page: 1 }, []);
  assert.equal(first.cameras.length, 9);
  assert.deepEqual(new Set([...first.people, ...second.people].map(({ id }) => id)).size, 15);
  assert.equal(first.people.length + second.people.length, 15);
  assert.equal(second.people.at(-1).id, ME);
  assert.ok(!second.cameras.includes(ME));
  assert.deepEqual(shownNow(room({ people }), { ...ui, layout: "names" }, []).cameras, []);
  const soundOnly = shownNow(room({ people }), ui, [], true);
  assert.deepEqual([soundOnly.cameras, soundOnly.layout], [[], "sound"]);
  const speaker = shownNow(room({ people }), { ...ui, layout: "speaker" }, ["p_person5"]);
  assert.equal(speaker.cameras[0], "p_person5");
  assert.equal(new Set(speaker.people.map(({ id }) => id)).size, 15);
  assert.ok(!shownNow(room({ people }), { ...ui, page: 1, hidesSelf: true }, []).people.some(({ id }) => id === ME));
});

test("a shared screen is asked for only where it is shown", () => {
  const people = [person(ME), person(HERON, { is_sharing: true })];
  const ui = { layout: "grid", page: 0, hidesSelf: false, main: null, pinned: null, box: { width: 1_200, height: 700 } };
  const shown = shownNow(room({ people }), ui, []);
  assert.deepEqual([shown.sharer.id, shown.layout, shown.main], [HERON, "speaker", null]);
  assert.equal(shownNow(room({ people }), ui, [], true).sharer, null);
  assert.equal(shownNow(room({ people: [person(ME, { is_sharing: true })] }), ui, []).sharer, null);
});

test("a tile's name says all of a person's state; the chip says the one thing first", () => {
  const heron = person(HERON, { camera_on: true, hand: 2, role: "facilitator" });
  assert.equal(tileName(heron, false, false), "Quiet Heron, facilitator, muted, camera on, hand 2");
  assert.equal(
    tileName({ ...heron, is_muted: false, hand: null, role: "participant" }, true, true),
    "Quiet Heron, you, camera on, speaking",
  );
  assert.equal(
    tileName(person(HERON, { presence: "break", hand: 1 }), false, false),
    "Quiet Heron, taking a break, hand 1",
  );
  assert.equal(tileState(heron).word, "hand 2");
  assert.equal(tileState(person(HERON)).word, "muted");
  assert.equal(tileState(person(HERON, { is_muted: false })), null);
  assert.equal(tileName(person(HERON), false, false, "weak"), "Quiet Heron, muted, Their connection is weak");
  assert.deepEqual([tileState(person(HERON), "lost").key, tileState(heron, "weak").key], ["weak", "hand"]);
});

test("what the ticket office says is understood, and silence is not an error", async () => {
  const ask = (status, body) => fetchTicket("/s/s_1/ticket", async () => ({ status, json: async () => body }));
  const given = { ticket: "t", me: "p_1", role: "participant", suggested_alias: "Quiet Heron" };
  assert.deepEqual(await ask(200, given), {
    kind: "ticket",
    ticket: "t",
    me: "p_1",
    role: "participant",
    suggestedAlias: "Quiet Heron",
  });
  assert.deepEqual(await ask(404, { error: "unknown-session" }), { kind: "unknown" });
  assert.deepEqual(await ask(410, { error: "canceled" }), { kind: "over", outcome: "canceled" });
  assert.deepEqual(await ask(429, { retry_after_s: 3 }), { kind: "later", afterMs: 3_000 });
  assert.deepEqual(await ask(503, {}), { kind: "unreachable" });
  assert.deepEqual(
    await fetchTicket("/x", async () => {
      throw new TypeError("offline");
    }),
    { kind: "unreachable" },
  );
});

/** One browser's storage of one tab, and the locks of all its tabs. */
function browser() {
  const held = new Set();
  const locks = {
    request: (name, { signal }, run) =>
      new Promise((resolve, reject) => {
        if (held.has(name)) return signal.aborted ? reject(signal.reason) : undefined;
        held.add(name);
        return resolve(run());
      }),
  };
  const tab = (items = new Map()) => ({
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  });
  return { locks, tab, die: () => held.clear() };
}

test("a reload finds its token again, a duplicated tab does not use the copy", async () => {
  const { locks, tab, die } = browser();
  const noPatience = () => AbortSignal.abort();
  const storage = tab();
  const first = new ResumeToken("s_1", storage, locks, () => new AbortController().signal);
  await first.claim();
  assert.equal(first.value, null);
  first.keep("token-1");
  await settle();
  const duplicate = new ResumeToken("s_1", tab(new Map(storage.items)), locks, noPatience);
  await duplicate.claim();
  assert.equal(duplicate.value, null);
  die();
  const reloaded = new ResumeToken("s_1", storage, locks, noPatience);
  await reloaded.claim();
  assert.equal(reloaded.value, "token-1");
  assert.equal(new ResumeToken("s_2", storage, locks).value, null);
});

test("a browser that keeps nothing still keeps the token while the page lives", () => {
  const broken = {
    getItem: () => null,
    setItem: () => {
      throw new Error("full");
    },
    removeItem: () => {},
  };
  const token = new ResumeToken("s_1", broken, null);
  token.keep("token-1");
  assert.equal(token.value, "token-1");
  token.forget();
  assert.equal(token.value, null);
});

test("silence is zero and a full tone is nearly one", () => {
  assert.equal(loudness(new Float32Array(128)), 0);
  assert.ok(loudness(Float32Array.from({ length: 1_024 }, (_, at) => Math.sin(at / 5))) > 0.9);
});
