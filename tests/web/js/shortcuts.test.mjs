import assert from "node:assert/strict";
import { test } from "node:test";
import { Shortcuts } from "../../../web/static/js/shortcuts.js";

function keyboard({ canLeave = true } = {}) {
  const done = [];
  let now = 0;
  const shortcuts = new Shortcuts(
    {
      toggleMic: () => done.push("mic"),
      toggleCamera: () => done.push("camera"),
      talk: (isHeld) => done.push(isHeld ? "talk" : "quiet"),
      showKeys: () => done.push("keys"),
      leaveQuickly: canLeave ? () => done.push("leave") : null,
    },
    () => now,
  );
  const event = (key, more = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    repeat: false,
    isComposing: false,
    target: null,
    preventDefault() {
      this.isPrevented = true;
    },
    ...more,
  });
  const press = (key, more) => {
    const pressed = event(key, more);
    shortcuts.handleKeyDown(pressed);
    return pressed;
  };
  return { done, press, release: (key) => shortcuts.handleKeyUp(event(key)), shortcuts, wait: (ms) => (now += ms) };
}

const on = (selector) => ({ closest: (wanted) => (wanted.split(", ").includes(selector) ? {} : null) });

test("microphone and camera by modifier, on both systems, without the browser's own meaning", () => {
  const { done, press } = keyboard();
  assert.ok(press("d", { ctrlKey: true }).isPrevented);
  assert.ok(press("e", { metaKey: true }).isPrevented);
  press("d", { ctrlKey: true, repeat: true });
  assert.deepEqual(done, ["mic", "camera"]);
});

test("no single letter does anything", () => {
  const { done, press } = keyboard();
  for (const key of "abcdefghijklmnopqrstuvwxyzMVHC") press(key);
  assert.deepEqual(done, []);
});

test("Space talks while it is held, and only when no control has focus", () => {
  const { done, press, release } = keyboard();
  press(" ");
  press(" ", { repeat: true });
  release(" ");
  for (const control of ["button", "a", "input", "textarea", "summary", "select"]) press(" ", { target: on(control) });
  assert.deepEqual(done, ["talk", "quiet"]);
});

test("a window that loses the keyboard lets go of Space", () => {
  const { done, press, shortcuts, release } = keyboard();
  press(" ");
  shortcuts.stopTalking();
  release(" ");
  assert.deepEqual(done, ["talk", "quiet"]);
});

test("the list of keys, but not in the middle of a question", () => {
  const { done, press } = keyboard();
  press("?", { target: on("textarea") });
  press("?");
  assert.deepEqual(done, ["keys"]);
});

test("Shift three times in two seconds leaves, and nothing less does", () => {
  const { done, press, wait } = keyboard();
  press("Shift");
  press("Shift");
  press("A", { shiftKey: true });
  press("Shift");
  wait(2_500);
  press("Shift");
  press("Shift");
  assert.deepEqual(done, []);
  press("Shift");
  assert.deepEqual(done, ["leave"]);
  const without = keyboard({ canLeave: false });
  for (let times = 0; times < 3; times += 1) without.press("Shift");
  assert.deepEqual(without.done, []);
});
