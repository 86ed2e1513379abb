import { html, live, nothing, repeat } from "../lit.js";
import { waitWords } from "../times.js";
import { LEAD } from "../words-lead.js";
import { noteLine } from "./entry.js";
import { sendForm } from "./send-form.js";
import { noteList } from "./waiting.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */
/** @typedef {import("../protocol.js").LeadView} LeadView */
/** @typedef {import("../protocol.js").WaitingEntryView} WaitingEntryView */

/**
 * Who asks to come in, in order of arrival.
 * @param {App} app
 * @param {Actions} actions
 * @param {LeadView} lead
 */
export function waitingSection(app, actions, lead) {
  const isSelecting = lead.waiting.some(({ id }) => app.ui.selected.has(id));
  return html`<section class="panel-section">
    <div class="panel-section-head">
      <h2>${LEAD.waiting}</h2>
      ${
        lead.waiting.length > 0
          ? html`<div class="button-row">
              ${
                isSelecting
                  ? html`<button class="button button-small" type="button" @click=${actions.lead.admitSelected}>
                      ${LEAD.admitSelected}
                    </button>`
                  : nothing
              }
              <button class="button button-small" type="button" @click=${() => actions.lead.ask({ type: "admit-all" })}>
                ${LEAD.admitAll}
              </button>
            </div>`
          : nothing
      }
    </div>
    ${lead.waiting.length === 0 ? html`<p class="muted">${LEAD.nobodyWaits}</p>` : nothing}
    <ul class="list" role="list">
      ${repeat(
        lead.waiting,
        ({ id }) => id,
        (entry) => waitingRow(app, actions, entry),
      )}
    </ul>
    ${lead.waiting_notice ? noteLine("message-circle", `${LEAD.nowShown} ${lead.waiting_notice}`, "note-plain") : nothing}
    ${sendForm({ id: "to-waiting", label: LEAD.messageAll, button: LEAD.sendAll, most: 500, send: actions.lead.messageWaiting })}
  </section>`;
}

/** @param {App} app @param {Actions} actions @param {WaitingEntryView} entry */
function waitingRow(app, actions, entry) {
  const { id, alias } = entry;
  const { lead } = actions;
  const isDeclining = app.ui.declining.has(id);
  // Not `disabled`: the button that was pressed would lose the focus.
  const isBarred = isDeclining ? "true" : nothing;
  const tick = (/** @type {Event} */ event) => lead.select(id, /** @type {HTMLInputElement} */ (event.target).checked);
  return html`<li class="person-row">
    <label class="choice">
      <input
        type="checkbox"
        aria-label=${LEAD.select(alias)}
        .checked=${live(app.ui.selected.has(id))}
        @change=${tick}
      />
    </label>
    <div>
      <p class="person-row-name">${alias}</p>
      <p class="person-row-meta">${meta(app, entry)}</p>
    </div>
    <button
      class="button button-small button-primary"
      type="button"
      aria-label=${LEAD.admit(alias)}
      aria-disabled=${isBarred}
      @click=${() => isDeclining || lead.ask({ type: "admit", targets: [id] })}
    >
      ${LEAD.admitShort}
    </button>
    <div class="person-row-more button-row">
      <button
        class="button button-small"
        type="button"
        aria-label=${LEAD.hold(alias)}
        aria-pressed=${entry.is_held}
        @click=${() => lead.hold(id, "")}
      >
        ${LEAD.holdShort}
      </button>
      <button
        class="button button-small"
        type="button"
        aria-label=${LEAD.note(alias)}
        aria-expanded=${app.ui.notesOf.has(id)}
        @click=${() => lead.toggleNotes(id)}
      >
        ${LEAD.noteShort}
      </button>
      <button
        class="button button-small"
        type="button"
        aria-label=${LEAD.decline(alias)}
        aria-disabled=${isBarred}
        @click=${() => isDeclining || lead.decline(id, alias)}
      >
        ${LEAD.declineShort}
      </button>
    </div>
    ${entry.is_held ? holdMessage(actions, entry) : nothing} ${app.ui.notesOf.has(id) ? notes(actions, entry) : nothing}
  </li>`;
}

/**
 * They are on hold already; words beside it are optional.
 * @param {Actions} actions
 * @param {WaitingEntryView} entry
 */
const holdMessage = (actions, { id, alias }) =>
  html`<div class="person-row-more">
    ${sendForm({ id: `hold-${id}`, label: LEAD.holdText(alias), button: LEAD.holdSend, most: 500, send: (text) => actions.lead.hold(id, text), isSmall: true })}
  </div>`;

/** @param {Actions} actions @param {WaitingEntryView} entry */
const notes = (actions, { id, alias, notes: list }) =>
  html`<div class="person-row-more stack stack-tight">
    ${list.length > 0 ? noteList(list, true, alias) : nothing}
    ${sendForm({ id: `note-${id}`, label: LEAD.noteText(alias), button: LEAD.noteSend, most: 500, send: (text) => actions.lead.sendNote(id, text), isSmall: true })}
  </div>`;

/** @param {App} app @param {WaitingEntryView} entry */
function meta(app, entry) {
  const isUnanswered = entry.notes.at(-1)?.is_from_facilitator === false;
  const parts = [
    LEAD.waited(waitWords(app.parts.clock.since(entry.since))),
    entry.late_min > 0 ? LEAD.late(entry.late_min) : "",
    entry.was_here ? LEAD.wasHere : "",
    entry.is_held ? LEAD.held : "",
    entry.is_connected ? "" : LEAD.away,
    isUnanswered ? LEAD.newNote : "",
  ];
  return parts.filter(Boolean).join(" · ");
}
