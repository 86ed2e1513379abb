// Runs in every page before the page's own code. It looks and never helps: the app knows nothing of it.
(() => {
  const now = () => performance.timeOrigin + performance.now();
  const probe = { connections: [], frames: [], reports: [], slots: null, uplinks: {}, firstDecoded: {}, firstHeard: {}, sockets: [] };
  Object.defineProperty(window, "__probe", { value: probe });

  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`CSP report: ${event.violatedDirective} ${event.blockedURI}`);
  });

  const note = (direction, data) => {
    let message = null;
    try { message = JSON.parse(data); } catch { message = { type: "unreadable" }; }
    probe.frames.push({ at: now(), direction, message });
    if (direction === "in" && message.type === "slots") probe.slots = message;
    if (direction === "in" && message.type === "offer") {
      probe.uplinks = Object.fromEntries(message.uplinks.map((uplink) => [uplink.source, uplink.mid]));
    }
  };

  const PlainSocket = window.WebSocket;
  window.WebSocket = class extends PlainSocket {
    constructor(...args) {
      super(...args);
      probe.sockets.push(this);
      this.addEventListener("message", (event) => note("in", event.data));
      this.addEventListener("close", (event) => probe.frames.push({ at: now(), direction: "close", message: { type: "close", code: event.code } }));
    }
    send(data) {
      note("out", data);
      super.send(data);
    }
  };

  const PlainConnection = window.RTCPeerConnection;
  if (PlainConnection) {
    window.RTCPeerConnection = class extends PlainConnection {
      constructor(...args) {
        super(...args);
        probe.connections.push(this);
        watch();
      }
    };
  }

  const current = () => {
    const open = probe.connections.filter((connection) => connection.connectionState !== "closed");
    return open.length > 0 ? open[open.length - 1] : null;
  };
  probe.current = current;

  // By person and source: what the newest connection receives now, as the server's newest slot map names it.
  probe.received = async () => {
    const connection = current();
    const people = {};
    if (!connection || !probe.slots) return people;
    const byMid = {};
    for (const report of (await connection.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.mid !== undefined) byMid[report.mid] = report;
    }
    for (const slot of probe.slots.slots) {
      const report = byMid[slot.mid];
      if (!slot.person || !report) continue;
      (people[slot.person] ??= {})[slot.source] = {
        mid: slot.mid,
        packets: report.packetsReceived ?? 0,
        lost: report.packetsLost ?? 0,
        lastPacketAt: report.lastPacketReceivedTimestamp ?? 0,
        frames: report.framesDecoded ?? 0,
        energy: report.totalAudioEnergy ?? 0,
        height: report.frameHeight ?? 0,
      };
    }
    return people;
  };

  // By mid: every packet this page ever received on its newest connection, whoever the slot shows.
  probe.byMid = async () => {
    const connection = current();
    const mids = {};
    if (!connection) return mids;
    for (const report of (await connection.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.mid !== undefined) {
        mids[report.mid] = { packets: report.packetsReceived ?? 0, lost: report.packetsLost ?? 0, kind: report.kind, lastPacketAt: report.lastPacketReceivedTimestamp ?? 0 };
      }
    }
    return mids;
  };

  probe.sent = async () => {
    const connection = current();
    const bySource = {};
    if (!connection) return bySource;
    for (const report of (await connection.getStats()).values()) {
      if (report.type !== "outbound-rtp") continue;
      for (const [source, mid] of Object.entries(probe.uplinks)) {
        if (report.mid === mid) bySource[source] = (bySource[source] ?? 0) + (report.packetsSent ?? 0);
      }
    }
    return bySource;
  };

  // A further request on the page's own socket; its answer is nobody's.
  probe.say = (message) => probe.sockets[probe.sockets.length - 1].send(JSON.stringify(message));

  // A modified client: the page's own microphone goes on sending, whatever the app does to its track or its sender.
  probe.keepSending = async (source) => {
    const connection = current();
    const transceiver = connection.getTransceivers().find((one) => one.mid === probe.uplinks[source]);
    const stream = await navigator.mediaDevices.getUserMedia(source === "mic" ? { audio: true } : { video: true });
    const [track] = stream.getTracks();
    await transceiver.sender.replaceTrack(track);
    transceiver.sender.replaceTrack = async () => {};
    transceiver.sender.setParameters = async () => {};
    Object.defineProperty(transceiver, "direction", { get: () => "sendonly", set: () => {} });
    probe.forced = track;
  };

  // Count "first" anew from here: what the present connection received until now is old.
  probe.forgetMedia = async () => {
    const connection = current();
    probe.old = { connection, people: await probe.received().catch(() => ({})) };
    probe.firstDecoded = {};
    probe.firstHeard = {};
  };
  const before = (person, source, what) => (probe.old?.connection === current() ? probe.old.people[person]?.[source]?.[what] ?? 0 : 0);

  // The first moment at which this page decoded a frame, or heard a sound, of each person.
  let watching = null;
  function watch() {
    watching ??= setInterval(async () => {
      const people = await probe.received().catch(() => ({}));
      for (const [person, sources] of Object.entries(people)) {
        if (sources.camera && sources.camera.frames > before(person, "camera", "frames")) probe.firstDecoded[person] ??= now();
        if (sources.mic && sources.mic.energy > before(person, "mic", "energy")) probe.firstHeard[person] ??= now();
      }
    }, 50);
  }
})();
