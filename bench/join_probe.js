// Runs in every page before the page's own code and notes the moments of a way into the room, in ms since the page began.
(() => {
  const moments = {};
  const note = (name, at = performance.now()) => { moments[name] ??= at; };
  const frames = [];
  const remote = new WeakSet();
  const probe = {
    begin() {
      for (const name of Object.keys(moments)) if (!name.startsWith("page-")) delete moments[name];
      frames.length = 0;
    },
    moments: () => ({ ...moments }),
    async stats() {
      const found = [];
      for (const connection of probe.connections) {
        if (connection.connectionState === "closed") continue;
        for (const report of (await connection.getStats()).values()) {
          if (report.type === "inbound-rtp" && report.kind === "video" && report.framesDecoded > 0)
            found.push({ packets: report.packetsReceived, decodeMs: 1000 * report.totalDecodeTime / report.framesDecoded, pli: report.pliCount, nack: report.nackCount });
        }
      }
      return found;
    },
    connections: [],
  };
  Object.defineProperty(window, "__join", { value: probe });

  addEventListener("click", (event) => {
    if (event.target.closest?.("button")?.textContent.includes("Enter the room")) { probe.begin(); note("click", event.timeStamp); }
  }, { capture: true });

  const PlainFetch = window.fetch;
  window.fetch = async (...args) => {
    const isTicket = String(args[0]?.url ?? args[0]).endsWith("/ticket");
    if (isTicket) note("page-ticket-asked");
    const response = await PlainFetch(...args);
    if (isTicket) note("page-ticket");
    return response;
  };

  const PlainSocket = window.WebSocket;
  window.WebSocket = class extends PlainSocket {
    constructor(...args) {
      super(...args);
      note("page-socket-asked");
      this.addEventListener("open", () => note("page-socket"));
      this.addEventListener("message", ({ data }) => {
        const { type } = JSON.parse(data);
        if (type === "welcome") note("page-welcome");
        if (["ok", "room", "offer"].includes(type)) note(type);
        if (type === "slots" && JSON.parse(data).slots.some((slot) => slot.source === "camera" && slot.person)) note("slots");
      });
    }
    send(data) {
      const { type } = JSON.parse(data);
      if (["enter", "answer", "hello"].includes(type)) note(type === "hello" ? "page-hello" : type);
      super.send(data);
    }
  };

  const PlainConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends PlainConnection {
    constructor(...args) {
      super(...args);
      probe.connections.push(this);
      note("connection");
      this.addEventListener("iceconnectionstatechange", () => note(`ice-${this.iceConnectionState}`));
      this.addEventListener("connectionstatechange", () => note(`dtls-${this.connectionState}`));
      this.addEventListener("track", ({ track }) => { remote.add(track); });
    }
    async setRemoteDescription(...args) {
      await super.setRemoteDescription(...args);
      note("remote-description");
    }
    async setLocalDescription(...args) {
      await super.setLocalDescription(...args);
      note("local-description");
    }
  };

  // The first picture of somebody else: the metadata say when its last packet came and when it was on the screen.
  const { set, get } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
  const watched = new WeakSet();
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {
    get,
    set(stream) {
      set.call(this, stream);
      const isRemote = stream?.getVideoTracks().some((track) => remote.has(track));
      if (!isRemote || watched.has(this)) return;
      watched.add(this);
      note("video-element");
      this.requestVideoFrameCallback((now, frame) => {
        if (frame.receiveTime !== undefined) note("keyframe", frame.receiveTime);
        note("decoded", (frame.receiveTime ?? now) + 1000 * (frame.processingDuration ?? 0));
        note("frame", frame.presentationTime);
      });
    },
  });
})();
