import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fakeWorld, type RuntimeProfile } from "@holdfast/websocket/testing";
import { record } from "./recorder.ts";
import { dial, open, RUNTIMES } from "./world.ts";

Deno.test("FakeConnection hangs until it is told otherwise", () => {
  const { clock, log, socket } = dial();
  clock.tick(1_000_000);
  assertEquals([log, socket.readyState], [[], 0]);
});

Deno.test("FakeConnection.accept() chooses the first subprotocol asked for", () => {
  const { connection, socket, log } = dial("browser", ["v2", "v1"]);
  connection.accept();
  assertEquals([log, socket.protocol], [["open 1"], "v2"]);
});

Deno.test("FakeConnection.accept() chooses the subprotocol given", () => {
  const { connection, socket } = dial("browser", ["v2", "v1"]);
  connection.accept("v1");
  assertEquals(socket.protocol, "v1");
});

Deno.test("FakeConnection refuses what a server cannot do in this state", () => {
  const connecting = dial().connection;
  const opened = open().connection;
  const late = "the connection must not be accepted yet: current value of readyState is 1";
  const early = "the connection must be accepted first: current value of readyState is 0";
  assertThrows(() => opened.accept(), Error, `Cannot accept as ${late}`);
  assertThrows(() => opened.refuse(), Error, `Cannot refuse as ${late}`);
  assertThrows(() => connecting.send(""), Error, `Cannot send as ${early}`);
  assertThrows(() => connecting.close(), Error, `Cannot close as ${early}`);
});

Deno.test("FakeConnection.accept() comes too late for a client that closed", () => {
  const { connection, socket, clock, log } = dial();
  socket.close();
  connection.accept();
  connection.send("lost");
  clock.tick(0);
  connection.accept();
  assertEquals(log, ["error 3", `close 3 1006 "" unclean`]);
});

Deno.test("FakeConnection.send() reaches the client before it returns", () => {
  const { connection, log } = open();
  connection.send("hello");
  connection.send(new Uint8Array([1]));
  assertEquals(log, ["message 1 hello", "message 1 bytes"]);
});

Deno.test("FakeConnection.send() after the end is lost", () => {
  const { connection, log } = open();
  connection.drop();
  log.length = 0;
  connection.send("lost");
  connection.close();
  connection.drop();
  assertEquals(log, []);
});

Deno.test("FakeConnection.close() without a code shows as 1005", () => {
  const { connection, log } = open();
  connection.close();
  assertEquals(log, [`close 3 1005 "" clean`]);
});

Deno.test("FakeConnection answers the client's close() by itself, after the call", () => {
  const { socket, clock, log } = open();
  socket.close(4000, "done");
  assertEquals([log, socket.readyState], [[], 2]);
  clock.tick(0);
  assertEquals([log, socket.readyState], [[`close 3 4000 "done" clean`], 3]);
});

Deno.test("FakeConnection.closeReply puts the answer inside the client's close()", () => {
  const { socket, connection, log } = open();
  connection.closeReply = "inside-close";
  socket.close();
  assertEquals([log, socket.readyState], [[`close 3 1005 "" clean`], 3]);
});

Deno.test("FakeConnection.closeReply can leave the client's close() unanswered", () => {
  const { socket, connection, clock, log } = open();
  connection.closeReply = "never";
  socket.close();
  clock.tick(1_000_000);
  connection.close(1001);
  assertEquals(log, [`close 3 1001 "" clean`]);
});

Deno.test("FakeConnection.stall() silences the peer, and close() too", () => {
  for (const runtime of RUNTIMES) {
    for (const { socket, connection, clock, log } of [dial(runtime), open(runtime)]) {
      connection.stall();
      if (connection.readyState === 0) connection.accept();
      connection.send("lost");
      connection.close();
      socket.close();
      clock.tick(1_000_000);
      assertEquals(log, []);
    }
  }
});

Deno.test("FakeConnection.stall() keeps later messages from the server", () => {
  const { socket, connection, clock } = open();
  const heard: unknown[] = [];
  connection.onReceive((data) => heard.push(data));
  socket.send("before");
  clock.tick(0);
  connection.stall();
  socket.send("after");
  clock.tick(0);
  assertEquals([heard, connection.received], [["before"], ["before"]]);
  assertEquals(connection.sent, ["before", "after"]);
});

Deno.test("FakeConnection.drop() ends a stall", () => {
  const { connection, log } = open();
  connection.stall();
  connection.drop();
  assertEquals(log, [`close 3 1006 "" unclean`]);
});

Deno.test("FakeConnection.drop() fires no event twice when a listener drops too", () => {
  const { connection, socket, log } = open("deno");
  socket.addEventListener("error", () => connection.drop());
  connection.drop();
  assertEquals(log, ["error 3", `close 3 0 "" unclean`]);
});

Deno.test("FakeConnection.dispatch() fires any event in any state, and changes none", () => {
  const { connection, socket, log } = open();
  connection.dispatch("error");
  connection.drop();
  connection.dispatch("message", { data: "of a dead socket" });
  connection.dispatch("close", { code: 1006 });
  connection.dispatch("open");
  assertEquals(log, [
    "error 1",
    `close 3 1006 "" unclean`,
    "message 3 of a dead socket",
    `close 3 1006 "" unclean`,
    "open 3",
  ]);
  assertEquals(socket.readyState, 3);
});

Deno.test("FakeConnection.isOver tells the end where readyState does not", () => {
  const ends = RUNTIMES.map((runtime) => {
    const { connection, socket, clock } = dial(runtime);
    assertEquals(connection.isOver, false);
    socket.close();
    clock.tick(0);
    return [runtime, connection.isOver, connection.readyState];
  });
  assertEquals(ends, [
    ["browser", true, 3],
    ["deno", true, 3],
    ["bun", true, 3],
    ["node22", true, 2],
    ["node24", true, 2],
    ["workerd", true, 3],
  ]);
});

Deno.test("FakeConnection.onReceive() hears messages after the client's send() has returned", () => {
  const { connection, socket, clock, log } = open();
  connection.onReceive((data) => connection.send(`echo ${data}`));
  socket.send("a");
  socket.send("b");
  assertEquals(log, []);
  clock.tick(0);
  assertEquals(log, ["message 1 echo a", "message 1 echo b"]);
});

Deno.test("FakeConnection.sendError makes the platform refuse the data", () => {
  const { connection, socket } = open();
  connection.sendError = new RangeError("planted");
  assertThrows(() => socket.send("poison"), RangeError, "planted");
  connection.sendError = null;
  socket.send("fine");
  assertEquals(connection.sent, ["fine"]);
});

Deno.test("FakeConnection.bufferedAmount feigns a slow link", () => {
  const { connection, socket } = open();
  connection.bufferedAmount = 1_024;
  assertEquals(socket.bufferedAmount, 1_024);
});

Deno.test("FakeNetwork.onDial() sets up each server before the client listens", () => {
  const { clock, network } = fakeWorld();
  network.onDial((connection) => clock.plan(() => connection.accept(), 30));
  const log = record(new network.WebSocket("ws://example.com"));
  clock.tick(29);
  assertEquals(log, []);
  clock.tick(1);
  assertEquals(log, ["open 1"]);
});

Deno.test("FakeNetwork.onDial() makes the constructor throw", () => {
  const { network } = fakeWorld();
  network.onDial(() => {
    throw new DOMException("planted", "SecurityError");
  });
  assertThrows(() => new network.WebSocket("ws://example.com"), DOMException, "planted");
  assertEquals(network.connections, []);
});

Deno.test("FakeNetwork.connectivity tells hints until unsubscribed", () => {
  const { network } = fakeWorld();
  const heard: string[] = [];
  const unsubscribe = network.connectivity.subscribe((hint) => {
    heard.push(`${hint} ${network.connectivity.online}`);
  });
  network.offline();
  network.wake();
  network.online();
  assertEquals(network.hintListeners, 1);
  unsubscribe();
  network.offline();
  assertEquals(heard, ["offline false", "wake false", "online true"]);
  assertEquals(network.hintListeners, 0);
});

Deno.test("fakeWorld() binds its fakes and patches no global", () => {
  const globals = { ...globalThis, WebSocket, setTimeout, Date, random: Math.random };
  const { clock, network, sources } = fakeWorld({ seed: 7, startMs: 5 });
  assertEquals({ ...globalThis, WebSocket, setTimeout, Date, random: Math.random }, globals);
  assert(sources.clock === clock && sources.WebSocket === network.WebSocket);
  assert(sources.connectivity === network.connectivity && network.clock === clock);
  assertEquals([clock.now(), sources.random()], [5, fakeWorld({ seed: 7 }).sources.random()]);
});

/** Calls of both ends in any order, as numbers that the story below reads. */
function story(
  seed: number,
  runtime: RuntimeProfile,
  steps: readonly number[],
  random?: () => number,
): string[] {
  const { clock, network, sources } = fakeWorld({ seed, runtime });
  const draw = random ?? sources.random;
  const log: string[] = [];
  const sockets: WebSocket[] = [];
  const attempt = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      log.push((error as Error).name);
    }
  };
  for (const step of steps) {
    const number = Math.floor(draw() * Math.max(1, sockets.length));
    const socket = sockets[number];
    const connection = network.connections[number];
    const actions = [
      () => {
        const dialed = new network.WebSocket("ws://example.com");
        const events = record(dialed);
        events.push = (event) => log.push(`${sockets.indexOf(dialed)}: ${clock.now()} ${event}`);
        sockets.push(dialed);
      },
      () => connection?.accept(),
      () => connection?.refuse(),
      () => connection?.send("data"),
      () => connection?.close(1012),
      () => connection?.drop(),
      () => connection?.stall(),
      () => socket?.send("data"),
      () => socket?.close(),
      () => clock.tick(Math.floor(draw() * 100)),
    ];
    attempt(() => actions[step % actions.length]?.());
  }
  clock.tick(1_000);
  log.push(...sockets.map(({ readyState }) => `ends at ${readyState}`));
  return log;
}

const anyStory = [
  fc.maxSafeInteger(),
  fc.constantFrom(...RUNTIMES),
  fc.array(fc.nat(9), { maxLength: 100 }),
] as const;

function determinism(random?: () => number): fc.IProperty<[number, RuntimeProfile, number[]]> {
  return fc.property(...anyStory, (seed, runtime, steps) => {
    assertEquals(story(seed, runtime, steps, random), story(seed, runtime, steps, random));
  });
}

Deno.test("FakeNetwork does the same twice for the same seed", () => {
  fc.assert(determinism());
});

Deno.test("the property of determinism finds chance that is not seeded", () => {
  let draws = 0;
  assert(fc.check(determinism(() => (draws++ % 7) / 7)).failed);
});

/** Each socket opens and closes once at most, and says nothing after its close. */
function isOrderly(log: readonly string[]): boolean {
  const seen = new Map<string, string[]>();
  for (const line of log) {
    const [, socket, type] = /^(\d+): \d+ (\w+)/.exec(line) ?? [];
    if (socket === undefined || type === undefined) continue;
    const events = seen.get(socket) ?? [];
    seen.set(socket, events);
    if (events.includes("close")) return false;
    if (type === "open" && events.length > 0) return false;
    if (type === "message" && !events.includes("open")) return false;
    events.push(type);
  }
  return true;
}

Deno.test("FakeNetwork fires events in an order that a platform could", () => {
  fc.assert(
    fc.property(...anyStory, (seed, runtime, steps) => {
      return isOrderly(story(seed, runtime, steps));
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("the property of order finds a close that comes twice", () => {
  const twice = fc.property(...anyStory, (seed, runtime, steps) => {
    const log = story(seed, runtime, steps);
    return isOrderly(log.flatMap((line) => line.includes(" close ") ? [line, line] : [line]));
  });
  assert(fc.check(twice, { numRuns: 1_000 }).failed);
});

Deno.test("a message's origin is the origin of the URL, whatever else is in it", () => {
  const parts = fc.tuple(
    fc.constantFrom("ws://", "wss://"),
    fc.constantFrom("", "me@", "me:secret@", "m%40e:s%2Fe@"),
    fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6().map((address) => `[${address}]`)),
    fc.constantFrom("", ":80", ":443", ":8080"),
    fc.constantFrom("", "/", "/a@b:c", "/p?q=@", "?q=a/b@c"),
  );
  fc.assert(fc.property(parts, (parts) => {
    const url = parts.join("");
    const { network } = fakeWorld();
    const socket = new network.WebSocket(url);
    const origins: string[] = [];
    socket.addEventListener("message", ({ origin }) => origins.push(origin));
    network.connections[0]?.accept();
    network.connections[0]?.send("news");
    assertEquals(origins, [new URL(url).origin]);
  }));
});
