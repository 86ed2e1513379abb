import { html, repeat } from "../lit.js";
import { stateLine } from "../person-words.js";
import { DOCK, ROOM } from "../words-room.js";
import { panelView } from "./panel.js";

/**
 * Who is here, for everybody: no ranks, no absences.
 * @param {import("./app.js").App} app
 * @param {import("../protocol.js").RoomView} room
 */
export function peoplePanel(app, room) {
  const body = html`<ul class="list" role="list">
    ${repeat(
      room.people,
      ({ id }) => id,
      (person) =>
        html`<li class="person-row">
          <span class="avatar avatar-s" aria-hidden="true">${[...person.alias.trim()][0]?.toUpperCase() ?? "?"}</span>
          <div>
            <p class="person-row-name">${person.alias}${person.id === room.me.id ? ` (${ROOM.you})` : ""}</p>
            <p class="person-row-meta">${stateLine(person)}</p>
          </div>
        </li>`,
    )}
  </ul>`;
  return panelView(app, { name: DOCK.people, title: `${DOCK.people} (${room.people.length})`, body });
}
