import { html, live, nothing, ref, repeat } from "../lit.js";
import { mayFacilitate } from "../room-state.js";
import { CHAT } from "../words-room.js";
import { COMMON } from "../words.js";
import { icon } from "./icon.js";
import { panelView } from "./panel.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../protocol.js").RoomView} RoomView */
/** @typedef {import("../protocol.js").ChatLineView} ChatLineView */

/** @param {App} app @param {RoomView} room */
export function chatPanel(app, room) {
  const body = html`<div role="log" aria-label=${CHAT.log}>
      <ol class="chat-log" ${ref((element) => keepAtEnd(element))}>
        ${repeat(
          room.chat,
          ({ id }) => id,
          (line) => chatLine(app, room, line),
        )}
      </ol>
    </div>
    ${room.chat.length === 0 ? html`<p class="empty">${CHAT.empty}</p>` : nothing}`;
  return panelView(app, { name: CHAT.title, title: CHAT.title, body, foot: writing(app, room) });
}

/** @param {App} app @param {RoomView} room @param {ChatLineView} line */
function chatLine(app, room, line) {
  const isMine = line.author === room.me.id;
  const mayDelete = isMine || room.lead !== null;
  return html`<li class="chat-line" data-private=${line.to !== "everyone"}>
    <span class="chat-author"
      >${isMine ? CHAT.you : line.author_alias} <span class="chat-to">${toWords(room, line)}</span></span
    >
    ${
      mayDelete
        ? html`<button
            class="button button-icon button-small button-quiet"
            type="button"
            aria-label=${CHAT.delete(line.author_alias)}
            @click=${() => app.ask({ type: "delete-chat", message: line.id })}
          >
            ${icon("trash-2", "icon-s")}
          </button>`
        : nothing
    }
    <span class="chat-text">${line.text}</span>
  </li>`;
}

/** @param {RoomView} room @param {ChatLineView} line */
function toWords(room, line) {
  if (line.to === "everyone") return nothing;
  if (line.to === "facilitators") return CHAT.toFacilitators;
  if (line.to_person === room.me.id) return CHAT.toYou;
  return CHAT.toPerson(room.people.find(({ id }) => id === line.to_person)?.alias ?? "");
}

/** Whom I may write to now. @param {RoomView} room @returns {readonly (readonly [string, string])[]} */
export function audiences({ me, status, people, lead }) {
  const isClosed = status.phase === "held" || (status.phase === "paused" && !lead);
  if (isClosed) return [];
  if (mayFacilitate(me.role)) {
    const persons = people.filter(({ id }) => id !== me.id).map(({ id, alias }) => /** @type {const} */ ([id, alias]));
    return [["everyone", CHAT.everyone], ["facilitators", CHAT.facilitators], ...persons];
  }
  if (status.chat_policy === "off") return [];
  const all = status.chat_policy === "all" ? [/** @type {const} */ (["everyone", CHAT.everyone])] : [];
  return [...all, ["facilitators", CHAT.facilitators]];
}

/** @param {App} app @param {RoomView} room */
function writing(app, room) {
  const to = audiences(room);
  if (room.me.is_text_muted) return html`<p class="muted">${CHAT.textMuted}</p>`;
  const first = to[0];
  if (!first) return html`<p class="muted">${CHAT.off}</p>`;
  const chosen = to.some(([value]) => value === app.ui.chatTo) ? app.ui.chatTo : first[0];
  const send = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const field = /** @type {HTMLInputElement} */ (
      /** @type {HTMLFormElement} */ (event.target).elements.namedItem("text")
    );
    const text = field.value.trim();
    if (text && (await app.ask({ type: "post-chat", text, to: chosen })) && field.value.trim() === text)
      field.value = "";
  };
  return html`<form class="stack stack-tight" @submit=${send}>
    <div class="field">
      <label for="chat-to">${CHAT.to}</label>
      <select
        class="select"
        id="chat-to"
        .value=${live(chosen)}
        @change=${(/** @type {Event} */ event) => app.update({ chatTo: /** @type {HTMLSelectElement} */ (event.target).value })}
      >
        ${to.map(([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`)}
      </select>
    </div>
    <div class="field">
      <label for="chat-text">${CHAT.message}</label>
      <div class="field-join">
        <input class="input" id="chat-text" name="text" maxlength="4000" autocomplete="off" />
        <button class="button button-primary" type="submit">${COMMON.send}</button>
      </div>
    </div>
  </form>`;
}

/** @type {WeakMap<Element, number>} how many lines there were */
const lengths = new WeakMap();

/** New lines are in sight, unless the person reads further up. @param {Element | undefined} element */
function keepAtEnd(element) {
  const scroller = element?.closest(".panel-body");
  if (!element || !scroller) return;
  queueMicrotask(() => {
    const isNearEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 160;
    if (lengths.get(element) !== element.childElementCount && (isNearEnd || !lengths.has(element)))
      scroller.scrollTop = scroller.scrollHeight;
    lengths.set(element, element.childElementCount);
  });
}
