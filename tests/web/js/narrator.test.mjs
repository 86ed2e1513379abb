import assert from "node:assert/strict";
import { test } from "node:test";
import { narrate } from "../../../web/static/js/narrator.js";
import { INITIAL, reduce } from "../../../web/static/js/room-state.js";
import { FINCH, HERON, ME, lead, line, person, room } from "./support.mjs";

const inside = (view) => reduce(INITIAL, { type: "room", version: 1, now: 0, view });
const said = (before, after) =>
  narrate(inside(before), inside(after), { type: "room-changed", version: 2, now: 0, changes: [] });
const kinds = (news) => news.map(({ kind }) => kind);

test("a knock is seen or heard, and has its sound", () => {
  const news = narrate(INITIAL, INITIAL, { type: "notices", notices: [{ tag: "knocked", alias: "Quiet Heron" }] });
  assert.deepEqual(kinds(news), ["at-the-door", "chime"]);
  assert.match(news[0].text, /Quiet Heron asks to join/);
});

test("who comes and goes is not said to anybody", () => {
  assert.deepEqual(said(room(), room({ people: [person(ME), person(HERON), person(FINCH)] })), []);
  assert.deepEqual(said(room({ people: [person(ME), person(HERON)] }), room({ people: [person(ME)] })), []);
  assert.deepEqual(said(room(), room({ people: [person(ME), person(HERON, { presence: "break" })] })), []);
});

test("hands of others are said to those who lead, one's own to oneself", () => {
  const up = [person(ME), person(HERON, { hand: 1 })];
  assert.deepEqual(said(room(), room({ people: up })), []);
  assert.match(said(room({ lead: lead() }), room({ people: up, lead: lead() }))[0].text, /Quiet Heron has a hand up/);
  assert.match(said(room(), room({ people: [person(ME, { hand: 1 }), person(HERON)] }))[0].text, /Your hand is up/);
  const moved = [person(ME), person(HERON, { hand: 2 })];
  assert.deepEqual(said(room({ people: up, lead: lead() }), room({ people: moved, lead: lead() })), []);
});

test("being muted is a calm note with what to do, and turning the microphone on takes it away", () => {
  const muted = narrate(INITIAL, INITIAL, { type: "notices", notices: [{ tag: "you-were-muted" }] });
  assert.deepEqual(kinds(muted), ["note"]);
  assert.match(muted[0].text, /raise your hand/);
  const on = said(room(), room({ me: { muted_by_self: false } }));
  assert.deepEqual(kinds(on), ["say", "note"]);
  assert.equal(on[1].text, null);
});

test("messages of others are counted with their author, one's own are not", () => {
  const news = said(room(), room({ chat: [line("m_1", HERON, "hello"), line("m_2", ME, "hi")] }));
  assert.deepEqual(news, [{ kind: "message", by: "Quiet Heron" }]);
  const old = room({ chat: [line("m_1", HERON, "hello")] });
  assert.deepEqual(said(old, old), []);
});

test("a hold explains itself, and going on is said", () => {
  assert.deepEqual(kinds(said(room(), room({ status: { phase: "held" } }))), ["held"]);
  assert.match(said(room({ status: { phase: "held" } }), room())[0].text, /goes on/);
  assert.match(said(room({ status: { phase: "paused" } }), room())[0].text, /goes on/);
  assert.deepEqual(said(room({ status: { phase: "ready" } }), room()), []);
});

test("admission is said, removal interrupts", () => {
  const waiting = reduce(INITIAL, {
    type: "waiting",
    version: 1,
    now: 0,
    view: { tag: "waiting", alias: "Calm Otter" },
  });
  const view = { type: "room", version: 2, now: 0, view: room() };
  assert.match(narrate(waiting, reduce(waiting, view), view)[0].text, /You are in the room. You are muted/);
  const removed = {
    type: "outcome",
    version: 2,
    now: 0,
    view: { kind: "removed", may_knock_again: false, tag: "outcome" },
  };
  assert.deepEqual(kinds(narrate(inside(room()), reduce(inside(room()), removed), removed)), ["interrupt"]);
  const left = { ...removed, view: { ...removed.view, kind: "left" } };
  assert.deepEqual(narrate(inside(room()), reduce(inside(room()), left), left), []);
});

test("a change of role is told once, in both directions", () => {
  const up = said(room(), room({ me: { role: "co-facilitator" } }));
  assert.deepEqual(kinds(up), ["toast"]);
  assert.match(up[0].text, /Lead/);
  assert.deepEqual(kinds(said(room({ me: { role: "co-facilitator" } }), room())), ["toast"]);
});
