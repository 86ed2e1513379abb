// Runs in every page of a measured room: reads the newest connection's statistics again and again, and keeps them.
(() => {
  const INBOUND = ["mid", "kind", "packetsReceived", "packetsLost", "totalSamplesReceived", "concealedSamples", "concealmentEvents",
    "framesDecoded", "freezeCount", "totalFreezesDuration", "frameWidth", "frameHeight", "nackCount", "pliCount", "bytesReceived",
    "jitterBufferDelay", "jitterBufferEmittedCount", "totalAudioEnergy"];
  const OUTBOUND = ["mid", "kind", "rid", "active", "packetsSent", "bytesSent", "frameWidth", "frameHeight", "framesPerSecond",
    "targetBitrate", "qualityLimitationReason"];
  const pick = (report, names) => Object.fromEntries(names.filter((name) => report[name] !== undefined).map((name) => [name, report[name]]));
  const line = { samples: [], timer: null };
  Object.defineProperty(window, "__line", { value: line });

  const read = async () => {
    const connection = window.__probe.current();
    const sample = { at: performance.timeOrigin + performance.now(), state: connection?.connectionState ?? "none", slots: {}, in: [], out: [] };
    sample.connections = window.__probe.connections.length;
    for (const slot of window.__probe.slots?.slots ?? []) if (slot.person) sample.slots[slot.mid] = [slot.person, slot.source];
    if (connection) {
      for (const report of (await connection.getStats()).values()) {
        if (report.type === "inbound-rtp" && report.mid) sample.in.push(pick(report, INBOUND));
        if (report.type === "outbound-rtp") sample.out.push(pick(report, OUTBOUND));
        if (report.type === "candidate-pair" && report.nominated) {
          sample.rtt = report.currentRoundTripTime;
          sample.available = report.availableOutgoingBitrate;
        }
      }
    }
    line.samples.push(sample);
  };

  line.start = (every) => {
    let isReading = false;
    line.timer ??= setInterval(async () => {
      if (isReading) return;
      isReading = true;
      await read().catch(() => {});
      isReading = false;
    }, every);
  };
  line.take = () => line.samples.splice(0);
})();
