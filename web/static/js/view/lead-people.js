import { html, nothing, repeat } from "../lit.js";
import { stateLine } from "../person-words.js";
import { ROOM } from "../words-room.js";
import { LEAD } from "../words-lead.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */
/** @typedef {import("../protocol.js").RoomView} RoomView */
/** @typedef {import("../protocol.js").LeadView} LeadView */
/** @typedef {import("../protocol.js").PersonView} PersonView */
/** @typedef {import("../protocol.js").LedPersonView} LedPersonView */
/** @typedef {import("../signal-types.js").RequestBody} RequestBody */

/**
 * Who is here, in a stable order, and what a facilitator may do for each.
 * @param {App} app
 * @param {Actions} actions
 * @param {RoomView} room
 * @param {LeadView} lead
 */
export function peopleSection(app, actions, room, lead) {
  const hands = room.people
    .filter(({ hand }) => hand !== null)
    .sort((one, other) => (one.hand ?? 0) - (other.hand ?? 0));
  return html`<section class="panel-section">
    <div class="panel-section-head"><h2>${LEAD.people}</h2></div>
    ${
      hands.length > 0
        ? html`<p class="person-row-meta">
            ${LEAD.hands}: ${hands.map(({ hand, alias }) => `${hand}. ${alias}`).join(", ")}
          </p>`
        : nothing
    }
    <ul class="list" role="list">
      ${repeat(
        room.people,
        ({ id }) => id,
        (person) =>
          personRow(
            app,
            actions,
            room,
            person,
            lead.people.find(({ id }) => id === person.id),
          ),
      )}
    </ul>
  </section>`;
}

/**
 * @param {App} app
 * @param {Actions} actions
 * @param {RoomView} room
 * @param {PersonView} person
 * @param {LedPersonView | undefined} led
 */
function personRow(app, actions, room, person, led) {
  const { id, alias } = person;
  const isMe = id === room.me.id;
  const isOpen = app.ui.actionsOf === id;
  return html`<li class="person-row">
    <span class="avatar avatar-s" aria-hidden="true">${[...alias.trim()][0]?.toUpperCase() ?? "?"}</span>
    <div>
      <p class="person-row-name">${alias}${isMe ? ` (${ROOM.you})` : nothing}</p>
      <p class="person-row-meta">${[stateLine(person), ledLine(led)].filter(Boolean).join(", ")}</p>
    </div>
    ${
      isMe
        ? nothing
        : html`<div class="button-row">
            ${
              person.is_muted
                ? nothing
                : html`<button
                    class="button button-small"
                    type="button"
                    aria-label=${LEAD.mute(alias)}
                    @click=${() => actions.lead.ask({ type: "mute-participant", target: id })}
                  >
                    ${LEAD.muteShort}
                  </button>`
            }
            <button
              class="button button-small button-icon"
              type="button"
              aria-label=${LEAD.actions(alias)}
              aria-expanded=${isOpen}
              @click=${() => actions.lead.toggleActions(id)}
            >
              …
            </button>
          </div>`
    }
    ${isOpen && !isMe ? html`<div class="person-row-more action-grid">${actionsFor(app, actions, room, person, led)}</div>` : nothing}
  </li>`;
}

/** @param {LedPersonView | undefined} led */
const ledLine = (led) =>
  [
    led?.muted_by_facilitator ? LEAD.mutedByYou : "",
    led?.camera_stopped ? LEAD.cameraStopped : "",
    led?.is_text_muted ? LEAD.textMuted : "",
  ]
    .filter(Boolean)
    .join(", ");

/**
 * Nothing here opens a microphone or starts a camera.
 * @param {App} app
 * @param {Actions} actions
 * @param {RoomView} room
 * @param {PersonView} person
 * @param {LedPersonView | undefined} led
 */
function actionsFor(app, actions, room, person, led) {
  const { id: target, alias } = person;
  const may = { unmute: led?.muted_by_facilitator, camera: led?.camera_stopped, text: led?.is_text_muted };
  // The two sides of a switch share their key, so that the button stays where it is and keeps the focus.
  /** @type {(readonly [boolean, string, string, RequestBody])[]} */
  const list = [
    [person.is_muted && !may.unmute, "mic", LEAD.mute(alias), { type: "mute-participant", target }],
    [Boolean(may.unmute), "mic", LEAD.allowUnmute(alias), { type: "allow-unmute", target }],
    [person.is_muted, "ask", LEAD.askUnmute(alias), { type: "ask-to-unmute", target }],
    [!may.camera, "camera", LEAD.stopCamera(alias), { type: "stop-camera", target }],
    [Boolean(may.camera), "camera", LEAD.allowCamera(alias), { type: "allow-camera", target }],
    [person.is_sharing, "share", LEAD.stopShare(alias), { type: "stop-share", target }],
    [person.hand !== null, "hand", LEAD.lowerHand(alias), { type: "lower-hand", target }],
    [!may.text, "text", LEAD.muteText(alias), { type: "mute-text", target }],
    [Boolean(may.text), "text", LEAD.allowText(alias), { type: "allow-text", target }],
    [person.role === "participant", "back", LEAD.sendBack(alias), { type: "send-back", target }],
    [
      person.role === "participant" && room.me.role === "facilitator",
      "role",
      LEAD.promote(alias),
      { type: "promote", target },
    ],
    [
      person.role === "co-facilitator" && room.me.role === "facilitator",
      "role",
      LEAD.demote(alias),
      { type: "demote", target },
    ],
  ];
  const remove = () => app.update({ dialog: { kind: "remove", id: target, alias } });
  return html`${repeat(
    list.filter(([applies]) => applies),
    ([, key]) => key,
    ([, , words, body]) =>
      html`<button class="button button-small" type="button" @click=${() => actions.lead.ask(body)}>${words}</button>`,
  )}
  ${
    person.role === "facilitator"
      ? nothing
      : html`<button class="button button-small button-danger-quiet" type="button" @click=${remove}>
          ${LEAD.remove(alias)}
        </button>`
  }`;
}
