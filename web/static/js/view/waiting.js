import { html, nothing, repeat } from "../lit.js";
import { ARRIVAL, COMMON, WAITING } from "../words.js";
import { bannerView } from "./banner.js";
import { deviceControls } from "./device-controls.js";
import { entryHead, noteLine } from "./entry.js";
import { icon } from "./icon.js";
import { sendForm } from "./send-form.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */
/** @typedef {import("../protocol.js").WaitingView} WaitingView */

/**
 * A place of care: one's own status, and nothing of the room.
 * @param {App} app
 * @param {Actions} actions
 * @param {WaitingView} waiting
 */
export function waitingView(app, actions, waiting) {
  return html`<div class="entry">
    ${entryHead(app, actions)}
    <main class="entry-body entry-narrow">
      ${bannerView(app, actions)}
      <div class="waiting-card" aria-live="polite">
        <div class="entry-lede">
          <h1 tabindex="-1">${WAITING.title}</h1>
          <p>${WAITING.lede}</p>
          <p class="muted">${ARRIVAL[waiting.arrival]} ${waiting.was_here ? WAITING.wasHere : nothing}</p>
        </div>
        ${
          waiting.is_held
            ? html`<section class="card card-sunken">
                <h2>${WAITING.held}</h2>
                <p class="written">${waiting.held_message || WAITING.heldPlain}</p>
              </section>`
            : nothing
        }
        ${waiting.notice ? section(WAITING.notice, waiting.notice) : nothing}
        ${waiting.waiting_message ? section(WAITING.groupMessage, waiting.waiting_message) : nothing}
        ${noteLine("ear", WAITING.quiet, "note-plain")}
      </div>
      ${notes(actions, waiting)}
      <details class="disclosure" ?open=${app.parts.own.camera.isOn}>
        <summary>${WAITING.devices}</summary>
        ${deviceControls(app, actions)}
      </details>
      ${app.parts.own.camera.isOn ? noteLine("video", WAITING.cameraWillShow) : nothing}
    </main>
    <footer class="action-bar">
      <button class="button" type="button" @click=${actions.leave}>${icon("log-out", "icon-s")}${COMMON.leave}</button>
    </footer>
  </div>`;
}

/** @param {string} title @param {string} text */
const section = (title, text) =>
  html`<section class="stack stack-tight">
    <h2>${title}</h2>
    <p class="written">${text}</p>
  </section>`;

/** @param {Actions} actions @param {WaitingView} waiting */
const notes = (actions, waiting) =>
  html`<section class="card">
    <h2>${WAITING.notes}</h2>
    ${noteList(waiting.notes, false)}
    ${sendForm({ id: "note", label: WAITING.noteLabel, hint: WAITING.noteHint, button: WAITING.sendNote, most: 500, send: actions.sendNote })}
  </section>`;

/**
 * @param {readonly import("../protocol.js").NoteView[]} list
 * @param {boolean} isLead whose eyes read it
 * @param {string} [alias] of the waiting person
 */
export const noteList = (list, isLead, alias = "") =>
  html`<div role="log" aria-label=${WAITING.notes}>
    <ol class="note-list">
      ${repeat(
        list,
        ({ id }) => id,
        ({ is_from_facilitator, text }) =>
          html`<li class="note-bubble" data-from=${is_from_facilitator ? "facilitator" : "me"}>
            <span class="note-bubble-from"
              >${is_from_facilitator ? WAITING.fromThem : isLead ? alias : WAITING.fromMe}</span
            >
            <span class="written">${text}</span>
          </li>`,
      )}
    </ol>
  </div>`;
