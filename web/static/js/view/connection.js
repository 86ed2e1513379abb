import { html, nothing } from "../lit.js";
import { lineFacts, lineSummary } from "../line-facts.js";
import { browserFamily } from "../words-devices.js";
import { LINE, PANEL } from "../words-line.js";
import { icon } from "./icon.js";

/** @typedef {import("./app.js").App} App */

/** @type {Record<import("../quality.js").LineState, string>} */
const DRAWING = { good: "signal-high", weak: "signal-medium", lost: "wifi-off" };

/** How my line is, always in sight: a drawing and a word. @param {App} app */
export function lineButton(app) {
  const state = app.lineStates.both;
  const open = () => app.update({ dialog: { kind: "connection" } });
  return html`<button
    class="line-button"
    type="button"
    data-state=${state}
    aria-haspopup="dialog"
    aria-label=${LINE.own(state)}
    @click=${open}
  >
    ${icon(DRAWING[state], "icon-s")}<span aria-hidden="true">${LINE.state[state]}</span>
  </button>`;
}

/** @param {App} app */
export function connectionPanel(app) {
  const line = viewOf(app);
  const { copied } = app.ui;
  const copy = async () => {
    // As it is now: the figures above go on changing.
    const text = lineSummary(line, browserFamily(navigator.userAgent), new Date(app.parts.clock.now()));
    const isCopied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    app.update({ copied: { words: isCopied ? PANEL.copied : PANEL.notCopied, text } });
  };
  return html`<dl class="facts">
      ${lineFacts(line).map(
        ([label, words]) =>
          html`<dt>${label}</dt>
            <dd>${words}</dd>`,
      )}
    </dl>
    <p class="small muted">${PANEL.about}</p>
    <div class="stack stack-tight">
      <button class="button" type="button" @click=${copy}>${icon("copy", "icon-s")}<span>${PANEL.copy}</span></button>
      <p class="small" role="status">${copied?.words ?? nothing}</p>
      ${
        copied
          ? html`<textarea
              class="textarea"
              readonly
              rows="8"
              aria-label=${PANEL.summary}
              .value=${copied.text}
            ></textarea>`
          : nothing
      }
    </div>`;
}

/** @param {App} app @returns {import("../line-facts.js").LineView} */
function viewOf(app) {
  const { line, signal } = app.parts;
  return {
    isSignalUp: signal.state === "up",
    states: app.lineStates,
    figures: line.figures,
    video: line.video,
    pictures: app.state.quality?.pictures ?? "all",
  };
}
