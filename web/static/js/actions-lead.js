import { LEAD } from "./words-lead.js";

/** @typedef {import("./signal-types.js").RequestBody} RequestBody */

const DECLINE_AFTER_MS = 5_000;

/**
 * @param {ReadonlySet<string>} set
 * @param {string} id
 * @param {boolean} isIn
 * @returns {ReadonlySet<string>}
 */
function withMember(set, id, isIn) {
  const next = new Set(set);
  if (isIn) next.add(id);
  else next.delete(id);
  return next;
}

/** What facilitators do. Who may do it is the server's to decide. @param {import("./app.js").App} app */
export function leadActions(app) {
  const actions = {
    /** @param {RequestBody} body */
    ask: (body) => app.ask(body),

    /** @param {string} id @param {boolean} isIn */
    select: (id, isIn) => app.update({ selected: withMember(app.ui.selected, id, isIn) }),

    async admitSelected() {
      const waiting = new Set(app.state.room?.lead?.waiting.map(({ id }) => id));
      const targets = [...app.ui.selected].filter((id) => waiting.has(id));
      if (targets.length > 0 && (await app.ask({ type: "admit", targets }))) app.update({ selected: new Set() });
    },

    /**
     * Told to the server only after some seconds: a wrong press costs nothing.
     * @param {string} id
     * @param {string} alias
     */
    decline(id, alias) {
      app.update({ declining: withMember(app.ui.declining, id, true) });
      const undo = () => {
        clearTimeout(timer);
        app.dismiss(toast);
        app.update({ declining: withMember(app.ui.declining, id, false) });
        app.say(LEAD.kept(alias));
      };
      const toast = app.toast(LEAD.declining(alias), { label: LEAD.undecline, run: undo }, DECLINE_AFTER_MS);
      const timer = setTimeout(async () => {
        if (isWaiting(id)) await app.ask({ type: "decline", target: id });
        app.update({ declining: withMember(app.ui.declining, id, false) });
      }, DECLINE_AFTER_MS);
    },

    /** @param {string} id @param {string} message */
    hold: (id, message) => app.ask({ type: "hold-waiting", target: id, message }),

    /** @param {string} text */
    async messageWaiting(text) {
      const done = await app.ask({ type: "message-waiting", text });
      if (done) app.say(LEAD.sentAll);
      return done;
    },

    /** @param {string} target @param {string} text */
    sendNote: (target, text) => app.ask({ type: "send-note", target, text }),

    /** @param {string} id */
    toggleNotes: (id) => app.update({ notesOf: withMember(app.ui.notesOf, id, !app.ui.notesOf.has(id)) }),

    /** @param {string} id */
    toggleActions: (id) => app.update({ actionsOf: app.ui.actionsOf === id ? null : id }),

    /** @param {string} id */
    async remove(id) {
      app.update({ dialog: null });
      await app.ask({ type: "remove", target: id });
    },

    async end() {
      app.update({ dialog: null });
      await app.ask({ type: "end-session" });
    },
  };

  const isWaiting = (/** @type {string} */ id) =>
    app.state.room?.lead?.waiting.some((entry) => entry.id === id) ?? false;
  return actions;
}
