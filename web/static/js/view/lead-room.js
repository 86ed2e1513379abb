import { html, live, nothing, repeat } from "../lit.js";
import { LEAD } from "../words-lead.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */
/** @typedef {import("../protocol.js").RoomView} RoomView */
/** @typedef {import("../protocol.js").LeadView} LeadView */
/** @typedef {import("../signal-types.js").RequestBody} RequestBody */

/**
 * The room as a whole.
 * @param {App} app
 * @param {Actions} actions
 * @param {RoomView} room
 * @param {LeadView} lead
 */
export function roomSection(app, actions, room, lead) {
  const { phase, cameras_locked: isLocked, chat_policy: policy } = room.status;
  const runs = phase === "live" || phase === "closing";
  // The two sides of a switch share their key, so that the button stays where it is and keeps the focus.
  /** @type {(readonly [boolean, string, string, RequestBody])[]} */
  const list = [
    [phase === "ready", "start", LEAD.start, { type: "start-session" }],
    [runs, "pause", LEAD.pause, { type: "pause-room" }],
    [phase === "paused" || phase === "held", "pause", LEAD.resume, { type: "resume-room" }],
    [true, "mute", LEAD.muteAll, { type: "mute-all" }],
    [true, "allow", LEAD.allowAll, { type: "allow-unmute-all" }],
    [!isLocked, "cameras", LEAD.lockCameras, { type: "lock-cameras" }],
    [isLocked, "cameras", LEAD.unlockCameras, { type: "unlock-cameras" }],
    [!lead.is_entry_locked, "entry", LEAD.lockEntry, { type: "lock-entry" }],
    [lead.is_entry_locked, "entry", LEAD.unlockEntry, { type: "unlock-entry" }],
    [phase !== "ready", "extend", LEAD.extend, { type: "extend", minutes: 10 }],
    [phase === "live", "closing", LEAD.closing, { type: "begin-closing" }],
  ];
  const chat = (/** @type {Event} */ event) => {
    const chosen = /** @type {import("../protocol.js").ChatPolicy} */ (
      /** @type {HTMLSelectElement} */ (event.target).value
    );
    void actions.lead.ask({ type: "set-chat-policy", policy: chosen });
  };
  return html`<section class="panel-section">
    <div class="panel-section-head"><h2>${LEAD.room}</h2></div>
    <div class="action-grid">
      ${repeat(
        list.filter(([applies]) => applies),
        ([, key]) => key,
        ([, , words, body]) =>
          html`<button
            class="button button-small ${body.type === "start-session" && lead.may_start ? "button-primary" : ""}"
            type="button"
            aria-disabled=${body.type === "start-session" && !lead.may_start ? "true" : nothing}
            @click=${() => actions.lead.ask(body)}
          >
            ${words}
          </button>`,
      )}
      <button class="button button-small" type="button" @click=${() => app.update({ dialog: { kind: "end" } })}>
        ${LEAD.end}
      </button>
    </div>
    <div class="field">
      <label for="chat-policy">${LEAD.chatPolicy}</label>
      <select class="select" id="chat-policy" .value=${live(policy)} @change=${chat}>
        ${Object.entries(LEAD.chat).map(([value, words]) => html`<option value=${value} ?selected=${value === policy}>${words}</option>`)}
      </select>
    </div>
    <label class="choice">
      <input
        type="checkbox"
        .checked=${live(app.ui.chimes)}
        @change=${(/** @type {Event} */ event) => app.update({ chimes: /** @type {HTMLInputElement} */ (event.target).checked })}
      />
      <span>${LEAD.chime}</span>
    </label>
  </section>`;
}

/**
 * Declined or removed: only a facilitator opens the door again.
 * @param {Actions} actions
 * @param {LeadView} lead
 */
export function outSection(actions, lead) {
  if (lead.out.length === 0) return nothing;
  return html`<section class="panel-section">
    <div class="panel-section-head"><h2>${LEAD.out}</h2></div>
    <ul class="list" role="list">
      ${repeat(
        lead.out,
        ({ id }) => id,
        ({ id, alias, kind }) =>
          html`<li class="person-row">
            <span class="avatar avatar-s" aria-hidden="true">${[...alias.trim()][0]?.toUpperCase() ?? "?"}</span>
            <div>
              <p class="person-row-name">${alias}</p>
              <p class="person-row-meta">${LEAD.outAs[kind]}</p>
            </div>
            <button
              class="button button-small"
              type="button"
              aria-label=${LEAD.askAgain(alias)}
              @click=${() => actions.lead.ask({ type: "readmit", target: id })}
            >
              ${LEAD.askAgainShort}
            </button>
          </li>`,
      )}
    </ul>
  </section>`;
}
