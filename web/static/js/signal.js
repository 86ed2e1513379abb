import { backoffMs } from "./backoff.js";
import { mark } from "./marks.js";
import { NamedTimers } from "./named-timers.js";
import { PERMISSIVE, Requests } from "./requests.js";
import { Refusal } from "./refusal.js";

/** @typedef {import("./signal-types.js").LinkState} LinkState */
/** @typedef {import("./signal-types.js").RequestBody} RequestBody */
/** @typedef {import("./signal-types.js").SignalOptions} SignalOptions */
/** @typedef {import("./protocol.js").ServerMessage} ServerMessage */

const PROTOCOL = 1;
/** A connection that dies right after a pong is given up with the ping after the two that it misses: after 9 s. */
const PING_MS = 3_000;
const MOST_MISSED = 2;
const WELCOME_MS = 10_000;
const PROBE_MS = 2_500;
/** After a change of network a socket is seldom still of use, and media waits for a new one. */
const NEW_NETWORK_PROBE_MS = 700;
const STEADY_MS = 5_000;
const SLOW_ATTEMPT = 13;

const OPEN = 1;
const DONE = 1000;
const POLICY = 1008;
const MOVED_AWAY = 4003;
const ROOM_GONE = 4004;

/**
 * The signaling connection of one page: ticket, hello, requests, pings, and coming back after a loss. It holds no
 * view: what the server says goes to `onMessage`, how the connection is to `onLink`.
 */
export class Signal {
  #options;
  #requests = new Requests();
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {LinkState} */
  #state = "idle";
  #attempt = 0;
  #wasWelcomed = false;
  #missed = 0;
  #takesOver = false;
  #round = 0;
  #timers;

  /** @param {SignalOptions} options */
  constructor(options) {
    this.#options = options;
    this.#timers = new NamedTimers(options.timers);
  }

  get state() {
    return this.#state;
  }

  /** Begins, or begins again after `stop`. */
  start() {
    if (this.#state === "connecting" || this.#state === "up") return;
    this.#attempt = 0;
    this.#connect();
  }

  /** Ends for good: nothing reconnects until `start`. */
  stop() {
    this.#drop();
    this.#timers.clear();
    this.#round += 1;
    this.#become("stopped");
  }

  /** The socket is closed and a whole view asked for: a notice was missed. */
  resync() {
    this.#lose();
  }

  /** Try now instead of waiting for the next attempt. */
  retryNow() {
    if (this.#state !== "connecting" || this.#socket) return;
    this.#attempt = 0;
    this.#connect();
  }

  /** The device is on another network. */
  handleNetworkChange() {
    this.probe(NEW_NETWORK_PROBE_MS);
  }

  /** Is the connection still alive? Asked when the page comes back from the background. */
  probe(patienceMs = PROBE_MS) {
    if (this.#state !== "up") return this.retryNow();
    this.#missed = Math.max(1, this.#missed);
    this.#sendFrame({ type: "ping" });
    this.#timers.after("probe", patienceMs, () => {
      if (this.#missed > 0) this.#lose();
    });
  }

  /** Moves the seat here from the other tab. */
  takeOver() {
    this.#takesOver = true;
    if (this.#state !== "asking" || !this.#socket) return this.start();
    this.#become("connecting");
    this.#sendFrame({ ...this.#hello(null), take_over: true });
    this.#timers.after("welcome", WELCOME_MS, () => this.#lose());
  }

  /**
   * @param {RequestBody} body
   * @returns {Promise<void>} once it is in force and stored; rejects with a `Refusal`
   */
  request(body) {
    // A socket that is closing does not say when it will be closed.
    if (this.#state === "up" && this.#socket?.readyState !== OPEN) this.#lose();
    if (this.#state !== "up") return Promise.reject(new Refusal("lost"));
    const { id, answer } = this.#requests.begin();
    const seen = PERMISSIVE.has(body.type) ? { seen: this.#options.seen() } : {};
    this.#sendFrame({ ...body, id, ...seen });
    return answer;
  }

  async #connect() {
    this.#timers.clear();
    this.#become("connecting");
    const round = ++this.#round;
    const answer = await this.#options.fetchTicket();
    if (round !== this.#round) return;
    this.#options.onTicket(answer);
    switch (answer.kind) {
      case "ticket":
        return this.#open(answer.ticket);
      case "over":
      case "unknown":
        return this.stop();
      case "later":
        return this.#timers.after("retry", answer.afterMs, () => this.#connect());
      case "unreachable":
        return this.#retryLater();
    }
  }

  /** @param {string} ticket */
  #open(ticket) {
    const socket = this.#options.openSocket();
    this.#socket = socket;
    this.#requests = new Requests();
    this.#timers.after("welcome", WELCOME_MS, () => this.#lose());
    socket.onopen = () => {
      mark("socket-open");
      this.#sendFrame(this.#hello(ticket));
    };
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => this.#closed(event.code);
  }

  /** @param {string | null} ticket @returns {import("./protocol.js").Hello} */
  #hello(ticket) {
    const { resume, heldTransport } = this.#options;
    return {
      type: "hello",
      protocol: PROTOCOL,
      ...(ticket ? { ticket } : {}),
      ...(resume.value ? { resume: resume.value } : {}),
      page: this.#wasWelcomed ? "same" : "new",
      transport: heldTransport(),
    };
  }

  /** @param {unknown} data */
  #receive(data) {
    if (typeof data !== "string") return;
    this.#missed = 0;
    /** @type {ServerMessage} */
    const message = JSON.parse(data);
    switch (message.type) {
      case "pong":
        return;
      case "ok":
      case "refused":
        return this.#requests.settle(message);
      case "welcome":
        this.#welcome(message.resume);
        break;
      case "elsewhere":
        this.#timers.cancel("welcome");
        this.#become("asking");
        if (this.#takesOver) return this.takeOver();
        break;
    }
    this.#options.onMessage(message);
  }

  /** @param {string} resume */
  #welcome(resume) {
    this.#options.resume.keep(resume);
    this.#wasWelcomed = true;
    this.#takesOver = false;
    this.#missed = 0;
    this.#timers.cancel("welcome");
    this.#become("up");
    this.#timers.after("steady", STEADY_MS, () => {
      this.#attempt = 0;
    });
    this.#timers.after("ping", PING_MS, () => this.#ping());
  }

  #ping() {
    if (this.#missed >= MOST_MISSED) return this.#lose();
    this.#missed += 1;
    this.#sendFrame({ type: "ping" });
    this.#timers.after("ping", PING_MS, () => this.#ping());
  }

  /** @param {number} code */
  #closed(code) {
    this.#drop();
    this.#timers.clear();
    if (this.#state === "asking") return;
    if (code === MOVED_AWAY) {
      this.#options.resume.forget();
      this.#options.onMessage({ type: "moved-away" });
    }
    if (code === DONE || code === MOVED_AWAY) return this.#become("stopped");
    if (code === POLICY || code === ROOM_GONE) this.#attempt = Math.max(this.#attempt, SLOW_ATTEMPT);
    this.#retryLater();
  }

  #lose() {
    this.#drop();
    this.#timers.clear();
    this.#retryLater();
  }

  #retryLater() {
    if (!this.#options.isNeeded()) return this.#become("stopped");
    this.#become("connecting");
    const wait = backoffMs(this.#attempt++, this.#options.random());
    this.#timers.after("retry", wait, () => this.#connect());
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.#requests.loseAll();
  }

  /** @param {object} frame */
  #sendFrame(frame) {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** @param {LinkState} state */
  #become(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onLink(state);
  }
}
