// What the tests share: a clock that stands still until told, a fake socket, and views of a small room.

/** Timers on virtual time. */
export class VirtualTimers {
  now = 0;
  #next = 1;
  #set = new Map();

  set = (run, ms) => {
    const id = this.#next++;
    this.#set.set(id, { at: this.now + ms, run, id });
    return id;
  };

  clear = (id) => {
    this.#set.delete(id);
  };

  get count() {
    return this.#set.size;
  }

  /** Runs what is due within the next `ms`, in order, and lets promises settle between. */
  async advance(ms) {
    const end = this.now + ms;
    await settle();
    for (;;) {
      const due = [...this.#set.values()].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!due) break;
      this.now = due.at;
      this.#set.delete(due.id);
      due.run();
      await settle();
    }
    this.now = end;
  }
}

/** Everything that only waits for promises has happened after this. */
export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

export class FakeSocket {
  readyState = 0;
  sent = [];
  isClosed = false;

  open() {
    this.readyState = 1;
    this.onopen?.();
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.isClosed = true;
    this.readyState = 3;
  }

  /** The server says something. */
  says(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** The server closes. */
  ends(code) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

export const ME = "p_me000000";
export const HERON = "p_heron000";
export const FINCH = "p_finch000";

export const person = (id, changes = {}) => ({
  id,
  alias: { [ME]: "Calm Otter", [HERON]: "Quiet Heron", [FINCH]: "Amber Finch" }[id] ?? id,
  role: "participant",
  presence: "present",
  is_muted: true,
  camera_on: false,
  is_sharing: false,
  hand: null,
  ...changes,
});

export const own = (changes = {}) => ({
  id: ME,
  role: "participant",
  muted_by_self: true,
  muted_by_facilitator: false,
  camera_on: false,
  camera_stopped: false,
  is_sharing: false,
  may_share: false,
  is_text_muted: false,
  on_break: false,
  ...changes,
});

export const status = (changes = {}) => ({
  phase: "live",
  starts_at: 0,
  ends_at: 3_600_000,
  chat_policy: "all",
  cameras_locked: false,
  share_by_all: false,
  ...changes,
});

export const line = (id, author, text) => ({
  id,
  author,
  author_alias: "Quiet Heron",
  to: "everyone",
  to_person: null,
  text,
});

export const lead = (changes = {}) => ({
  waiting: [],
  out: [],
  people: [],
  is_entry_locked: false,
  may_start: false,
  waiting_notice: "",
  ...changes,
});

export const room = ({
  me = {},
  status: state = {},
  people = [person(ME), person(HERON)],
  chat = [],
  lead: led = null,
} = {}) => ({
  me: own(me),
  status: status(state),
  people,
  chat,
  lead: led,
  tag: "room",
});
