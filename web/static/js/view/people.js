import { html, repeat } from "../lit.js";
import { stateLine } from "../person-words.js";
import { lineOf } from "../room-state.js";
import { DOCK, PIN, ROOM } from "../words-room.js";
import { icon } from "./icon.js";
import { panelView } from "./panel.js";

/**
 * Who is here, for everybody: no ranks, no absences.
 * @param {import("./app.js").App} app
 * @param {import("./app.js").Actions} actions
 * @param {import("../protocol.js").RoomView} room
 */
export function peoplePanel(app, actions, room) {
  const body = html`<ul class="list" role="list">
    ${repeat(
      room.people,
      ({ id }) => id,
      (person) =>
        html`<li class="person-row">
          <span class="avatar avatar-s" aria-hidden="true">${[...person.alias.trim()][0]?.toUpperCase() ?? "?"}</span>
          <div>
            <p class="person-row-name">${person.alias}${person.id === room.me.id ? ` (${ROOM.you})` : ""}</p>
            <p class="person-row-meta">${stateLine(person, lineOf(app.state, person.id))}</p>
          </div>
          ${person.id === room.me.id ? "" : pinButton(app, actions, person)}
        </li>`,
    )}
  </ul>`;
  return panelView(app, { name: DOCK.people, title: `${DOCK.people} (${room.people.length})`, body });
}

/**
 * @param {import("./app.js").App} app @param {import("./app.js").Actions} actions
 * @param {import("../protocol.js").PersonView} person
 */
function pinButton(app, actions, { id, alias }) {
  const isPinned = app.ui.pinned === id;
  return html`<button
    class="button button-small"
    type="button"
    aria-pressed=${isPinned}
    aria-label=${isPinned ? PIN.unpin(alias) : PIN.pin(alias)}
    @click=${() => actions.pin(isPinned ? null : id)}
  >
    ${icon("pin", "icon-s")}<span aria-hidden="true">${PIN.short}</span>
  </button>`;
}
