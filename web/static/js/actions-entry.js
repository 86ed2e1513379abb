import { markJoin } from "./marks.js";
import { leftByOneself, mayFacilitate } from "./room-state.js";
import { refusalWords } from "./words-refusals.js";
import { CONNECTION, WAITING } from "./words.js";

/**
 * The way in, the way out, and the way between two tabs.
 * @param {import("./app.js").App} app
 * @param {() => void} letGo
 */
export function entryActions(app, letGo) {
  const { page, signal, own } = app.parts;

  const actions = {
    /** The person asks to come in; a facilitator goes in. */
    async join() {
      const alias = app.ui.alias.trim();
      const isLead = app.role !== null && mayFacilitate(app.role);
      const outside = app.state.outside;
      if (!outside || app.ui.isJoining) return;
      if (!isLead && !outside.doors_open) return app.say(CONNECTION.opening);
      if (!alias) return app.update({ missing: "alias" });
      if (!isLead && !outside.guidelines_accepted && !app.ui.agreed) return app.update({ missing: "agreed" });
      markJoin();
      app.update({ isJoining: true, missing: null, joinProblem: null });
      try {
        if (!isLead && !outside.guidelines_accepted)
          await signal.request({ type: "accept-guidelines", version: page.guidelines.version });
        await signal.request(isLead ? { type: "enter", alias } : { type: "knock", alias });
      } catch (error) {
        app.update({ joinProblem: refusalWords(error) });
      }
      app.update({ isJoining: false });
    },

    /**
     * One press, no question. Tracks end before anything else; where the server cannot be told, the page goes silent.
     */
    async leave() {
      letGo();
      app.hasLeft = true;
      app.state = leftByOneself(app.state);
      app.update({ panel: null, dialog: null, toasts: [], note: null });
      await signal.request({ type: "leave" }).catch(() => signal.stop());
    },

    comeBack() {
      markJoin();
      return actions.goBackIn();
    },

    async goBackIn() {
      app.hasLeft = false;
      const alias = app.ui.alias.trim();
      const isLead = app.role !== null && mayFacilitate(app.role);
      if (signal.state !== "up") {
        app.update({ isJoining: true });
        return signal.start();
      }
      app.update({ isJoining: true });
      await app.ask(isLead ? { type: "enter", alias } : { type: "knock", alias });
      app.update({ isJoining: false });
    },

    /** The connection came back after "come back" was pressed. */
    async handleOutcome() {
      if (app.ui.isJoining && signal.state === "up") await actions.goBackIn();
    },

    /** @param {string} text */
    async sendNote(text) {
      if (!app.state.me || !(await app.ask({ type: "send-note", target: app.state.me, text }))) return false;
      app.say(WAITING.noteSent);
      return true;
    },

    moveHere() {
      signal.takeOver();
    },

    stayThere() {
      app.update({ staysAway: true });
    },

    tryAgain() {
      signal.retryNow();
    },

    leaveQuickly() {
      if (!page.urls.quick_exit) return;
      letGo();
      own.stopAll();
      signal.stop();
      document.title = "";
      location.replace(page.urls.quick_exit);
    },
  };
  return actions;
}
