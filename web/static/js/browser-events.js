import { LINE } from "./words-line.js";
import { CONNECTION } from "./words.js";

const TICK_MS = 1_000;
const READ_EVERY = 2;
const SAY_LOST_MS = 2_000;
const WIDE = "(min-width: 56.25rem) and (min-height: 22.51rem)";

/**
 * Back goes to the session page, never half into a room: an entry for it is put below this page once.
 * @param {string} sessionUrl
 * @param {() => void} letGo
 */
export function keepBackOnSessionPage(sessionUrl, letGo) {
  if (history.state?.isRoom !== true) {
    const here = location.href;
    history.replaceState({ isRoom: false }, "", sessionUrl);
    history.pushState({ isRoom: true }, "", here);
  }
  addEventListener("popstate", (event) => {
    if (event.state?.isRoom === true) return;
    letGo();
    location.replace(sessionUrl);
  });
}

/**
 * What the browser tells a page: keys, visibility, network, size, time.
 * @param {object} parts
 * @param {import("./app.js").App} parts.app
 * @param {import("./shortcuts.js").Shortcuts} parts.shortcuts
 * @param {import("./wake-lock.js").WakeLock} parts.wakeLock
 * @param {() => void} parts.letGo
 */
export function watchPage({ app, shortcuts, wakeLock, letGo }) {
  const { signal, own, media, hearing } = app.parts;
  addEventListener("keydown", (event) => shortcuts.handleKeyDown(event));
  addEventListener("keyup", (event) => shortcuts.handleKeyUp(event));
  // Any press is the gesture that browsers want before they play sound.
  for (const gesture of ["click", "keyup"]) {
    addEventListener(gesture, () => app.ui.isSoundBlocked && hearing.resume());
  }
  addEventListener("blur", () => shortcuts.stopTalking());
  addEventListener("offline", () => signal.probe());
  const changed = () => {
    signal.handleNetworkChange();
    media.handleNetworkChange();
  };
  addEventListener("online", changed);
  watchNetwork(changed);
  addEventListener("pagehide", letGo);
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  document.addEventListener("visibilitychange", () => {
    app.redraw();
    if (document.visibilityState !== "visible") return;
    own.handleReturn();
    // Some browsers stop all sound of a page that was away, and tell nobody.
    hearing.resume();
    signal.probe();
    media.handleLinkUp();
    void wakeLock.handleVisible();
  });

  const wide = matchMedia(WIDE);
  wide.addEventListener("change", () => app.update({ isWide: wide.matches }));
  app.update({ isWide: wide.matches });
  watchClock(app);
}

/** From one network to another without a gap between them, where the browser tells. @param {() => void} changed */
function watchNetwork(changed) {
  const network = /** @type {any} */ (navigator).connection;
  let type = network?.type;
  network?.addEventListener?.("change", () => {
    if (network.type === type) return;
    type = network.type;
    changed();
  });
}

/**
 * Waiting times and minutes left tick; the line is read every other time.
 * @param {import("./app.js").App} app
 */
function watchClock(app) {
  let ticks = 0;
  let hasSaidLost = false;
  let wasGood = true;
  setInterval(async () => {
    ticks += 1;
    const lostFor = app.lostAt === null ? 0 : performance.now() - app.lostAt;
    if (lostFor >= SAY_LOST_MS && !hasSaidLost && app.state.room) app.parts.announcer.interrupt(CONNECTION.lost);
    hasSaidLost = lostFor >= SAY_LOST_MS;
    if (ticks % READ_EVERY === 0 && app.state.room) await app.parts.line.read(performance.now());
    const isGood = app.lineStates.both === "good";
    if (isGood && !wasGood && app.state.room) app.say(LINE.goodAgain, "line");
    wasGood = isGood;
    app.redraw();
  }, TICK_MS);
}
