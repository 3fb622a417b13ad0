/** The client of a session, against a server that is played by hand. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ACK_DELAY_MS, ACK_MESSAGES } from "../../../lib/resume/half.ts";
import { ResumableWebSocket } from "../../../lib/resume/mod.ts";
import { fakeWorld } from "../../../lib/testing/mod.ts";
import { DELAY_MS, Peer, recordOf, sessionRig } from "./rig.ts";

Deno.test("ResumableWebSocket offers resume.v1 and opens when the session is attached", () => {
  const { ws, peer, read } = sessionRig();
  assertEquals(peer.connection.protocols, ["resume.v1"]);
  peer.connection.accept();
  assertEquals([ws.readyState, read()], [0, []]);
  const { s, ...hello } = peer.hello;
  assertEquals([/^\d{1,3}(-\d{1,3}){15}$/.test(s), hello], [
    true,
    { t: "hello", v: 1, n: 1, was: [], rx: 0, ack: 0, tx: 0, new: true, max: 4_194_304 },
  ]);
  peer.ok();
  assertEquals([ws.readyState, ws.resumed, read()], [1, false, ["open"]]);
});

Deno.test("ResumableWebSocket offers the application's subprotocol behind its own", () => {
  const { ws, peer } = sessionRig({ protocols: ["chat.v2", "chat.v1"] });
  assertEquals(peer.connection.protocols, ["resume.v1+chat.v2", "resume.v1+chat.v1"]);
  peer.connection.accept("resume.v1+chat.v1");
  peer.ok();
  assertEquals([ws.state, ws.protocol], ["open", "chat.v1"]);
});

Deno.test("ResumableWebSocket says which subprotocol is missing", () => {
  const { clock, sources, network } = fakeWorld({ runtime: "deno" });
  const ws = new ResumableWebSocket("wss://example.com/", { sources, maxAttempts: 0 });
  let cause: unknown;
  ws.addEventListener("error", ({ error }) => cause = error.cause);
  network.connections[0]?.accept("");
  clock.tick(10);
  assertEquals(
    [ws.state, String(cause)],
    [
      "closed",
      "TypeError: Cannot open a session as the server must choose the subprotocol 'resume.v1', " +
      "and proxies must pass it on: current value is ''",
    ],
  );
});

Deno.test("ResumableWebSocket.send() keeps what is not confirmed and sends it again, in order", () => {
  const { ws, clock, peer } = sessionRig();
  assertEquals([ws.send("a"), ws.send("b"), ws.bufferedAmount], [true, true, 2]);
  peer.open();
  ws.send("c");
  assertEquals(peer.frames, ["a", "b", "c"]);
  peer.ack(1);
  assertEquals(ws.bufferedAmount, 2);
  peer.connection.drop();
  ws.send("d");
  clock.tick(DELAY_MS);
  peer.connection.accept();
  const { n, ack, tx, new: isNew } = peer.hello;
  assertEquals({ n, ack, tx, isNew }, { n: 2, ack: 1, tx: 3, isNew: false });
  peer.ok({ rx: 2 });
  assertEquals([peer.frames, ws.resumed], [["c", "d"], true]);
});

Deno.test("ResumableWebSocket.send() keeps a copy of a buffer", () => {
  const { ws, peer } = sessionRig();
  const buffer = new Uint8Array([1, 2]);
  ws.send(buffer);
  buffer.fill(9);
  peer.open();
  assertEquals(peer.frames, [new Uint8Array([1, 2])]);
});

Deno.test("ResumableWebSocket passes text on that begins as a control frame does", () => {
  const { ws, peer, read } = sessionRig();
  peer.open();
  ws.send('\u0001{"t":"bye"}');
  assertEquals(peer.connection.received.at(-1), '\u0001\u0001{"t":"bye"}');
  peer.connection.send("\u0001\u0001A7");
  assertEquals(read(), ["open", "message \u0001A7"]);
});

Deno.test("ResumableWebSocket.send() puts what listeners of 'open' send behind what was accepted before", () => {
  const { ws, peer } = sessionRig();
  ws.addEventListener("open", () => ws.send("from open"));
  ws.send("accepted before");
  peer.open();
  assertEquals(peer.frames, ["accepted before", "from open"]);
});

Deno.test("ResumableWebSocket.send() keeps within the server's window", () => {
  const { ws, peer } = sessionRig();
  for (const data of ["1", "2", "3"]) ws.send(data);
  peer.open({ max: 34 });
  assertEquals(peer.frames, ["1", "2"]);
  peer.ack(1);
  assertEquals(peer.frames, ["1", "2", "3"]);
});

Deno.test("ResumableWebSocket.send() refuses what is beyond 'maxUnackedBytes', and says so", () => {
  const { ws, read } = sessionRig({ maxUnackedBytes: 40 });
  assertEquals(["1234", "1234", "1"].map((data) => ws.send(data)), [true, true, false]);
  assertEquals([read(), ws.bufferedAmount], [["drop 1 queue-overflow"], 8]);
});

Deno.test("ResumableWebSocket confirms after 64 messages, or 250 ms after the first", () => {
  const { clock, peer } = sessionRig();
  peer.open();
  for (let i = 0; i < ACK_MESSAGES; i++) peer.connection.send("x");
  assertEquals(peer.frames, ["ack 64"]);
  peer.connection.send("x");
  clock.tick(ACK_DELAY_MS - 1);
  assertEquals(peer.frames, ["ack 64"]);
  clock.tick(1);
  assertEquals([peer.frames, clock.pending.length], [["ack 64", "ack 65"], 1]);
});

Deno.test("ResumableWebSocket confirms at once when the server requests it", () => {
  const { peer } = sessionRig();
  peer.open();
  peer.connection.send("\u0001R");
  assertEquals(peer.frames, ["ack 0"]);
});

Deno.test("ResumableWebSocket reports what it handled on the next connection", () => {
  const { clock, peer } = sessionRig();
  peer.open();
  peer.connection.send("x");
  peer.connection.drop();
  clock.tick(DELAY_MS);
  peer.connection.accept();
  assertEquals(peer.hello.rx, 1);
});

for (const [rx, isExact] of [[1, true], [undefined, false], [9, false]] as const) {
  Deno.test(`ResumableWebSocket gives back what is not confirmed when the server lost it with rx ${rx}`, () => {
    const { ws, clock, peer, read } = sessionRig();
    peer.open();
    const { s: token } = peer.hello;
    for (const data of ["a", "b"]) ws.send(data);
    peer.connection.drop();
    clock.tick(DELAY_MS);
    peer.connection.accept();
    read();
    ws.addEventListener("lost", () => ws.send("again"), { once: true });
    peer.lost("unknown", rx);
    const given = isExact ? "b" : "a,b";
    assertEquals(read(), [`lost unknown [${given}] ${isExact ? "exact" : "in doubt"}`]);
    const { s, n, ack, tx, new: isNew } = peer.hello;
    assertEquals({ n, ack, tx, isNew, isOther: s !== token }, {
      n: 1,
      ack: 0,
      tx: 0,
      isNew: true,
      isOther: true,
    });
    peer.ok();
    assertEquals([read(), ws.resumed, peer.frames], [["open"], false, ["again"]]);
  });
}

Deno.test("ResumableWebSocket gives back exactly what never left", () => {
  const { ws, clock, peer, read } = sessionRig();
  peer.open();
  peer.connection.drop();
  ws.send("kept");
  clock.tick(DELAY_MS);
  peer.connection.accept();
  read();
  peer.lost("unknown");
  assertEquals(read(), ["lost unknown [kept] exact"]);
});

Deno.test("ResumableWebSocket reconnects when an open session is lost, so that 'open' comes again", () => {
  const { ws, clock, peer, read } = sessionRig();
  peer.open();
  ws.send("a");
  peer.lost("overflow", 0);
  assertEquals(read(), ["open", "lost overflow [a] exact", "close 1006"]);
  clock.tick(DELAY_MS);
  peer.open();
  assertEquals(read(), ["open"]);
});

Deno.test("ResumableWebSocket takes the server's farewell as the end of the session", () => {
  const { ws, peer, read } = sessionRig();
  peer.open();
  ws.send("a");
  ws.send("b");
  peer.ack(1);
  peer.connection.send('\u0001{"t":"bye"}');
  assertEquals(read(), ["open", "lost ended [b] exact", "close 1006"]);
});

Deno.test("ResumableWebSocket.resumed is false when only the answer to the first hello was lost", () => {
  const { ws, clock, peer, read } = sessionRig();
  peer.connection.accept();
  peer.connection.drop();
  clock.tick(DELAY_MS);
  peer.connection.accept();
  assertEquals([peer.hello.n, peer.hello.new], [2, true]);
  // The server knows the session of the first hello; the application has seen nothing of it.
  peer.ok({ new: false });
  assertEquals([ws.resumed, read()], [false, ["close 1006", "open"]]);
});

for (
  const [what, ok] of Object.entries({
    "is behind what it confirmed": { rx: 0 },
    "is ahead of what was sent": { rx: 3 },
    "begins anew": { rx: 1, new: true },
  })
) {
  Deno.test(`ResumableWebSocket loses the session by a gap when a server ${what}`, () => {
    const { ws, clock, peer, read } = sessionRig();
    peer.open();
    ws.send("a");
    ws.send("b");
    peer.ack(1);
    peer.connection.drop();
    clock.tick(DELAY_MS);
    peer.connection.accept();
    read();
    peer.ok(ok);
    assertEquals(read(), ["lost gap [b] in doubt", "close 1006"]);
  });
}

for (
  const [what, frame] of Object.entries({
    "confirms what was never sent": "\u0001A2",
    "takes a confirmation back": "\u0001A0",
    "says hello itself": '\u0001{"t":"ok","rx":0,"new":false,"max":1}',
    "sends garbage": "\u0001garbage",
  })
) {
  Deno.test(`ResumableWebSocket drops a connection whose server ${what}, and keeps the session`, () => {
    const { ws, clock, peer, read } = sessionRig();
    peer.open();
    ws.send("a");
    peer.ack(1);
    peer.connection.send(frame);
    assertEquals([peer.connection.clientClose?.code, read()], [4002, ["open", "close 1006"]]);
    clock.tick(DELAY_MS);
    peer.open({ rx: 1 });
    assertEquals(read(), ["open resumed"]);
  });
}

Deno.test("ResumableWebSocket drops a connection whose server sends data before the answer", () => {
  const { peer, read } = sessionRig();
  peer.connection.accept();
  peer.connection.send("early");
  assertEquals([peer.connection.clientClose?.code, read()], [4002, ["close 1006"]]);
});

Deno.test("ResumableWebSocket.confirmed() resolves at once if there is nothing to confirm", async () => {
  const { ws } = sessionRig();
  await ws.confirmed();
});

Deno.test("ResumableWebSocket.confirmed() requests, and resolves when all before it is confirmed", async () => {
  const { ws, peer } = sessionRig();
  let isConfirmed = false;
  ws.send("a");
  const confirmed = ws.confirmed().then(() => isConfirmed = true);
  peer.open();
  assertEquals(peer.frames, ["a", "request"]);
  ws.send("later");
  peer.ack(1);
  await confirmed;
  assertEquals([isConfirmed, ws.bufferedAmount], [true, "later".length]);
});

Deno.test("ResumableWebSocket.confirmed() requests only once all is on its way", () => {
  const { ws, peer } = sessionRig();
  ws.send("a");
  ws.send("b");
  ws.confirmed();
  peer.open({ max: 20 });
  assertEquals(peer.frames, ["a"]);
  peer.ack(1);
  assertEquals(peer.frames, ["a", "b", "request"]);
});

Deno.test("ResumableWebSocket.confirmed() rejects when the session is lost, but for what was handled", async () => {
  const { ws, clock, peer } = sessionRig();
  peer.open();
  ws.send("a");
  const first = ws.confirmed();
  ws.send("b");
  const second = ws.confirmed();
  peer.connection.drop();
  clock.tick(DELAY_MS);
  peer.connection.accept();
  peer.lost("overflow", 1);
  await first;
  await assertRejects(() => second, DOMException, "Cannot confirm as the session was lost");
});

Deno.test("ResumableWebSocket.confirmed() rejects when the client ends before", async () => {
  const { ws, clock } = sessionRig();
  ws.send("a");
  const confirmed = ws.confirmed();
  ws.close();
  clock.tick(0);
  await assertRejects(() => confirmed, DOMException, "Cannot confirm as the client is over");
});

Deno.test("ResumableWebSocket.confirmed() rejects once the client is over, however often it is called", async () => {
  const { ws, clock } = sessionRig();
  ws.send("a");
  ws.close();
  clock.tick(0);
  await ws.closed;
  for (let i = 0; i < 2; i++) {
    await assertRejects(() => ws.confirmed(), DOMException, "Cannot confirm as the client is over");
  }
});

Deno.test("ResumableWebSocket.close() ends the session after a last confirmation", async () => {
  const { ws, clock, peer, read } = sessionRig();
  peer.open();
  ws.send("a");
  peer.connection.send("x");
  ws.close(1000, "done");
  clock.tick(0);
  assertEquals(peer.frames, ["a", "ack 1", "bye"]);
  assertEquals([ws.send("late"), read().at(-1)], [false, "close 1000 for good"]);
  assertEquals((await ws.closed).undelivered, ["a"]);
});

Deno.test("ResumableWebSocket says farewell when its signal is aborted, and not at reconnect()", () => {
  const controller = new AbortController();
  const { ws, clock, peer } = sessionRig({ signal: controller.signal });
  peer.open();
  ws.reconnect();
  assertEquals(peer.frames, []);
  clock.tick(0);
  peer.open();
  controller.abort();
  assertEquals(peer.frames, ["bye"]);
});

Deno.test("ResumableWebSocket sends 'auth' in each hello, a fresh one each time", async () => {
  let calls = 0;
  const { clock, peer } = sessionRig({ auth: () => Promise.resolve(`token ${++calls}`) });
  peer.connection.accept();
  await clock.tickAsync(0);
  assertEquals([peer.hello.auth, peer.connection.url], ["token 1", "wss://example.com/"]);
  peer.ok();
  peer.connection.drop();
  await clock.tickAsync(DELAY_MS);
  peer.connection.accept();
  await clock.tickAsync(0);
  assertEquals(peer.hello.auth, "token 2");
});

for (
  const [what, auth] of Object.entries<() => string | Promise<string>>({
    throws: () => {
      throw new Error("no token");
    },
    rejects: () => Promise.reject(new Error("no token")),
  })
) {
  Deno.test(`ResumableWebSocket fails an attempt whose 'auth' ${what}`, async () => {
    const { ws, clock, peer } = sessionRig({ auth });
    let cause: unknown;
    ws.addEventListener("error", ({ error }) => cause = error.cause);
    peer.connection.accept();
    await clock.tickAsync(0);
    assertEquals([ws.state, String(cause)], ["waiting", "Error: no token"]);
  });
}

Deno.test("ResumableWebSocket says no hello when the connection ended while 'auth' was waited for", async () => {
  let answer: (token: string) => void = () => {};
  const { clock, peer, network } = sessionRig({
    auth: () => new Promise((resolve) => answer = resolve),
  });
  peer.connection.accept();
  await clock.tickAsync(0);
  peer.connection.drop();
  answer("late");
  await clock.tickAsync(0);
  assertEquals(network.connections[0]?.sent, []);
});

for (
  const [code, auth, isFinal] of [
    [4009, undefined, true],
    [4403, undefined, true],
    [4010, undefined, false],
    [1013, undefined, false],
    [1002, undefined, false],
    [4401, undefined, true],
    [4401, () => "fresh", false],
  ] as const
) {
  Deno.test(`ResumableWebSocket ${isFinal ? "stops" : "retries"} after ${code} ${auth ? "with" : "without"} auth`, async () => {
    const { ws, clock, peer } = sessionRig(auth && { auth });
    peer.connection.accept();
    await clock.tickAsync(0);
    peer.ok();
    peer.connection.close(code);
    assertEquals(ws.state, isFinal ? "closed" : "waiting");
  });
}

Deno.test("ResumableWebSocket lets 'shouldRetry' decide, but not about a session that is elsewhere", () => {
  const seen: number[] = [];
  const { ws, clock, peer } = sessionRig({
    shouldRetry: ({ code }) => {
      seen.push(code);
      return true;
    },
  });
  peer.open();
  peer.connection.close(4403);
  clock.tick(DELAY_MS);
  peer.open();
  peer.connection.close(4009);
  assertEquals([ws.state, seen], ["closed", [4403]]);
});

Deno.test("ResumableWebSocket probes with a request, and any frame is a sign of life", () => {
  const { ws, clock, peer, read } = sessionRig({
    heartbeat: { intervalMs: 1_000, timeoutMs: 500 },
  });
  peer.open();
  clock.tick(1_000);
  assertEquals(peer.frames, ["request"]);
  clock.tick(300);
  peer.ack(0);
  assertEquals([ws.latencyMs, read()], [300, ["open"]]);
  clock.tick(1_000);
  assertEquals(peer.frames, ["request", "request"]);
  clock.tick(500);
  assertEquals(read(), ["close 1006"]);
});

Deno.test("ResumableWebSocket.snapshot() lets another client go on", () => {
  const first = sessionRig();
  first.peer.open();
  const { s: token } = first.peer.hello;
  first.ws.send("a");
  first.ws.send("b");
  first.peer.ack(1);
  first.peer.connection.send("x");
  const session = first.ws.snapshot();
  assertEquals(session, {
    token,
    hellos: [1],
    isNew: false,
    rx: 1,
    acked: 1,
    unacked: ["b"],
  });

  const { ws, peer, read } = sessionRig({ session, sources: { random: () => 2 ** -30 } });
  peer.connection.accept();
  const { s, n, was, rx, ack, tx, new: isNew } = peer.hello;
  // So many hellos ahead that no other client of the same snapshot says the same one.
  assertEquals({ s, n, was, rx, ack, tx, isNew }, {
    s: token,
    n: 6,
    was: [1],
    rx: 1,
    ack: 1,
    tx: 2,
    isNew: false,
  });
  peer.ok({ rx: 1 });
  assertEquals([read(), ws.resumed, peer.frames], [["open resumed"], true, ["b"]]);
});

Deno.test("ResumableWebSocket.snapshot() counts the message whose listener calls it", () => {
  const { ws, peer } = sessionRig();
  peer.open();
  let rx: number | undefined;
  ws.addEventListener("message", () => rx = ws.snapshot().rx);
  peer.connection.send("x");
  assertEquals(rx, 1);
});

Deno.test("ResumableWebSocket goes on when a listener of 'message' loses the connection", async () => {
  const { ws, clock, peer, read } = sessionRig();
  ws.addEventListener("message", () => ws.reconnect(), { once: true });
  peer.open();
  peer.connection.send("x");
  await clock.tickAsync(0);
  peer.connection.accept();
  assertEquals([peer.hello.rx, read()], [1, ["open", "message x", "close 1006"]]);
});

Deno.test("ResumableWebSocket leaves no timer behind", async () => {
  const { ws, clock, peer } = sessionRig({ auth: () => "token" });
  peer.connection.accept();
  await clock.tickAsync(0);
  peer.ok();
  peer.connection.send("x");
  ws.close();
  clock.tick(10);
  assertEquals([ws.state, clock.pending], ["closed", []]);
});

for (
  const [options, message] of [
    [
      { handshake: () => {} },
      "'options' must be without 'handshake' and 'queue' in a session",
    ],
    [
      { queue: false },
      "'options' must be without 'handshake' and 'queue' in a session",
    ],
    [
      { heartbeat: { message: "x" } },
      "'heartbeat' must be without 'message' and 'isReply' in a session",
    ],
    [
      { heartbeat: { isReply: () => true } },
      "'heartbeat' must be without 'message' and 'isReply' in a session",
    ],
    [{ auth: "token" }, "'auth' must be a function: current value is string"],
    // Those of the core that the session wraps.
    [{ shouldRetry: false }, "'shouldRetry' must be a function: current value is false"],
    [{ heartbeat: 5 }, "'heartbeat' must be an object: current value is 5"],
    [{ sources: 5 }, "'sources' must be an object: current value is 5"],
    [
      { maxUnackedBytes: 0 },
      "'maxUnackedBytes' must be between 1 and 9007199254740991: current value is 0",
    ],
  ] as const
) {
  const [name] = Object.keys(options);
  Deno.test(`ResumableWebSocket refuses '${name}': ${message}`, () => {
    const { sources } = fakeWorld();
    const make = (): unknown =>
      new ResumableWebSocket("wss://example.com", { sources, ...options as object });
    assertThrows(make, Error, `Cannot create a ReconnectingWebSocket as ${message}`);
  });
}

for (const options of [{ ttlMs: 1_000 }, { key: "price" }, null]) {
  const given = JSON.stringify(options);
  Deno.test(`ResumableWebSocket.send() refuses ${given}, as it drops and replaces nothing`, () => {
    const { ws } = sessionRig();
    const send: (data: string, options: unknown) => boolean = (data, options) =>
      // As through its base class, which has options.
      ws.send(data, options as undefined);
    assertThrows(
      () => send("x", options),
      TypeError,
      "Cannot send as 'options' must be absent: a session drops and replaces nothing, " +
        "current value is of type object",
    );
    assertEquals(ws.bufferedAmount, 0);
  });
}

Deno.test("ResumableWebSocket takes the protocols as its second argument, as the platform's class", () => {
  const { network, sources } = fakeWorld();
  const ws = new ResumableWebSocket("wss://example.com", "chat", { sources });
  const log = recordOf(ws);
  new Peer(network).open();
  assertEquals([ws.protocol, log], ["chat", ["open"]]);
});

Deno.test("ResumableWebSocket takes the platform's class and timers where none are given", () => {
  const { network } = fakeWorld();
  const { WebSocket } = globalThis;
  globalThis.WebSocket = network.WebSocket;
  try {
    const ws = new ResumableWebSocket("wss://example.com");
    const peer = new Peer(network);
    peer.open();
    peer.connection.send("x");
    assertEquals([ws.state, ws.snapshot().rx], ["open", 1]);
    ws.close();
    network.clock.tick(10);
    assertEquals(ws.state, "closed");
  } finally {
    globalThis.WebSocket = WebSocket;
  }
});

Deno.test("ResumableWebSocket carries no client in the place of the platform's class", () => {
  const { WebSocket } = globalThis;
  globalThis.WebSocket = ResumableWebSocket as unknown as typeof WebSocket;
  try {
    assertThrows(
      () => new ResumableWebSocket("wss://example.com"),
      TypeError,
      "has no WebSocket of its own",
    );
  } finally {
    globalThis.WebSocket = WebSocket;
  }
});

Deno.test("ResumableWebSocket.send() in 'lost' writes nothing before the hello of the next session", () => {
  const { ws, peer, clock } = sessionRig();
  ws.addEventListener("lost", ({ unacked }) => unacked.forEach((data) => ws.send(data)));
  peer.open();
  ws.send("a");
  peer.connection.send('\u0001{"t":"bye"}');
  assertEquals(peer.frames, ["a"]);
  clock.tick(DELAY_MS);
  peer.open();
  assertEquals([peer.hello.tx, peer.frames], [0, ["a"]]);
});

Deno.test("ResumableWebSocket remembers the hello that was answered, however many are not", () => {
  const { peer, clock } = sessionRig();
  peer.open();
  for (let i = 0; i < 40; i++) {
    peer.connection.close(1006);
    clock.tick(DELAY_MS);
    peer.connection.accept();
  }
  const { was } = peer.hello;
  assertEquals(was, [1, ...Array.from({ length: 31 }, (_, i) => 10 + i)]);
});
