import assert from "node:assert/strict";
import { test } from "node:test";
import { Announcer } from "../../../web/static/js/announcer.js";
import { VirtualTimers } from "./support.mjs";

/** A region that remembers what was put into it. */
class Region {
  heard = [];
  #text = "";
  get textContent() {
    return this.#text;
  }
  set textContent(text) {
    this.#text = text;
    if (text) this.heard.push(text);
  }
}

function voice() {
  const timers = new VirtualTimers();
  const polite = new Region();
  const assertive = new Region();
  return { timers, polite, assertive, announcer: new Announcer(polite, assertive, timers) };
}

test("lines that come together are said one after another", async () => {
  const { announcer, polite, timers } = voice();
  announcer.say("one");
  announcer.say("two");
  assert.deepEqual(polite.heard, ["one"]);
  await timers.advance(1_200);
  assert.deepEqual(polite.heard, ["one", "two"]);
});

test("of one topic only the newest waiting line is said", async () => {
  const { announcer, polite, timers } = voice();
  announcer.say("hello");
  announcer.say("You are muted.", "mic");
  announcer.say("Your microphone is on.", "mic");
  await timers.advance(10_000);
  assert.deepEqual(polite.heard, ["hello", "Your microphone is on."]);
});

test("a crowd of events does not talk for minutes", async () => {
  const { announcer, polite, timers } = voice();
  for (let index = 0; index < 40; index += 1) announcer.say(`event ${index}`);
  await timers.advance(60_000);
  assert.equal(polite.heard.length, 5);
  assert.equal(polite.heard.at(-1), "event 39");
});

test("the region is emptied, so that the same words are heard again", async () => {
  const { announcer, polite, timers } = voice();
  announcer.say("A knock");
  await timers.advance(5_000);
  assert.equal(polite.textContent, "");
  announcer.say("A knock");
  assert.deepEqual(polite.heard, ["A knock", "A knock"]);
});

test("removal and loss interrupt, and nothing polite talks over them", async () => {
  const { announcer, polite, assertive, timers } = voice();
  announcer.say("one");
  announcer.say("two");
  announcer.interrupt("You are no longer in this session.");
  assert.deepEqual(assertive.heard, ["You are no longer in this session."]);
  await timers.advance(5_000);
  assert.deepEqual(polite.heard, ["one"]);
});
