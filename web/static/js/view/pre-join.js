import { html, live, nothing } from "../lit.js";
import { mayFacilitate } from "../room-state.js";
import { startWords } from "../times.js";
import { ARRIVAL, PRE_JOIN } from "../words.js";
import { bannerView } from "./banner.js";
import { deviceControls } from "./device-controls.js";
import { entryHead, noteLine } from "./entry.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */
/** @typedef {import("../protocol.js").OutsideView} OutsideView */

/** @param {App} app @param {Actions} actions @param {OutsideView} outside */
export function preJoinView(app, actions, outside) {
  const { page, clock } = app.parts;
  const join = (/** @type {Event} */ event) => {
    event.preventDefault();
    void actions.join();
  };
  return html`<form class="entry" novalidate @submit=${join}>
    ${entryHead(app, actions)}
    <main class="entry-body entry-columns">
      <div class="entry-lede">
        <h1 tabindex="-1">${PRE_JOIN.title}</h1>
        <p>${PRE_JOIN.lede}</p>
        <p class="muted">
          ${PRE_JOIN.starts(startWords(page.starts_at, clock.now(), page))}
          ${page.facilitators ? PRE_JOIN.facilitators(page.facilitators) : nothing}
          ${outside.doors_open ? ARRIVAL[outside.arrival] : nothing}
        </p>
        ${bannerView(app, actions)}
      </div>
      <div class="stack">
        ${deviceControls(app, actions)}
        ${
          typeof RTCPeerConnection === "function"
            ? html`<p class="small muted">${PRE_JOIN.listenOnly}</p>`
            : noteLine("info", PRE_JOIN.noMedia, "note-warn")
        }
      </div>
      <div class="stack">${nameCard(app)}${guidelinesCard(app, outside)}</div>
    </main>
    ${actionBar(app, outside)}
  </form>`;
}

/** @param {App} app */
function nameCard(app) {
  const isMissing = app.ui.missing === "alias";
  const write = (/** @type {Event} */ event) =>
    app.update({ alias: /** @type {HTMLInputElement} */ (event.target).value, missing: null });
  return html`<section class="card">
    <h2>${PRE_JOIN.appear}</h2>
    <div class="field">
      <label for="alias">${PRE_JOIN.name}</label>
      <input
        class="input"
        id="alias"
        maxlength="40"
        autocomplete="off"
        spellcheck="false"
        aria-describedby="alias-hint"
        aria-invalid=${isMissing}
        .value=${live(app.ui.alias)}
        @input=${write}
      />
      ${isMissing ? html`<p class="field-error">${PRE_JOIN.nameMissing}</p>` : nothing}
      <p class="field-hint" id="alias-hint">${PRE_JOIN.nameHint}</p>
    </div>
  </section>`;
}

/** @param {App} app @param {OutsideView} outside */
function guidelinesCard(app, outside) {
  const { guidelines } = app.parts.page;
  const isAsked = !outside.guidelines_accepted && !(app.role && mayFacilitate(app.role));
  const isMissing = app.ui.missing === "agreed";
  const tick = (/** @type {Event} */ event) =>
    app.update({ agreed: /** @type {HTMLInputElement} */ (event.target).checked, missing: null });
  return html`<section class="card">
    <h2>${PRE_JOIN.guidelines}</h2>
    ${guidelines.text ? html`<p class="written">${guidelines.text}</p>` : nothing}
    ${noteLine("shield", PRE_JOIN.notRecorded, "note-plain")}
    ${
      isAsked
        ? html`<label class="choice choice-card">
              <input
                type="checkbox"
                id="agreed"
                aria-invalid=${isMissing}
                .checked=${live(app.ui.agreed)}
                @change=${tick}
              />
              <span>${PRE_JOIN.agree}</span>
            </label>
            ${isMissing ? html`<p class="field-error">${PRE_JOIN.agreeMissing}</p>` : nothing}`
        : nothing
    }
  </section>`;
}

/** @param {App} app @param {OutsideView} outside */
function actionBar(app, outside) {
  const { page, clock } = app.parts;
  const isLead = app.role !== null && mayFacilitate(app.role);
  const isClosed = !isLead && !outside.doors_open;
  const words = isLead ? PRE_JOIN.enter : PRE_JOIN.join;
  const note = isLead ? PRE_JOIN.enterNote : isClosed ? PRE_JOIN.doorsNote : PRE_JOIN.joinNote;
  return html`<footer class="action-bar">
    <p class="action-bar-note" aria-live="polite">${app.ui.joinProblem ?? note}</p>
    <button class="button button-primary" type="submit" aria-disabled=${isClosed} aria-busy=${app.ui.isJoining}>
      ${isClosed ? PRE_JOIN.doorsIn(clock.until(page.doors_at)) : words}
    </button>
  </footer>`;
}
