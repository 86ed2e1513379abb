import { html, live } from "../lit.js";
import { VIDEO } from "../saving.js";
import { VIDEO_WORDS } from "../words-line.js";

/**
 * All pictures, small ones, or sound alone: before the room and in it.
 * @param {import("./app.js").App} app @param {import("./app.js").Actions} actions
 * @param {boolean} [isHeaded] false where the words above say what it is about
 */
export const videoChoice = (app, actions, isHeaded = true) =>
  html`<fieldset class="field" role="radiogroup" aria-labelledby="video-label">
    <legend id="video-label" class=${isHeaded ? "field-label" : "visually-hidden"}>${VIDEO_WORDS.legend}</legend>
    ${VIDEO.map(
      (video) =>
        html`<label class="choice">
          <input
            type="radio"
            name="video"
            value=${video}
            aria-describedby="video-note-${video}"
            .checked=${live(app.parts.line.choice === video)}
            @change=${() => actions.setVideo(video)}
          />
          <span>
            <span>${VIDEO_WORDS.choices[video].word}</span>
            <span class="choice-note" id="video-note-${video}" aria-hidden="true">
              ${VIDEO_WORDS.choices[video].note}
            </span>
          </span>
        </label>`,
    )}
  </fieldset>`;
