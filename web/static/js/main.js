import { entryActions } from "./actions-entry.js";
import { leadActions } from "./actions-lead.js";
import { ownActions } from "./actions-own.js";
import { Announcer } from "./announcer.js";
import { App } from "./app.js";
import { keepBackOnSessionPage, watchPage } from "./browser-events.js";
import { ServerClock } from "./clock.js";
import { Devices } from "./devices.js";
import { Drawing, browserFrames } from "./drawing.js";
import { focusHeading, FocusKeeper, focusTrail, giveFocusBack } from "./focus.js";
import { Hearing } from "./hearing.js";
import { Inbox } from "./inbox.js";
import { Line } from "./line.js";
import { KeptName } from "./kept-name.js";
import { render } from "./lit.js";
import { Media } from "./media.js";
import { MicMeter } from "./mic-meter.js";
import { browserTimers } from "./named-timers.js";
import { OwnMedia } from "./own-media.js";
import { readPageData } from "./page-data.js";
import { exposeForTests } from "./probe.js";
import { ResumeToken } from "./resume.js";
import { Shortcuts } from "./shortcuts.js";
import { shownNow } from "./shown.js";
import { Signal } from "./signal.js";
import { Sight } from "./sight.js";
import { SlotTracks } from "./slots.js";
import { Sound } from "./sound.js";
import { fetchTicket } from "./ticket.js";
import { ViewReport } from "./view-report.js";
import { viewingOf } from "./viewing.js";
import { appView } from "./view/app.js";
import { setSprite } from "./view/icon.js";
import { WakeLock } from "./wake-lock.js";
import { browserFamily, deviceWords } from "./words-devices.js";
import { OWN_NOTE } from "./words-room.js";

const page = readPageData(document);
const root = /** @type {HTMLElement} */ (document.getElementById("app"));
const hearingHost = hiddenHost("hearing");
const steady = () => performance.now();
const clock = new ServerClock(steady);
clock.set(page.now);
setSprite(`/static/${page.build}/icons/sprite.svg`);
document.title = page.discreet_title;

const announcer = new Announcer(liveRegion("polite"), liveRegion("assertive"), browserTimers);
const tracks = new SlotTracks((track) => new MediaStream([track]));
const hearing = new Hearing(hearingHost, (isSoundBlocked) => app.update({ isSoundBlocked }));
const sound = new Sound();
const name = new KeptName(page.session, storage("sessionStorage"));
const resume = new ResumeToken(page.session, storage("sessionStorage"), navigator.locks ?? null);
/** @type {Inbox} */
let inbox;

/** @type {Signal} */
const signal = new Signal({
  fetchTicket: () => fetchTicket(page.urls.ticket, (url, options) => fetch(url, options)),
  openSocket: () => new WebSocket(new URL(page.urls.socket, location.href.replace(/^http/, "ws"))),
  resume,
  heldTransport: () => media.transport,
  isNeeded: () => app.state.stage !== "outcome" || app.ui.isJoining,
  seen: () => app.state.version,
  timers: browserTimers,
  random: Math.random,
  onMessage: (message) => inbox.handleMessage(message),
  onLink: (state) => inbox.handleLink(state),
  onTicket: (answer) => inbox.handleTicket(answer),
});

const media = new Media({
  isSupported: typeof RTCPeerConnection === "function",
  makeConnection: (configuration) => new RTCPeerConnection({ ...configuration, bundlePolicy: "max-bundle" }),
  request: (body) => signal.request(body),
  onTransport: (transport) => tracks.reset(transport),
  onTrack: (mid, track) => {
    tracks.put(mid, track);
    app.redraw();
  },
  onState: () => app.redraw(),
  onAnswering: (isAnswering) => drawing.handleAnswering(isAnswering),
  timers: browserTimers,
});

const devices = new Devices(navigator.mediaDevices, storage("localStorage"), () => app.redraw());
/** @type {OwnMedia} */
const own = new OwnMedia({
  acquire: {
    mic: () => devices.microphone(),
    camera: () => devices.camera(line.cameraLines),
    screen: () => devices.screen(),
  },
  send: (source, track) => media.setTrack(source, track),
  request: (body) => signal.request(body),
  onChange: () => app.redraw(),
  onNote: (note) => app.update({ note: OWN_NOTE[note] }),
  onProblem: (source, problem) => {
    if (app.state.room && problem !== "dismissed")
      app.update({ note: deviceWords(source, problem, browserFamily(navigator.userAgent)) });
  },
});
/** @type {Line} */
const line = new Line({
  media,
  request: (body) => signal.request(body),
  slots: () => app.state.slots,
  isCameraOn: () => own.camera.isOn,
  onEvent: (event) => actions.followLine(event),
  storage: storage("localStorage"),
  network: /** @type {any} */ (navigator).connection,
  cores: navigator.hardwareConcurrency,
});
const sight = new Sight(() => app.redraw());
hearing.setSpeaker(devices.chosen("audiooutput"));
sound.setSpeaker(devices.chosen("audiooutput"));

/** @type {App} */
const app = new App(
  { page, clock, signal, media, devices, own, line, sight, tracks, hearing, sound, announcer, name },
  () => drawing.request(),
);
const report = new ViewReport((body) => signal.request(body), browserTimers);
const meter = new MicMeter(sound);
const wakeLock = new WakeLock(navigator);
const actions = { ...ownActions(app), ...entryActions(app, letGo), lead: leadActions(app) };
/** @typedef {typeof actions} Actions */
inbox = new Inbox(app, actions, () => {
  report.reset();
  line.handleFreshLink();
});

const drawing = new Drawing(draw, browserFrames, browserTimers);
const focusKeeper = new FocusKeeper();
let drawnStage = "";

function draw() {
  const { room, slots, stage, speaking } = app.state;
  const shown = room ? shownNow(room, app.ui, speaking, line.video === "none") : null;
  if (shown) app.ui = { ...app.ui, main: shown.main, page: shown.page };
  const trail = focusTrail(document);
  render(appView(app, actions, shown), root);
  hearing.show(room ? tracks.of(slots, "mic") : []);
  sight.watch(root.querySelectorAll("[data-tile]"));
  focusKeeper.watch(root.querySelector(".panel-body"));
  if (shown) tellView(shown);
  meter.show(!room && own.mic.isOn ? own.mic.source.track : null, () => document.getElementById("meter"));
  void wakeLock.want(stage === "inside");
  if (stage !== drawnStage) {
    drawnStage = stage;
    focusHeading(root);
  } else if (trail.length > 0) queueMicrotask(() => giveFocusBack(document, trail));
}

/** @param {import("./shown.js").Shown} shown */
function tellView(shown) {
  if (signal.state !== "up") return;
  const isCovered = document.hidden || (app.ui.panel !== null && !app.ui.isWide);
  const page = { video: line.video, isCovered, pixelRatio: devicePixelRatio };
  report.show(viewingOf(shown, (person) => sight.of(person), page), isCovered);
}

/** Every light off, every picture and sound gone. */
function letGo() {
  own.stopAll();
  media.close();
  hearing.clear();
}

/** @param {string} id */
function hiddenHost(id) {
  const host = document.createElement("div");
  host.id = id;
  host.hidden = true;
  document.body.append(host);
  return host;
}

/** @param {"polite" | "assertive"} manner */
function liveRegion(manner) {
  const region = document.createElement("div");
  region.className = "visually-hidden";
  region.setAttribute("role", manner === "polite" ? "status" : "alert");
  document.body.append(region);
  return region;
}

/**
 * @param {"sessionStorage" | "localStorage"} kind
 * @returns {Storage | null} null where the browser keeps nothing
 */
function storage(kind) {
  try {
    return window[kind];
  } catch {
    return null;
  }
}

const shortcuts = new Shortcuts(
  {
    toggleMic: () => void (app.state.stage === "inside" && actions.toggleMic()),
    toggleCamera: () => void (app.state.stage === "inside" && actions.toggleCamera()),
    talk: actions.talk,
    showKeys: () => app.update({ dialog: { kind: "keys" } }),
    leaveQuickly: page.urls.quick_exit ? actions.leaveQuickly : null,
  },
  steady,
);
exposeForTests(
  () => media.connection,
  () => app.state.slots.slots,
);
keepBackOnSessionPage(page.urls.session, letGo);
watchPage({ app, shortcuts, wakeLock, letGo });
app.redraw();
await resume.claim();
signal.start();
void devices.refresh();
