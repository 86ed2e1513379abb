import { html, nothing } from "../lit.js";
import { COMMON } from "../words.js";
import { icon } from "./icon.js";

/** The calm line above the tiles, until it is put away. @param {import("./app.js").App} app */
export const stageNote = (app) =>
  app.ui.note === null
    ? nothing
    : html`<div class="phase-strip">
        ${icon("info", "icon-s")}<span>${app.ui.note}</span>
        <button class="button button-small button-quiet" type="button" @click=${() => app.update({ note: null })}>${COMMON.close}</button>
      </div>`;
