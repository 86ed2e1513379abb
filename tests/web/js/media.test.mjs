import assert from "node:assert/strict";
import { test } from "node:test";
import { Media } from "../../../web/static/js/media.js";
import { Refusal } from "../../../web/static/js/refusal.js";
import { VirtualTimers, settle } from "./support.mjs";

/** An RTCPeerConnection that remembers the order of what is done to it. */
class FakeConnection {
  connectionState = "new";
  iceConnectionState = "new";
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
        getParameters: () => ({ encodings: [{ maxBitrate: 0 }] }),
        setParameters: async ({ encodings }) => log.push(`limit ${mid} ${encodings[0].maxBitrate}`),
      };
      this.transceivers.push({ mid, sender, direction: "recvonly" });
    }
  }

  getTransceivers() {
    return this.transceivers;
  }

  getConfiguration() {
    return { bundlePolicy: "max-bundle" };
  }

  setConfiguration({ iceServers, iceTransportPolicy }) {
    this.log.push(`servers ${iceServers.length} ${iceTransportPolicy}`);
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
  { source: "mic", mid: "00", max_bps: 40_000, layers: [] },
  { source: "camera", mid: "01", max_bps: 800_000, layers: [] },
];
const offer = (transport, generation = 1, changes = {}) => ({
  type: "offer",
  transport,
  generation,
  sdp: `offer ${generation}`,
  uplinks: UPLINKS,
  ice_servers: [],
  is_relay_only: false,
  ...changes,
});

function page({ refuse = null } = {}) {
  const connections = [];
  const requests = [];
  const transports = [];
  const configurations = [];
  const answering = [];
  const timers = new VirtualTimers();
  const media = new Media({
    isSupported: true,
    makeConnection: (configuration) => {
      configurations.push(configuration);
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
    onAnswering: (isAnswering) => answering.push([isAnswering, requests.length]),
    timers,
  });
  const asked = () => requests.filter(({ type }) => type !== "answer");
  return { media, connections, requests, transports, configurations, answering, timers, asked };
}

test("answers with both uplinks sendonly, and limits them when the answer is on its way", async () => {
  const { media, connections, requests } = page();
  await media.setTrack("mic", { id: "my-mic" });
  await media.handleOffer(offer(7));
  await settle();
  assert.deepEqual(connections[0].log, [
    "remote offer 1",
    "replace 00 my-mic",
    "answer sendonly sendonly",
    "limit 00 40000",
    "limit 01 800000",
  ]);
  assert.deepEqual(requests, [{ type: "answer", transport: 7, generation: 1, sdp: "made" }]);
});

test("it is told that an answer is being made until it was sent, and when there will be none", async () => {
  const { media, connections, answering } = page();
  await media.handleOffer(offer(7));
  assert.deepEqual(answering, [
    [true, 0],
    [false, 1],
    [false, 1],
  ]);
  connections[0].setRemoteDescription = async () => {
    throw new Error("no such offer");
  };
  await media.handleOffer(offer(7, 2));
  assert.deepEqual(answering.slice(3), [
    [true, 1],
    [false, 1],
  ]);
});

test("the servers of an offer are used for its connection, and news of them before a further offer is set", async () => {
  const { media, connections, configurations } = page();
  const ice_servers = [{ urls: ["turn:relay.example:3478"], username: "1700000000", credential: "c" }];
  await media.handleOffer(offer(7, 1, { ice_servers, is_relay_only: true }));
  assert.deepEqual(configurations, [{ iceServers: ice_servers, iceTransportPolicy: "relay" }]);
  await media.handleOffer(offer(7, 2));
  const steps = connections[0].log.filter((line) => /^(servers|remote)/.test(line));
  assert.deepEqual(steps, ["remote offer 1", "servers 0 all", "remote offer 2"]);
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
  assert.ok(connections[0].log.includes("replace 01 my-camera"));
  await media.setTrack("camera", media.connection.transceivers[1].sender.track);
  assert.equal(connections[0].log.filter((line) => line === "replace 01 my-camera").length, 1);
  await media.handleOffer(offer(8));
  assert.ok(connections[1].log.includes("replace 01 my-camera"));
});

test("a path that breaks is made anew under the same transport, and the transport after that", async () => {
  const { media, connections, timers, asked } = page();
  await media.handleOffer(offer(7, 3));
  connections[0].becomes("connected");
  connections[0].becomes("disconnected");
  await timers.advance(1_400);
  assert.deepEqual(asked(), []);
  await timers.advance(200);
  assert.deepEqual(asked(), [{ type: "restart-ice", transport: 7, generation: 3 }]);
  connections[0].becomes("failed");
  assert.equal(media.transport, null, "a transport that does not work is not held");
  await timers.advance(4_000);
  assert.deepEqual(asked().slice(1), [{ type: "replace-transport", transport: 7 }]);
});

test("an answer that does not fit asks for a new transport, ever more slowly; a lost one asks for nothing", async () => {
  const bad = page({ refuse: "bad-answer" });
  await bad.media.handleOffer(offer(7));
  await bad.timers.advance(2_000);
  assert.equal(bad.asked().length, 1);
  await bad.media.handleOffer(offer(8));
  await bad.timers.advance(3_900);
  assert.equal(bad.asked().length, 1);
  await bad.timers.advance(200);
  assert.equal(bad.asked().length, 2);
  const lost = page({ refuse: "lost" });
  await lost.media.handleOffer(offer(7));
  await lost.timers.advance(60_000);
  assert.deepEqual(lost.asked(), []);
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
