import { html, nothing } from "../lit.js";
import { AFTER, CONNECTION } from "../words.js";
import { bannerView } from "./banner.js";
import { dialogView } from "./dialogs.js";
import { elsewhereView, movedView } from "./elsewhere.js";
import { entryHead } from "./entry.js";
import { outcomeView } from "./outcome.js";
import { preJoinView } from "./pre-join.js";
import { roomView } from "./room.js";
import { toastsView } from "./toasts.js";
import { waitingView } from "./waiting.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../main.js").Actions} Actions */

/**
 * One stage at a time, as the server says.
 * @param {App} app @param {Actions} actions @param {import("../shown.js").Shown | null} shown
 */
export function appView(app, actions, shown) {
  return html`${stageView(app, actions, shown)}${dialogView(app, actions)}${toastsView(app)}`;
}

/** @param {App} app @param {Actions} actions @param {import("../shown.js").Shown | null} shown */
function stageView(app, actions, shown) {
  const { stage, outside, waiting, outcome, room } = app.state;
  if (stage === "outside" && outside) return preJoinView(app, actions, outside);
  if (stage === "waiting" && waiting) return waitingView(app, actions, waiting);
  if (stage === "inside" && room && shown) return roomView(app, actions, room, shown);
  if (stage === "outcome" && outcome) return outcomeView(app, actions, outcome);
  if (stage === "elsewhere") return elsewhereView(app, actions);
  if (stage === "moved") return movedView(app, actions);
  if (stage === "unknown") return unknownView(app, actions);
  return openingView(app, actions);
}

/** @param {App} app @param {Actions} actions */
function openingView(app, actions) {
  return html`<div class="entry">
    ${entryHead(app, actions)}
    <main class="entry-body entry-narrow">
      ${bannerView(app, actions) ?? nothing}
      <p class="muted">${CONNECTION.opening}</p>
    </main>
  </div>`;
}

/** @param {App} app @param {Actions} actions */
function unknownView(app, actions) {
  return html`<div class="entry">
    ${entryHead(app, actions)}
    <main class="entry-body entry-narrow">
      <div class="entry-lede">
        <h1 tabindex="-1">${AFTER.unknownTitle}</h1>
        <p>${AFTER.unknownLede}</p>
      </div>
    </main>
  </div>`;
}
