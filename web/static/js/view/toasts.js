import { html, nothing, repeat } from "../lit.js";
import { COMMON } from "../words.js";

/** Things said once; the announcer says them to those who listen. @param {import("./app.js").App} app */
export function toastsView(app) {
  if (app.ui.toasts.length === 0) return nothing;
  return html`<section class="toast-area" aria-label=${COMMON.news}>
    ${repeat(
      app.ui.toasts,
      ({ id }) => id,
      ({ text, act }) => html`<div class="toast">
        <span>${text}</span>
        ${act ? html`<button class="button button-small" type="button" @click=${act.run}>${act.label}</button>` : nothing}
      </div>`,
    )}
  </section>`;
}
