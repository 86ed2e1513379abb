import { html, keyed, nothing, ref } from "../lit.js";
import { CONFIRM } from "../words-lead.js";
import { PANEL } from "../words-line.js";
import { ASKED, KEYS, MORE } from "../words-room.js";
import { COMMON } from "../words.js";
import { whoLine } from "../who.js";
import { connectionPanel } from "./connection.js";
import { showModal } from "./modal.js";
import { moreDialog } from "./more.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Actions} Actions */

/** One dialog at a time. @param {App} app @param {Actions} actions */
export function dialogView(app, actions) {
  const { dialog } = app.ui;
  if (!dialog) return nothing;
  return keyed(dialog.kind, content(app, actions, dialog));
}

/** @param {App} app @param {Actions} actions @param {import("../app.js").Dialog} dialog */
function content(app, actions, dialog) {
  switch (dialog.kind) {
    case "more":
      return modal(app, MORE.title, moreDialog(app, actions));
    case "rename":
      return renameDialog(app, actions);
    case "keys":
      return modal(
        app,
        MORE.keys,
        html`<dl class="facts">
          ${KEYS.map(
            ([key, does]) =>
              html`<dt>${key}</dt>
                <dd>${does}</dd>`,
          )}
        </dl>`,
      );
    case "who":
      return whoDialog(app);
    case "connection":
      return modal(app, PANEL.title, connectionPanel(app));
    case "asked-to-unmute":
      return confirm(app, ASKED.title(dialog.by), ASKED.text, [
        { words: ASKED.stay, run: () => app.update({ dialog: null }) },
        { words: ASKED.unmute, run: actions.unmuteAsAsked, manner: "button-primary" },
      ]);
    case "remove":
      return confirm(app, CONFIRM.remove.title(dialog.alias), CONFIRM.remove.text, [
        { words: CONFIRM.remove.no(dialog.alias), run: () => app.update({ dialog: null }) },
        { words: CONFIRM.remove.yes, run: () => actions.lead.remove(dialog.id), manner: "button-danger" },
      ]);
    case "end":
      return confirm(app, CONFIRM.end.title, CONFIRM.end.text, [
        { words: CONFIRM.end.no, run: () => app.update({ dialog: null }) },
        { words: CONFIRM.end.yes, run: actions.lead.end, manner: "button-primary" },
      ]);
  }
}

/** @param {App} app @param {string} title @param {unknown} body @param {unknown} [foot] */
export function modal(app, title, body, foot) {
  const close = () => {
    if (app.ui.dialog) app.update({ dialog: null, copied: null });
  };
  return html`<dialog class="dialog" aria-labelledby="dialog-title" @close=${close} ${ref(showModal)}>
    <div class="dialog-head"><h2 id="dialog-title" tabindex="-1">${title}</h2></div>
    ${body}
    <div class="dialog-actions">
      ${foot ?? html`<button class="button" type="button" @click=${close}>${COMMON.close}</button>`}
    </div>
  </dialog>`;
}

/**
 * @param {App} app
 * @param {string} title
 * @param {string} text
 * @param {{words: string, run: () => unknown, manner?: string}[]} choices
 */
function confirm(app, title, text, choices) {
  const buttons = choices.map(
    ({ words, run, manner = "" }) =>
      html`<button class="button ${manner}" type="button" @click=${run}>${words}</button>`,
  );
  return modal(app, title, html`<p>${text}</p>`, buttons);
}

/** @param {App} app @param {Actions} actions */
function renameDialog(app, actions) {
  const { room } = app.state;
  const alias = room?.people.find(({ id }) => id === room.me.id)?.alias ?? app.ui.alias;
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const text = /** @type {HTMLInputElement} */ (
      /** @type {HTMLFormElement} */ (event.target).elements.namedItem("text")
    ).value.trim();
    if (text) void actions.rename(text);
  };
  const body = html`<form class="field" id="rename" @submit=${submit}>
    <label for="rename-text">${MORE.renameLabel}</label>
    <input class="input" id="rename-text" name="text" maxlength="40" autocomplete="off" autofocus value=${alias} />
  </form>`;
  const foot = html`<button class="button" type="button" @click=${() => app.update({ dialog: null })}>
      ${COMMON.cancel}
    </button>
    <button class="button button-primary" type="submit" form="rename">${MORE.renameSave}</button>`;
  return modal(app, MORE.rename, body, foot);
}

/** @param {App} app */
function whoDialog(app) {
  const { room } = app.state;
  if (!room) return nothing;
  const others = room.people.filter(({ id, presence }) => id !== room.me.id && presence === "present");
  return modal(
    app,
    MORE.who,
    html`<p>${whoLine(room, app.parts.own, app.state.waitsForMedia).text}</p>
      <p class="muted">${MORE.whoHere}</p>
      <ul class="stack stack-tight">
        ${others.map(({ alias }) => html`<li>${alias}</li>`)}
      </ul>`,
  );
}
