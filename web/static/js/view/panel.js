import { html, keyed, ref } from "../lit.js";
import { COMMON } from "../words.js";
import { icon } from "./icon.js";
import { showBeside } from "./modal.js";

/** @typedef {import("./app.js").App} App */

/**
 * What opens beside the tiles on a desk and over them on a phone. The dock stays in reach either way: leaving is one
 * press, whatever is open.
 * @param {App} app
 * @param {{name: string, title: string, body: unknown, foot?: unknown}} parts
 */
export function panelView(app, { name, title, body, foot = "" }) {
  const close = () => app.update({ panel: null });
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") close();
  };
  return keyed(
    name,
    html`<section class="panel" aria-label=${name} @keydown=${escape} ${ref(showBeside)}>
      <div class="panel-head">
        <h2 tabindex="-1">${title}</h2>
        <button class="button button-icon button-quiet" type="button" aria-label=${COMMON.close} @click=${close}>
          ${icon("x")}
        </button>
      </div>
      <div class="panel-body" tabindex="0">${body}</div>
      ${foot ? html`<div class="panel-foot">${foot}</div>` : foot}
    </section>`,
  );
}
