import { narrate } from "./narrator.js";
import { reduce, selfOf, withoutTicket } from "./room-state.js";
import { CHAT, ROOM } from "./words-room.js";
import { CONNECTION } from "./words.js";

/** Brings what the server says to where it belongs: the state, the media, the person's eyes and ears. */
export class Inbox {
  #app;
  #actions;
  #onFreshLink;

  /**
   * @param {import("./app.js").App} app
   * @param {import("./main.js").Actions} actions
   * @param {() => void} onFreshLink a new connection begins and knows nothing of the last one
   */
  constructor(app, actions, onFreshLink) {
    this.#app = app;
    this.#actions = actions;
    this.#onFreshLink = onFreshLink;
  }

  /** @param {import("./protocol.js").ServerMessage} message */
  handleMessage(message) {
    const app = this.#app;
    if (app.hasLeft && message.type !== "outcome" && message.type !== "welcome") return;
    if ("now" in message) app.parts.clock.set(message.now);
    if (message.type === "offer") void app.parts.media.handleOffer(message);
    if (message.type === "layers-wanted") app.parts.media.handleLayersWanted(message);
    const before = app.state;
    app.state = reduce(before, message);
    if (app.state.hasGap) return app.parts.signal.resync();
    if (before.room && !app.state.room) this.#leftRoom();
    if (before.room !== app.state.room) app.parts.own.handleRoom(app.state.room);
    for (const news of narrate(before, app.state, message)) this.#tell(news);
    this.#keepName(app.state);
    if (message.type === "outcome") void this.#actions.handleOutcome();
    else if (before.stage !== app.state.stage) app.update({ isJoining: false });
    app.redraw();
  }

  /** @param {import("./signal-types.js").LinkState} link */
  handleLink(link) {
    const app = this.#app;
    if (link === "up") {
      this.#onFreshLink();
      app.parts.media.handleLinkUp();
      if (app.lostAt !== null && app.state.room) app.say(CONNECTION.back, "connection");
      app.lostAt = null;
    } else if (link === "connecting" && app.state.stage !== "connecting" && app.lostAt === null) {
      app.lostAt = performance.now();
    } else if (link === "stopped" || link === "asking") app.lostAt = null;
    app.redraw();
  }

  /** @param {import("./ticket.js").TicketAnswer} answer */
  handleTicket(answer) {
    const app = this.#app;
    if (answer.kind === "ticket") {
      app.role = answer.role;
      if (!app.ui.alias) app.update({ alias: app.parts.name.value ?? answer.suggestedAlias });
    } else if (answer.kind === "over") app.state = withoutTicket(app.state, answer.outcome);
    else if (answer.kind === "unknown") app.state = withoutTicket(app.state, "unknown");
    else app.lostAt ??= performance.now();
    if (!app.state.room) app.parts.own.handleRoom(null);
    app.redraw();
  }

  /**
   * The name the person goes by now, so that it is never asked twice.
   * @param {import("./room-state.js").RoomState} state
   */
  #keepName({ waiting, room }) {
    const alias = waiting?.alias ?? (room ? selfOf(room)?.alias : undefined);
    if (alias && alias !== this.#app.ui.alias) this.#app.update({ alias });
    if (alias) this.#app.parts.name.keep(alias);
  }

  /** Nothing of the room stays in this page. */
  #leftRoom() {
    const { media, own } = this.#app.parts;
    media.close();
    own.stopAll();
    this.#app.update({
      panel: null,
      dialog: null,
      note: null,
      unread: 0,
      actionsOf: null,
      notesOf: new Set(),
      selected: new Set(),
    });
  }

  /** @param {import("./narrator.js").News} news */
  #tell(news) {
    const app = this.#app;
    switch (news.kind) {
      case "say":
        return app.say(news.text, news.topic);
      case "interrupt":
        return app.parts.announcer.interrupt(news.text);
      case "toast":
        return void app.toast(news.text);
      case "at-the-door":
        // The open panel shows it already, and a toast would lie over its buttons.
        return void (app.ui.panel === "lead" ? app.say(news.text) : app.toast(news.text));
      case "note":
        return app.update({ note: news.text });
      case "held":
        app.say(`${ROOM.held}. ${ROOM.heldText}`, "phase");
        // What explains it lies among the tiles.
        return app.ui.isWide ? undefined : app.update({ panel: null });
      case "chime":
        return app.ui.chimes ? app.parts.sound.chime() : undefined;
      case "ask-to-unmute":
        return this.#actions.askToUnmute(news.by);
      case "message":
        // The open log speaks for itself.
        if (app.ui.panel === "chat") return;
        app.say(CHAT.wrote(news.by), "chat");
        return app.update({ unread: app.ui.unread + 1 });
    }
  }
}
