import { html, nothing, repeat } from "../lit.js";

/**
 * Things said once, to eyes and ears: the region is there before its content.
 * @param {import("./app.js").App} app
 */
export function toastsView(app) {
  return html`<div class="toast-area" role="status">
    ${repeat(
      app.ui.toasts,
      ({ id }) => id,
      ({ text, act }) =>
        html`<div class="toast">
          <span>${text}</span>
          ${act ? html`<button class="button button-small" type="button" @click=${act.run}>${act.label}</button>` : nothing}
        </div>`,
    )}
  </div>`;
}
