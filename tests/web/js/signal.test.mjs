import assert from "node:assert/strict";
import { test } from "node:test";
import { Signal } from "../../../web/static/js/signal.js";
import { FakeSocket, VirtualTimers, settle } from "./support.mjs";

const TICKET = {
  kind: "ticket",
  ticket: "t".repeat(20),
  me: "p_me000000",
  role: "participant",
  suggestedAlias: "Calm Otter",
};
const WELCOME = { type: "welcome", protocol: 1, me: "p_me000000", resume: "r".repeat(20) };

/** A page with a fake server; `tickets` are answered in order, then `TICKET` for ever. */
function page({ tickets = [], transport = null, isNeeded = true, random = 0 } = {}) {
  const timers = new VirtualTimers();
  const sockets = [];
  const links = [];
  const messages = [];
  const told = [];
  const asked = [];
  let token = null;
  const signal = new Signal({
    fetchTicket: async () => {
      asked.push(timers.now);
      return tickets.shift() ?? TICKET;
    },
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    resume: {
      get value() {
        return token;
      },
      keep: (value) => {
        token = value;
      },
      forget: () => {
        token = null;
      },
    },
    heldTransport: () => transport,
    isNeeded: () => isNeeded,
    seen: () => 7,
    timers,
    random: () => random,
    onMessage: (message) => messages.push(message.type),
    onLink: (state) => links.push(state),
    onTicket: (answer) => told.push(answer.kind),
  });
  return {
    signal,
    timers,
    sockets,
    links,
    messages,
    told,
    asked,
    get socket() {
      return sockets.at(-1);
    },
    get token() {
      return token;
    },
  };
}

async function connected(options) {
  const one = page(options);
  one.signal.start();
  await settle();
  one.socket.open();
  one.socket.says(WELCOME);
  return one;
}

test("says hello with its ticket, as a new page, and keeps the resume token", async () => {
  const one = await connected();
  assert.deepEqual(one.socket.sent[0], {
    type: "hello",
    protocol: 1,
    ticket: TICKET.ticket,
    page: "new",
    transport: null,
  });
  assert.equal(one.token, WELCOME.resume);
  assert.deepEqual(one.links, ["connecting", "up"]);
});

test("a request is settled by its own answer alone", async () => {
  const one = await connected();
  const first = one.signal.request({ type: "raise-hand" });
  const second = one.signal.request({ type: "unmute-self" });
  const [, hand, unmute] = one.socket.sent;
  assert.ok(unmute.id > hand.id);
  one.socket.says({ type: "refused", id: unmute.id, reason: "muted-by-facilitator" });
  one.socket.says({ type: "ok", id: hand.id });
  await first;
  await assert.rejects(second, { name: "Refusal", reason: "muted-by-facilitator" });
});

test("a permissive request names what its user has seen, others do not", async () => {
  const one = await connected();
  void one.signal.request({ type: "admit", targets: ["p_heron000"] });
  void one.signal.request({ type: "mute-participant", target: "p_heron000" });
  assert.equal(one.socket.sent[1].seen, 7);
  assert.equal("seen" in one.socket.sent[2], false);
});

test("a request without a connection is refused at once, and open ones when it goes", async () => {
  const one = page();
  await assert.rejects(one.signal.request({ type: "mute-self" }), { reason: "lost" });
  const two = await connected();
  const open = two.signal.request({ type: "mute-self" });
  two.socket.ends(1006);
  await assert.rejects(open, { reason: "lost" });
});

test("a socket that is closing is given up as soon as something is to be said", async () => {
  const one = await connected();
  one.socket.readyState = 2;
  await assert.rejects(one.signal.request({ type: "mute-self" }), { reason: "lost" });
  assert.equal(one.signal.state, "connecting");
  await one.timers.advance(300);
  assert.equal(one.sockets.length, 2);
});

test("comes back after a loss as the same page, with its token and transport", async () => {
  const one = await connected({ transport: 4 });
  one.socket.ends(1006);
  assert.deepEqual(one.links, ["connecting", "up", "connecting"]);
  await one.timers.advance(0);
  assert.equal(one.sockets.length, 2);
  one.socket.open();
  assert.deepEqual(one.socket.sent[0], {
    type: "hello",
    protocol: 1,
    ticket: TICKET.ticket,
    resume: WELCOME.resume,
    page: "same",
    transport: 4,
  });
});

test("waits longer after each attempt that did not work, and never longer than five seconds", async () => {
  const one = page({ tickets: Array.from({ length: 20 }, () => ({ kind: "unreachable" })), random: 1 });
  one.signal.start();
  await one.timers.advance(60_000);
  const gaps = one.asked.slice(1).map((at, index) => at - one.asked[index]);
  assert.deepEqual(gaps.slice(0, 6), [250, 300, 1_200, 2_700, 2_700, 2_700]);
  assert.deepEqual(gaps.slice(13, 16), [5_000, 5_000, 5_000]);
});

test("a dead connection is noticed by two missed pongs", async () => {
  const one = await connected();
  await one.timers.advance(3_000);
  one.socket.says({ type: "pong" });
  await one.timers.advance(6_000);
  assert.equal(one.sockets.length, 1);
  await one.timers.advance(3_000);
  assert.equal(one.sockets[0].isClosed, true);
  assert.ok(one.sockets.length >= 2);
});

test("whenever a connection dies, another one is open within ten seconds", async () => {
  for (let lives = 0; lives <= 3_000; lives += 250) {
    const one = await connected();
    const answer = () => one.socket.sent.filter(({ type }) => type === "ping").length;
    for (let ms = 0; ms < 6_000 + lives; ms += 250) {
      const asked = answer();
      await one.timers.advance(250);
      if (answer() > asked) one.socket.says({ type: "pong" });
    }
    await one.timers.advance(9_750);
    assert.equal(one.sockets.length, 2, `it died ${lives} ms after a ping`);
  }
});

test("a page that slept is not taken for dead while its pings are answered", async () => {
  const one = await connected();
  for (let minute = 0; minute < 5; minute += 1) {
    await one.timers.advance(3_000);
    one.socket.says({ type: "pong" });
  }
  assert.equal(one.sockets.length, 1);
  assert.equal(one.socket.sent.filter(({ type }) => type === "ping").length, 5);
});

test("coming back to the foreground finds a dead connection fast", async () => {
  const one = await connected();
  one.signal.probe();
  await one.timers.advance(2_500);
  assert.equal(one.sockets[0].isClosed, true);
  const two = await connected();
  two.signal.probe();
  two.socket.says({ type: "pong" });
  await two.timers.advance(2_500);
  assert.equal(two.sockets.length, 1);
});

test("on another network a connection that does not answer at once is made anew", async () => {
  const one = await connected();
  one.signal.handleNetworkChange();
  await one.timers.advance(700);
  assert.equal(one.sockets[0].isClosed, true);
  const two = await connected();
  two.signal.handleNetworkChange();
  two.socket.says({ type: "pong" });
  await two.timers.advance(2_500);
  assert.equal(two.sockets.length, 1);
});

test("done and moved away end it; the token of a moved seat is forgotten", async () => {
  for (const [code, token] of [
    [1000, WELCOME.resume],
    [4003, null],
  ]) {
    const one = await connected();
    one.socket.ends(code);
    await one.timers.advance(60_000);
    assert.equal(one.sockets.length, 1);
    assert.equal(one.signal.state, "stopped");
    assert.equal(one.token, token);
  }
});

test("a connection that ends after everything was said is not missed", async () => {
  const one = await connected({ isNeeded: false });
  one.socket.ends(1006);
  await one.timers.advance(60_000);
  assert.equal(one.sockets.length, 1);
  assert.equal(one.signal.state, "stopped");
});

test("a spent ticket is replaced at once, a broken rule slowly", async () => {
  const spent = await connected();
  spent.socket.ends(4002);
  await spent.timers.advance(0);
  assert.equal(spent.sockets.length, 2);
  const broken = await connected();
  broken.socket.ends(1008);
  await broken.timers.advance(2_900);
  assert.equal(broken.sockets.length, 1);
  await broken.timers.advance(200);
  assert.equal(broken.sockets.length, 2);
});

test("asks its user when the person is open elsewhere, and moves on the same connection", async () => {
  const one = page();
  one.signal.start();
  await settle();
  one.socket.open();
  one.socket.says({ type: "elsewhere" });
  assert.equal(one.signal.state, "asking");
  await one.timers.advance(30_000);
  assert.equal(one.sockets.length, 1);
  one.signal.takeOver();
  assert.deepEqual(one.socket.sent.at(-1), {
    type: "hello",
    protocol: 1,
    page: "new",
    transport: null,
    take_over: true,
  });
  one.socket.says(WELCOME);
  assert.equal(one.signal.state, "up");
});

test("moving still works when the connection ended while its user was thinking", async () => {
  const one = page();
  one.signal.start();
  await settle();
  one.socket.open();
  one.socket.says({ type: "elsewhere" });
  one.socket.ends(1000);
  assert.equal(one.signal.state, "asking");
  one.signal.takeOver();
  await settle();
  one.socket.open();
  one.socket.says({ type: "elsewhere" });
  assert.equal(one.socket.sent.at(-1).take_over, true);
});

test("a session that is over or unknown ends it without a socket", async () => {
  const one = page({ tickets: [{ kind: "over", outcome: "ended" }] });
  one.signal.start();
  await one.timers.advance(60_000);
  assert.deepEqual([one.sockets.length, one.signal.state, one.told], [0, "stopped", ["over"]]);
});

test("too many tickets at once are waited out as the server says", async () => {
  const one = page({ tickets: [{ kind: "later", afterMs: 9_000 }] });
  one.signal.start();
  await one.timers.advance(8_900);
  assert.equal(one.sockets.length, 0);
  await one.timers.advance(200);
  assert.equal(one.sockets.length, 1);
});

test("a server that never welcomes is left", async () => {
  const one = page();
  one.signal.start();
  await settle();
  one.socket.open();
  await one.timers.advance(10_300);
  assert.equal(one.sockets[0].isClosed, true);
  assert.equal(one.sockets.length, 2);
});

test("a gap in the views closes the socket and comes back for a whole one", async () => {
  const one = await connected();
  one.signal.resync();
  assert.equal(one.sockets[0].isClosed, true);
  await one.timers.advance(0);
  assert.equal(one.sockets.length, 2);
});

test("after stop nothing happens any more", async () => {
  const one = await connected();
  one.signal.stop();
  await one.timers.advance(120_000);
  assert.equal(one.sockets.length, 1);
  assert.equal(one.timers.count, 0);
});
