import { html, nothing } from "../lit.js";
import { COMMON } from "../words.js";
import { icon } from "./icon.js";

/**
 * The head of every page on the way in and out: Help is always at the same place.
 * @param {import("./app.js").App} app @param {import("./app.js").Actions} actions
 */
export function entryHead(app, actions) {
  const { urls } = app.parts.page;
  return html`<header class="entry-head">
    <a class="row" href=${urls.session}>${icon("chevron-left", "icon-s")}${COMMON.backToSession}</a>
    <div class="row">
      ${
        urls.quick_exit
          ? html`<button class="button button-small quick-exit" type="button" @click=${actions.leaveQuickly}>
              ${COMMON.leaveQuickly}
            </button>`
          : nothing
      }
      <a href=${urls.help} target="_blank" rel="noopener">${COMMON.help}</a>
    </div>
  </header>`;
}

/** A calm line with an icon. @param {string} name @param {unknown} words @param {string} [manner] */
export const noteLine = (name, words, manner = "") =>
  html`<div class="note ${manner}">
    ${icon(name)}
    <p>${words}</p>
  </div>`;
