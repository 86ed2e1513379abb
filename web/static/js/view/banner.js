import { html, nothing } from "../lit.js";
import { CONNECTION } from "../words.js";
import { icon } from "./icon.js";

const SHOWN_AFTER_MS = 2_000;
const TRY_AFTER_MS = 30_000;

/**
 * What is so with the connection, and the one thing to do about it, if any.
 * @param {import("./app.js").App} app @param {import("./app.js").Actions} actions
 */
export function bannerView(app, actions) {
  const lostFor = app.lostAt === null ? 0 : performance.now() - app.lostAt;
  if (lostFor >= TRY_AFTER_MS) {
    return html`<div class="banner banner-warn">
      ${icon("wifi-off")}<span>${CONNECTION.stillLost}</span>
      <button class="button button-small" type="button" @click=${actions.tryAgain}>${CONNECTION.tryAgain}</button>
    </div>`;
  }
  if (lostFor >= SHOWN_AFTER_MS) return html`<div class="banner banner-warn">${icon("wifi-off")}<span>${CONNECTION.reconnecting}</span></div>`;
  if (app.state.isDraining) return html`<div class="banner"><span>${CONNECTION.draining}</span></div>`;
  return nothing;
}

/** In the room only: sound that waits for a tap, and a weak connection. @param {import("./app.js").App} app @param {import("./app.js").Actions} actions */
export function roomBanners(app, actions) {
  const isWeak = app.quality === "weak" && app.ui.layout !== "sound";
  return html`<div class="room-banners">
    ${bannerView(app, actions)}
    ${app.ui.isSoundBlocked
      ? html`<div class="banner">
          <span>${CONNECTION.soundBlocked}</span>
          <button class="button button-small button-primary" type="button" @click=${actions.hear}>${icon("volume-2", "icon-s")}${CONNECTION.hear}</button>
        </div>`
      : nothing}
    ${isWeak
      ? html`<div class="banner banner-warn">
          ${icon("signal-low")}<span>${CONNECTION.weak}</span>
          <button class="button button-small" type="button" @click=${() => actions.setLayout("sound")}>${CONNECTION.saveData}</button>
        </div>`
      : nothing}
  </div>`;
}
