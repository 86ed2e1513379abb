import { html } from "../lit.js";
import { COMMON, ELSEWHERE } from "../words.js";
import { entryHead } from "./entry.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */

/** @param {App} app @param {Actions} actions */
export function elsewhereView(app, actions) {
  const choice = html`<div class="button-row">
    <button class="button button-primary" type="button" @click=${actions.moveHere}>${ELSEWHERE.move}</button>
    <button class="button" type="button" @click=${actions.stayThere}>${ELSEWHERE.stay}</button>
  </div>`;
  return page(app, actions, ELSEWHERE.title, app.ui.staysAway ? ELSEWHERE.stayed : ELSEWHERE.lede, choice);
}

/** @param {App} app @param {Actions} actions */
export function movedView(app, actions) {
  const choice = html`<div class="button-row">
    <button class="button" type="button" @click=${actions.moveHere}>${ELSEWHERE.move}</button>
    <a class="button button-quiet" href=${app.parts.page.urls.session}>${COMMON.backToSession}</a>
  </div>`;
  return page(app, actions, ELSEWHERE.movedTitle, ELSEWHERE.movedLede, choice);
}

/**
 * @param {App} app
 * @param {Actions} actions
 * @param {string} title
 * @param {string} lede
 * @param {unknown} choice
 */
function page(app, actions, title, lede, choice) {
  return html`<div class="entry">
    ${entryHead(app, actions)}
    <main class="entry-body entry-narrow">
      <div class="entry-lede">
        <h1 tabindex="-1">${title}</h1>
        <p>${lede}</p>
      </div>
      ${choice}
    </main>
  </div>`;
}
