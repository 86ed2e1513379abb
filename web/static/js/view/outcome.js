import { html, nothing } from "../lit.js";
import { mayFacilitate } from "../room-state.js";
import { AFTER, OUTCOME } from "../words.js";
import { bannerView } from "./banner.js";
import { entryHead } from "./entry.js";

/**
 * Why the person is not in the room, in neutral words, and what helps now.
 * @param {import("./app.js").App} app @param {import("./app.js").Actions} actions
 * @param {import("../protocol.js").OutcomeView} outcome
 */
export function outcomeView(app, actions, outcome) {
  const { urls, resources } = app.parts.page;
  const { title, lede } = OUTCOME[outcome.kind];
  const isLead = app.role !== null && mayFacilitate(app.role);
  return html`<div class="entry">
    ${entryHead(app, actions)}
    <main class="entry-body entry-narrow">
      <div class="entry-lede">
        <h1 tabindex="-1">${title}</h1>
        <p>${lede}</p>
      </div>
      ${bannerView(app, actions)}
      ${
        resources
          ? html`<section class="card">
              <h2>${AFTER.next}</h2>
              <p class="written">${resources}</p>
            </section>`
          : nothing
      }
      <div class="button-row">
        <a class="button button-primary" href=${urls.after}>${AFTER.done}</a>
        ${
          outcome.may_knock_again
            ? html`<button class="button" type="button" ?disabled=${app.ui.isJoining} @click=${actions.comeBack}>
                ${isLead ? AFTER.enterAgain : AFTER.comeBack}
              </button>`
            : nothing
        }
      </div>
    </main>
  </div>`;
}
