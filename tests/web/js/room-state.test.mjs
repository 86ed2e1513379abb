import assert from "node:assert/strict";
import { test } from "node:test";
import { INITIAL, leftByOneself, reduce, withoutTicket } from "../../../web/static/js/room-state.js";
import { FINCH, HERON, ME, line, own, person, room, status } from "./support.mjs";

const welcome = { type: "welcome", protocol: 1, me: ME, resume: "r".repeat(20) };
const inside = (version = 1, view = room()) =>
  reduce(reduce(INITIAL, welcome), { type: "room", version, now: 0, view });
const change = (state, version, ...changes) => reduce(state, { type: "room-changed", version, now: 0, changes });

test("a view of one stage takes the place of the one before", () => {
  const waiting = reduce(INITIAL, {
    type: "waiting",
    version: 1,
    now: 0,
    view: { tag: "waiting", alias: "Calm Otter" },
  });
  assert.equal(waiting.stage, "waiting");
  const admitted = reduce(waiting, { type: "room", version: 2, now: 0, view: room() });
  assert.equal(admitted.stage, "inside");
  assert.equal(admitted.waiting, null);
});

test("nothing of the room is kept after it", () => {
  let state = reduce(inside(), { type: "speaking", people: [HERON] });
  state = reduce(state, { type: "slots", transport: 1, slots: [{ mid: "03", source: "mic", person: HERON }] });
  state = reduce(state, {
    type: "outcome",
    version: 2,
    now: 0,
    view: { kind: "removed", may_knock_again: false, tag: "outcome" },
  });
  assert.ok(!JSON.stringify(state).includes(HERON));
  assert.equal(state.room, null);
});

test("who waits for sound and pictures does so until an offer comes, and only in the room", () => {
  const waits = reduce(inside(), { type: "media-waits", reason: "media-full" });
  assert.equal(waits.waitsForMedia, true);
  assert.equal(change(waits, 2, { part: "person", person: person(FINCH) }).waitsForMedia, true);
  assert.equal(reduce(waits, { type: "offer", transport: 1, generation: 1, sdp: "", uplinks: [] }).waitsForMedia, false);
  assert.equal(reduce(waits, welcome).waitsForMedia, false);
  assert.equal(leftByOneself(waits).waitsForMedia, false);
});

test("changes are applied in order and people keep their places", () => {
  const state = change(
    inside(),
    2,
    { part: "person", person: person(FINCH) },
    { part: "person", person: person(ME, { is_muted: false }) },
    { part: "me", me: own({ muted_by_self: false }) },
  );
  assert.deepEqual(
    state.room.people.map(({ id }) => id),
    [ME, HERON, FINCH],
  );
  assert.equal(state.room.people[0].is_muted, false);
  assert.equal(state.room.me.muted_by_self, false);
  assert.equal(state.version, 2);
});

test("people and messages that are gone are taken out", () => {
  let state = change(inside(), 2, { part: "chat", line: line("m_1", HERON, "hello") });
  state = change(
    state,
    3,
    { part: "chat-gone", id: "m_1" },
    { part: "person-gone", id: HERON },
    { part: "status", status: status({ phase: "paused" }) },
  );
  assert.deepEqual(state.room.chat, []);
  assert.deepEqual(
    state.room.people.map(({ id }) => id),
    [ME],
  );
  assert.equal(state.room.status.phase, "paused");
});

test("a missed change asks for a whole view and touches nothing", () => {
  const before = inside(1);
  const after = change(before, 3, { part: "person-gone", id: HERON });
  assert.equal(after.hasGap, true);
  assert.deepEqual(after.room, before.room);
  assert.equal(reduce(after, welcome).hasGap, false);
});

test("a change that was already seen is passed over", () => {
  const state = inside(5);
  assert.equal(change(state, 5, { part: "person-gone", id: HERON }), state);
});

test("a change outside of the room is a gap, not a room", () => {
  const state = change(reduce(INITIAL, welcome), 1, { part: "person", person: person(HERON) });
  assert.equal(state.room, null);
  assert.equal(state.hasGap, true);
});

test("a session that is over is told by the ticket already", () => {
  assert.equal(withoutTicket(INITIAL, "canceled").outcome.kind, "canceled");
  assert.equal(withoutTicket(INITIAL, "unknown").stage, "unknown");
});

test("leaving shows at once that one has left", () => {
  const state = leftByOneself(inside());
  assert.equal(state.stage, "outcome");
  assert.deepEqual(state.outcome, { kind: "left", may_knock_again: true, tag: "outcome" });
  assert.equal(state.room, null);
});
