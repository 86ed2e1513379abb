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
  const summary = lineSummary(line, browserFamily(navigator.userAgent), new Date(app.parts.clock.now()));
  const copy = async () => {
    const words = await navigator.clipboard.writeText(summary).then(
      () => PANEL.copied,
      () => PANEL.notCopied,
    );
    app.update({ copied: words });
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
      <p class="small" role="status">${app.ui.copied ?? nothing}</p>
      <details class="disclosure">
        <summary>${PANEL.summary}</summary>
        <pre class="summary-text" tabindex="0" aria-label=${PANEL.summary}>${summary}</pre>
      </details>
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
