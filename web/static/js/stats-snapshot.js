/**
 * The browser's growing counters at one moment, all tracks of a direction together. No address is read.
 * @typedef {object} Snapshot
 * @property {number} at ms
 * @property {DownCounters} down
 * @property {UpCounters} up
 * @property {number} answers of the other end, of any kind: where they do not grow, nobody is there
 * @property {number | null} roundTripMs
 * @property {LinePath | null} path
 *
 * @typedef {object} DownCounters
 * @property {number} packets
 * @property {number} lost
 * @property {number} bytes
 * @property {number} jitterMs the worst of the sounds, now
 * @property {number} freezes of pictures
 * @property {number} frozenMs for which they stood still
 * @property {number} samples of sound
 * @property {number} concealed samples that were made up, silence not counted
 *
 * @typedef {object} UpCounters
 * @property {number} packets
 * @property {number} lost
 * @property {number} bytes
 * @property {boolean} isLimited the line holds the picture down, now
 *
 * @typedef {{isRelayed: boolean, protocol: "udp" | "tcp" | "tls"}} LinePath
 */

/**
 * @param {Iterable<any>} reports the values of an `RTCStatsReport`
 * @param {number} at ms
 * @returns {Snapshot}
 */
export function snapshotOf(reports, at) {
  const all = [...reports];
  /** @type {Map<string, any>} */
  const byId = new Map(all.map((report) => [report.id, report]));
  const pair = selectedPair(all, byId);
  return {
    at,
    down: downOf(all),
    up: upOf(all),
    answers: (pair?.responsesReceived ?? 0) + (pair?.packetsReceived ?? 0),
    roundTripMs: pair?.currentRoundTripTime === undefined ? null : 1_000 * pair.currentRoundTripTime,
    path: pathOf(byId.get(pair?.localCandidateId)),
  };
}

/** @param {readonly any[]} all @returns {DownCounters} */
function downOf(all) {
  const inbound = all.filter(({ type }) => type === "inbound-rtp");
  const sounds = inbound.filter(({ kind }) => kind === "audio");
  return {
    packets: sum(inbound, "packetsReceived"),
    lost: Math.max(0, sum(inbound, "packetsLost")),
    bytes: sum(inbound, "bytesReceived"),
    jitterMs: 1_000 * Math.max(0, ...sounds.map(({ jitter }) => jitter ?? 0)),
    freezes: sum(inbound, "freezeCount"),
    frozenMs: 1_000 * sum(inbound, "totalFreezesDuration"),
    samples: sum(sounds, "totalSamplesReceived"),
    concealed: Math.max(0, sum(sounds, "concealedSamples") - sum(sounds, "silentConcealedSamples")),
  };
}

/** @param {readonly any[]} all @returns {UpCounters} */
function upOf(all) {
  const outbound = all.filter(({ type }) => type === "outbound-rtp");
  const told = all.filter(({ type }) => type === "remote-inbound-rtp");
  return {
    packets: sum(outbound, "packetsSent"),
    lost: Math.max(0, sum(told, "packetsLost")),
    bytes: sum(outbound, "bytesSent"),
    isLimited: outbound.some(({ qualityLimitationReason }) => qualityLimitationReason === "bandwidth"),
  };
}

/** @param {readonly any[]} all @param {Map<string, any>} byId */
function selectedPair(all, byId) {
  const transport = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  // Firefox has no transport report and marks the pair itself.
  return (
    byId.get(transport?.selectedCandidatePairId) ??
    all.find(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded")
  );
}

/** @param {any} candidate the local one @returns {LinePath | null} */
function pathOf(candidate) {
  if (!candidate) return null;
  const protocol = candidate.relayProtocol ?? candidate.protocol;
  return {
    isRelayed: candidate.candidateType === "relay",
    protocol: protocol === "tcp" || protocol === "tls" ? protocol : "udp",
  };
}

/** @param {readonly any[]} reports @param {string} name @returns {number} */
const sum = (reports, name) => reports.reduce((total, report) => total + (report[name] ?? 0), 0);
