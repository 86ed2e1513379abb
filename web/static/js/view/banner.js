import { html, nothing } from "../lit.js";
import { ROOM } from "../words-room.js";
import { LINE } from "../words-line.js";
import { COMMON, CONNECTION } from "../words.js";
import { icon } from "./icon.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */

const SHOWN_AFTER_MS = 2_000;
const TRY_AFTER_MS = 30_000;

/**
 * What is so with the connection, and the one thing to do about it, if any.
 * @param {App} app
 * @param {Actions} actions
 */
export function bannerView(app, actions) {
  const lostFor = app.lostAt === null ? 0 : performance.now() - app.lostAt;
  if (lostFor >= TRY_AFTER_MS)
    return banner("wifi-off", CONNECTION.stillLost, press(CONNECTION.tryAgain, actions.tryAgain), "banner-warn");
  if (lostFor >= SHOWN_AFTER_MS) return banner("wifi-off", CONNECTION.reconnecting, nothing, "banner-warn");
  return app.state.isDraining ? banner("info", CONNECTION.draining) : nothing;
}

/**
 * What lies over everybody at the moment, and what is so with me.
 * @param {App} app
 * @param {Actions} actions
 * @param {import("../protocol.js").RoomView} room
 */
export function roomBanners(app, actions, { me, status }) {
  const { ui } = app;
  const leads = me.role !== "participant";
  return html`<div class="room-banners" aria-live="polite">
    ${bannerView(app, actions)}
    ${ui.isSoundBlocked ? banner("volume-2", CONNECTION.soundBlocked, press(CONNECTION.hear, actions.hear, "button-primary")) : nothing}
    ${app.state.waitsForMedia ? banner("clock", LINE.full) : lineBanner(app, actions)}
    ${status.phase === "ready" ? banner("clock", ROOM.ready) : nothing}
    ${status.phase === "closing" ? banner("clock", ROOM.closing) : nothing}
    ${
      status.phase === "paused"
        ? html`<div class="banner">
            ${icon("pause")}
            <h2>${ROOM.paused}</h2>
            <p>${leads ? ROOM.pausedLead : ROOM.pausedText}</p>
          </div>`
        : nothing
    }
    ${me.on_break ? banner("coffee", ROOM.onBreak, press(ROOM.comeBack, actions.toggleBreak, "button-primary")) : nothing}
    ${me.is_sharing ? banner("screen-share", ROOM.ownSharing, press(ROOM.stopSharing, actions.toggleShare)) : nothing}
    ${
      ui.note === null
        ? nothing
        : banner(
            "info",
            ui.note,
            press(COMMON.understood, () => app.update({ note: null }), "button-quiet"),
          )
    }
  </div>`;
}

/** At most one line about the line. @param {App} app @param {Actions} actions */
function lineBanner(app, actions) {
  const { line } = app.parts;
  const { both } = app.lineStates;
  const choose = (/** @type {string} */ words, /** @type {import("../saving.js").Video} */ video) =>
    press(words, () => actions.setVideo(video));
  if (line.choice === "none") return banner("headphones", LINE.chosen, choose(LINE.showPictures, line.pictures));
  if (both === "lost" && app.lostAt === null) return banner("wifi-off", LINE.lost, nothing, "banner-warn");
  if (line.isResting) {
    const acts = html`${choose(LINE.showPictures, line.pictures)} ${choose(LINE.stay, "none")}`;
    return banner("headphones", LINE.resting, acts, "banner-warn");
  }
  if (app.state.quality?.pictures === "none")
    return banner("headphones", LINE.held, choose(LINE.stay, "none"), "banner-warn");
  if (both === "weak") return banner("signal-medium", LINE.weak, choose(LINE.audioOnly, "none"), "banner-warn");
  return nothing;
}

/** @param {string} drawing @param {unknown} words @param {unknown} [act] @param {string} [manner] */
const banner = (drawing, words, act = nothing, manner = "") =>
  html`<div class="banner ${manner}">${icon(drawing, "icon-s")}<span>${words}</span>${act}</div>`;

/** @param {string} words @param {() => unknown} run @param {string} [manner] */
const press = (words, run, manner = "") =>
  html`<button class="button button-small ${manner}" type="button" @click=${run}>${words}</button>`;
