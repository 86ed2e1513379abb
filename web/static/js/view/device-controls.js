import { html, live, nothing } from "../lit.js";
import { browserFamily, deviceWords } from "../words-devices.js";
import { VIDEO_WORDS } from "../words-line.js";
import { PRE_JOIN } from "../words.js";
import { noteLine } from "./entry.js";
import { icon } from "./icon.js";
import { videoChoice } from "./video-choice.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */

/**
 * Microphone, camera and sound before the room: all off until pressed.
 * @param {App} app
 * @param {Actions} actions
 */
export function deviceControls(app, actions) {
  const { own } = app.parts;
  const camera = own.camera.isOn ? own.camera.source.track : null;
  return html`<div class="stack">
    <div class="device-row">
      ${deviceButton(own.mic, own.mic.isOn ? PRE_JOIN.micOff : PRE_JOIN.micOn, "mic", actions.toggleMic)}
      ${deviceButton(own.camera, own.camera.isOn ? PRE_JOIN.cameraOffAct : PRE_JOIN.cameraOn, "video", actions.toggleCamera)}
      <button class="device-button" type="button" @click=${actions.testSound}>
        ${icon("volume-2")}<span>${PRE_JOIN.testSound}</span>
      </button>
    </div>
    <section class="preview" data-on=${camera ? "true" : "false"} aria-label=${PRE_JOIN.preview}>
      ${
        camera
          ? html`<video
              class="preview-video"
              autoplay
              playsinline
              muted
              .muted=${true}
              .srcObject=${streamOf(camera)}
            ></video>`
          : html`<p>${PRE_JOIN.cameraOff}</p>`
      }
    </section>
    ${problems(app)}
    ${
      own.mic.isOn
        ? html`<div class="stack stack-tight">
            <div class="meter" id="meter"></div>
            <p class="small muted">${PRE_JOIN.micNote}</p>
          </div>`
        : nothing
    }
    ${camera ? html`<p class="small muted">${PRE_JOIN.cameraNote}</p>` : nothing}
    ${app.ui.tested ? html`<p class="small muted">${PRE_JOIN.testing}</p>` : nothing} ${deviceSelects(app, actions)}
    <details class="disclosure">
      <summary>${VIDEO_WORDS.chosen(app.parts.line.choice)}</summary>
      ${videoChoice(app, actions, false)}
    </details>
  </div>`;
}

/**
 * @param {{isOn: boolean, source: {isBusy: boolean}}} device
 * @param {string} words
 * @param {string} drawing
 * @param {() => unknown} press
 */
const deviceButton = ({ isOn, source }, words, drawing, press) =>
  html`<button
    class="device-button"
    type="button"
    aria-label=${words}
    aria-pressed=${isOn}
    aria-busy=${source.isBusy}
    @click=${press}
  >
    ${icon(isOn ? drawing : `${drawing}-off`)}<span>${breakable(words)}</span>
  </button>`;

/** The longest word may break where three buttons share 320 px. @param {string} words */
function breakable(words) {
  const [before = "", after] = words.split("microphone");
  return after === undefined ? words : html`${before}micro<wbr />phone${after}`;
}

/** Why a device did not start, and what to do about it. @param {App} app */
export function problems(app) {
  const family = browserFamily(navigator.userAgent);
  const { own } = app.parts;
  return /** @type {const} */ (["mic", "camera", "screen"]).map((source) => {
    const problem = own[source].source.problem;
    return problem && problem !== "dismissed"
      ? noteLine("info", deviceWords(source, problem, family), "note-warn")
      : nothing;
  });
}

/** @type {readonly (readonly [import("../devices.js").DeviceKind, string])[]} */
const KINDS = [
  ["audioinput", PRE_JOIN.microphone],
  ["videoinput", PRE_JOIN.camera],
  ["audiooutput", PRE_JOIN.speaker],
];

/** Shown where the browser names more than nothing. @param {App} app @param {Actions} actions */
export function deviceSelects(app, actions) {
  const { devices } = app.parts;
  return KINDS.map(([kind, words]) => {
    const known = devices.list(kind);
    if (known.length === 0) return nothing;
    const isKnown = known.some(({ deviceId }) => deviceId === devices.chosen(kind));
    const choose = (/** @type {Event} */ event) =>
      actions.chooseDevice(kind, /** @type {HTMLSelectElement} */ (event.target).value);
    return html`<div class="field">
      <label for="device-${kind}">${words}</label>
      <select class="select" id="device-${kind}" .value=${live(isKnown ? devices.chosen(kind) : "")} @change=${choose}>
        <option value="">${PRE_JOIN.systemDefault}</option>
        ${known.map(({ deviceId, label }) => option(deviceId, label, devices.chosen(kind)))}
      </select>
    </div>`;
  });
}

/** @param {string} value @param {string} words @param {string} chosen */
const option = (value, words, chosen) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`;

/** @type {WeakMap<MediaStreamTrack, MediaStream>} */
const streams = new WeakMap();

/**
 * The same stream for the same track, so that a picture is not started anew at each drawing.
 * @param {MediaStreamTrack} track
 */
export function streamOf(track) {
  const stream = streams.get(track) ?? new MediaStream([track]);
  streams.set(track, stream);
  return stream;
}
