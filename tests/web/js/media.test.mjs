import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Media } from "../../../web/static/js/media.js";
import { Refusal } from "../../../web/static/js/refusal.js";
import { settle } from "./support.mjs";

/** An RTCPeerConnection that remembers the order of what is done to it. */
class FakeConnection {
  connectionState = "new";
  log = [];
  transceivers = [];
  localDescription = null;

  async setRemoteDescription({ sdp }) {
    this.log.push(`remote ${sdp}`);
    for (const mid of ["00", "01"]) {
      if (this.transceivers.some((one) => one.mid === mid)) continue;
      const log = this.log;
      const sender = {
        track: null,
        async replaceTrack(track) {
          log.push(`replace ${mid} ${track?.id ?? null}`);
          sender.track = track;
        },
        getParameters: () => ({ encodings: [{}] }),
        setParameters: async ({ encodings }) => log.push(`limit ${mid} ${encodings[0].maxBitrate > 0}`),
      };
      this.transceivers.push({ mid, sender, direction: "recvonly" });
    }
  }

  getTransceivers() {
    return this.transceivers;
  }

  async createAnswer() {
    this.log.push(`answer ${this.transceivers.map(({ direction }) => direction).join(" ")}`);
    return { type: "answer", sdp: "made" };
  }

  async setLocalDescription(description) {
    this.localDescription = description;
  }

  close() {
    this.connectionState = "closed";
    this.log.push("close");
  }

  becomes(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

const UPLINKS = [
  { source: "mic", mid: "00" },
  { source: "camera", mid: "01" },
];
const offer = (transport, generation = 1, sdp = `offer ${generation}`) => ({
  type: "offer",
  transport,
  generation,
  sdp,
  uplinks: UPLINKS,
});

function page({ refuse = null } = {}) {
  const connections = [];
  const requests = [];
  const transports = [];
  const media = new Media({
    isSupported: true,
    makeConnection: () => {
      connections.push(new FakeConnection());
      return connections.at(-1);
    },
    request: async (body) => {
      requests.push(body);
      if (refuse && body.type === "answer") throw new Refusal(refuse);
    },
    onTransport: (transport) => transports.push(transport),
    onTrack: () => {},
    onState: () => {},
  });
  return { media, connections, requests, transports };
}

test("answers with both uplinks sendonly, before the answer is made", async () => {
  const { media, connections, requests } = page();
  await media.setTrack("mic", { id: "my-mic" });
  await media.handleOffer(offer(7));
  assert.deepEqual(connections[0].log, [
    "remote offer 1",
    "replace 00 my-mic",
    "limit 01 true",
    "answer sendonly sendonly",
  ]);
  assert.deepEqual(requests, [{ type: "answer", transport: 7, generation: 1, sdp: "made" }]);
});

test("a further offer of the same transport keeps the connection, another one replaces it", async () => {
  const { media, connections, transports } = page();
  await media.handleOffer(offer(7));
  await media.handleOffer(offer(7, 2));
  assert.equal(connections.length, 1);
  await media.handleOffer(offer(8));
  assert.equal(connections[0].connectionState, "closed");
  assert.equal(connections.length, 2);
  assert.deepEqual(transports, [7, 8]);
  assert.equal(media.transport, 8);
});

test("offers are handled one after another", async () => {
  const { media, connections } = page();
  void media.handleOffer(offer(7, 1));
  await media.handleOffer(offer(7, 2));
  const steps = connections[0].log.filter((line) => /remote|answer/.test(line));
  assert.deepEqual(steps, ["remote offer 1", "answer sendonly sendonly", "remote offer 2", "answer sendonly sendonly"]);
});

test("a track changes without negotiation, and a new transport takes it along", async () => {
  const { media, connections } = page();
  await media.handleOffer(offer(7));
  await media.setTrack("camera", { id: "my-camera" });
  assert.equal(connections[0].log.at(-1), "replace 01 my-camera");
  await media.setTrack("camera", media.connection.transceivers[1].sender.track);
  assert.equal(connections[0].log.filter((line) => line === "replace 01 my-camera").length, 1);
  await media.handleOffer(offer(8));
  assert.ok(connections[1].log.includes("replace 01 my-camera"));
});

test("a failed or broken connection is not held any more and asks for another", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { media, connections, requests } = page();
    await media.handleOffer(offer(7));
    connections[0].becomes("connected");
    connections[0].becomes("disconnected");
    mock.timers.tick(3_900);
    assert.equal(requests.length, 1);
    mock.timers.tick(200);
    assert.deepEqual(requests.at(-1), { type: "replace-transport", transport: 7 });
    connections[0].becomes("failed");
    assert.equal(media.transport, null);
    mock.timers.tick(2_100);
    assert.equal(requests.length, 3);
  } finally {
    mock.timers.reset();
  }
});

test("a gap that heals asks for nothing", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { media, connections, requests } = page();
    await media.handleOffer(offer(7));
    connections[0].becomes("disconnected");
    mock.timers.tick(2_000);
    connections[0].becomes("connected");
    mock.timers.tick(60_000);
    assert.equal(requests.length, 1);
  } finally {
    mock.timers.reset();
  }
});

test("an answer that does not fit asks for a new transport, ever more slowly; a lost one asks for nothing", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const bad = page({ refuse: "bad-answer" });
    const replaced = () => bad.requests.filter(({ type }) => type === "replace-transport").length;
    await bad.media.handleOffer(offer(7));
    mock.timers.tick(2_000);
    assert.equal(replaced(), 1);
    await bad.media.handleOffer(offer(8));
    mock.timers.tick(3_900);
    assert.equal(replaced(), 1);
    mock.timers.tick(200);
    assert.equal(replaced(), 2);
    const lost = page({ refuse: "lost" });
    await lost.media.handleOffer(offer(7));
    mock.timers.tick(60_000);
    assert.equal(lost.requests.length, 1);
  } finally {
    mock.timers.reset();
  }
});

test("a connection that worked starts with fresh patience", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { media, connections, requests } = page();
    for (const transport of [7, 8, 9]) {
      await media.handleOffer(offer(transport));
      connections.at(-1).becomes("connected");
      connections.at(-1).becomes("failed");
      mock.timers.tick(0);
      assert.deepEqual(requests.at(-1), { type: "replace-transport", transport });
    }
  } finally {
    mock.timers.reset();
  }
});

test("after close nothing is sent and an offer that was on its way answers nothing", async () => {
  const { media, connections, requests } = page();
  const handled = media.handleOffer(offer(7));
  await settle();
  media.close();
  await handled;
  assert.equal(connections[0]?.connectionState ?? "closed", "closed");
  assert.equal(media.connection, null);
  assert.equal(requests.length <= 1, true);
});
