import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { DeviceError, Devices } from "../../../web/static/js/devices.js";
import { Refusal } from "../../../web/static/js/refusal.js";
import { browserFamily, deviceWords } from "../../../web/static/js/words-devices.js";
import { REFUSALS, refusalWords } from "../../../web/static/js/words-refusals.js";

const root = new URL("../../../", import.meta.url);
const schema = JSON.parse(readFileSync(new URL("docs/protocol.schema.json", root), "utf8"));

/** Every refusal code of the published schema, wherever it defines them. */
function refusalCodes() {
  const definitions = schema.$defs ?? schema.definitions;
  const reason = definitions.Refused.properties.reason;
  const values = (part) =>
    part.$ref
      ? values(definitions[part.$ref.split("/").pop()])
      : [...(part.enum ?? []), ...(part.const ? [part.const] : []), ...(part.anyOf ?? []).flatMap(values)];
  return values(reason);
}

test("each refusal of the protocol has one sentence, and no sentence is left over", () => {
  const codes = refusalCodes();
  assert.ok(codes.length > 25, "the schema names the refusals");
  assert.deepEqual(Object.keys(REFUSALS).sort(), [...codes, "lost"].sort());
});

test("a refusal is told by its sentence, anything else by a calm one", () => {
  assert.equal(refusalWords(new Refusal("share-taken")), REFUSALS["share-taken"]);
  assert.match(refusalWords(new Error("boom")), /try again/);
});

test("no sentence for people blames, shouts or hurries", () => {
  const folder = new URL("web/static/js/", root);
  const forbidden = /\b(failed|denied|kicked|invalid|illegal|abort(ed)?|oops|just|simply)\b|!["'`]/i;
  for (const name of readdirSync(folder).filter((file) => /^words.*\.js$/.test(file))) {
    const sentences = readFileSync(new URL(name, folder), "utf8").match(/(["'`])(?:(?!\1).)*\1/g) ?? [];
    for (const sentence of sentences) assert.doesNotMatch(sentence, forbidden, `${name}: ${sentence}`);
  }
});

test("each browser family gets its own way to allow a microphone", () => {
  const agents = {
    ios: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Mobile Safari/604",
    android: "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/156 Mobile Safari/537",
    firefox: "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
    safari: "Mozilla/5.0 (Macintosh; Intel Mac OS X 15) AppleWebKit/605 Version/18 Safari/605",
    chromium: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 Chrome/156 Safari/537",
  };
  const words = new Set();
  for (const [family, agent] of Object.entries(agents)) {
    assert.equal(browserFamily(agent), family);
    words.add(deviceWords("mic", "blocked", family));
  }
  assert.equal(words.size, 5);
});

test("what a browser says is understood: blocked, none, busy", async () => {
  const answers = { NotAllowedError: "blocked", NotFoundError: "none", NotReadableError: "busy", WeirdError: "other" };
  for (const [name, problem] of Object.entries(answers)) {
    const media = {
      getUserMedia: () => Promise.reject(Object.assign(new Error(name), { name })),
      enumerateDevices: async () => [],
    };
    await assert.rejects(
      new Devices(media, null, () => {}).microphone(),
      (error) => error instanceof DeviceError && error.problem === problem,
    );
  }
  await assert.rejects(new Devices(undefined, null, () => {}).camera(), { problem: "unsupported" });
});

test("the microphone of last time that is missing today gives way to another", async () => {
  const asked = [];
  const track = { kind: "audio" };
  const media = {
    getUserMedia: async ({ audio }) => {
      asked.push(audio.deviceId?.exact ?? null);
      if (audio.deviceId) throw Object.assign(new Error("gone"), { name: "OverconstrainedError" });
      return { getTracks: () => [track] };
    },
    enumerateDevices: async () => [],
  };
  const devices = new Devices(media, null, () => {});
  devices.choose("audioinput", "old-headset");
  assert.equal(await devices.microphone(), track);
  assert.deepEqual(asked, ["old-headset", null]);
  assert.equal(devices.chosen("audioinput"), "");
});
