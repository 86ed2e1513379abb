import { html, live, nothing } from "../lit.js";

/**
 * One of several, each a word and perhaps a note below it.
 * @template {string} T
 * @param {object} parts
 * @param {string} parts.name of the group on the page
 * @param {string} parts.legend
 * @param {boolean} [parts.isHeaded] false where the words above say what it is about
 * @param {readonly T[]} parts.values
 * @param {T} parts.chosen
 * @param {(value: T) => string} parts.word
 * @param {(value: T) => string} [parts.note]
 * @param {(value: T) => unknown} parts.choose
 */
export const choice = ({ name, legend, isHeaded = true, values, chosen, word, note, choose }) =>
  html`<fieldset class="field" role="radiogroup" aria-labelledby="${name}-label">
    <legend id="${name}-label" class=${isHeaded ? "field-label" : "visually-hidden"}>${legend}</legend>
    ${values.map(
      (value) =>
        html`<label class="choice">
          <input
            type="radio"
            name=${name}
            value=${value}
            aria-describedby=${note ? `${name}-note-${value}` : nothing}
            .checked=${live(chosen === value)}
            @change=${() => choose(value)}
          />
          <span>
            <span>${word(value)}</span>
            ${
              note
                ? html`<span class="choice-note" id="${name}-note-${value}" aria-hidden="true">${note(value)}</span>`
                : nothing
            }
          </span>
        </label>`,
    )}
  </fieldset>`;
