import { assert, assertEquals, assertThrows } from "@std/assert";
import { ReconnectingWebSocketError } from "../../mod.ts";
import { openRig, rig } from "./rig.ts";

Deno.test("send() while open hands the message over at once", () => {
  const { ws, server } = openRig();
  assertEquals([ws.send("now"), server.sent, ws.bufferedAmount], [true, ["now"], 0]);
});

Deno.test("send() while connecting or waiting queues, and the queue leaves in order after open", () => {
  const { ws, network, server, clock, log } = rig();
  assertEquals([ws.send("1"), ws.send("2")], [true, true]);
  server.refuse();
  assertEquals(ws.send("3"), true);
  clock.tick(1_500);
  assertEquals(ws.send("4"), true);
  ws.addEventListener("open", () => log.push(`sent ${network.connections[1]?.sent}`));
  network.connections[1]?.accept();
  assertEquals(log.at(-1), "sent ");
  ws.send("5");
  assertEquals(network.connections[1]?.sent, ["1", "2", "3", "4", "5"]);
});

Deno.test("send() in an open listener goes ahead of the queue, later ones behind it", async () => {
  const { ws, server } = rig();
  ws.send("queued");
  ws.addEventListener("open", async () => {
    ws.send("token");
    await undefined;
    ws.send("later");
  });
  ws.addEventListener("open", () => ws.send("subscribe"));
  server.accept();
  await Promise.resolve();
  assertEquals(server.sent, ["token", "subscribe", "queued", "later"]);
});

Deno.test("send() in an open listener after close() is refused", () => {
  const { ws, server } = rig();
  const results: boolean[] = [];
  ws.send("queued");
  ws.onopen = () => {
    ws.close();
    results.push(ws.send("too late"));
  };
  server.accept();
  assertEquals([results, server.sent], [[false], []]);
});

Deno.test("send() while the peer is closing keeps the message for the next connection", () => {
  let isPeerClosing = false;
  const { ws, server, network, clock } = openRig({
    wrap: (inner) =>
      class extends inner {
        override get readyState(): 0 | 1 | 2 | 3 {
          return isPeerClosing ? 2 : super.readyState as 0 | 1 | 2 | 3;
        }
      },
  });
  isPeerClosing = true;
  assertEquals([ws.send("kept"), server.sent], [true, []]);
  isPeerClosing = false;
  server.drop();
  clock.tick(1_500);
  network.connections[1]?.accept();
  assertEquals(network.connections[1]?.sent, ["kept"]);
});

Deno.test("send() keeps the bytes as they are, whatever becomes of the buffer", () => {
  const { ws, server } = rig();
  const bytes = new Uint8Array([1, 2, 3, 4]);
  ws.send(bytes);
  ws.send(bytes.subarray(1, 3));
  ws.send(bytes.buffer);
  ws.send(new DataView(bytes.buffer, 2));
  bytes.fill(9);
  server.accept();
  const sent = server.sent.map((data) => [...data as Uint8Array<ArrayBuffer>]);
  assertEquals(sent, [[1, 2, 3, 4], [2, 3], [1, 2, 3, 4], [3, 4]]);
});

Deno.test("send() converts as Web IDL does, queued and open", () => {
  const values = [5, null, undefined, true, { toString: () => "object" }, ["a", "b"], 10n, "text"];
  const expected = ["5", "null", "undefined", "true", "object", "a,b", "10", "text"];
  for (const { ws, server } of [rig(), openRig()]) {
    for (const value of values) assertEquals(ws.send(value as string), true);
    if (server.readyState === 0) server.accept();
    assertEquals(server.sent, expected);
  }
});

Deno.test("send() refuses what has no conversion with a TypeError, in every state, and blocks nothing", () => {
  const bad = [
    Symbol("s"),
    { toString: () => Symbol("s") },
    Object.create(null),
    new SharedArrayBuffer(2),
    new Uint8Array(new SharedArrayBuffer(2)),
  ];
  const closed = openRig({ maxAttempts: 0 });
  closed.server.drop();
  const queued = rig();
  for (const { ws } of [queued, openRig(), closed]) {
    for (const value of bad) assertThrows(() => ws.send(value as string), TypeError);
    assertEquals(ws.bufferedAmount, 0);
  }
  queued.ws.send("good");
  queued.server.accept();
  assertEquals(queued.server.sent, ["good"]);
});

Deno.test("send() passes on what a value's own conversion throws, and queues nothing", () => {
  const { ws } = rig();
  const value = {
    toString: (): string => {
      throw new Error("my own");
    },
  };
  assertThrows(() => ws.send(value as unknown as string), Error, "my own");
  assertEquals(ws.bufferedAmount, 0);
});

Deno.test("send() drops the newest when the queue is full, tells it twice, and keeps the bounds", () => {
  const { ws, log, server } = rig({ queue: { maxMessages: 2, maxBytes: 10 } });
  const results = ["1234567", "1234", "123", "1"].map((text) => ws.send(text));
  assertEquals(results, [true, false, true, false]);
  assertEquals(log, ["0 drop 1234 queue-overflow", "0 drop 1 queue-overflow"]);
  assertEquals(ws.bufferedAmount, 10);
  server.accept();
  assertEquals(server.sent, ["1234567", "123"]);
});

Deno.test("send() makes room by the oldest with drop-oldest, and refuses what can never fit", () => {
  const { ws, log, server } = rig({
    queue: { maxMessages: 2, maxBytes: 10, overflow: "drop-oldest" },
  });
  const results = ["a", "b", "c", "0123456789", "0123456789!", "d"].map((text) => ws.send(text));
  assertEquals(results, [true, true, true, true, false, true]);
  assertEquals(log, [
    "0 drop a queue-overflow",
    "0 drop b queue-overflow",
    "0 drop c queue-overflow",
    "0 drop 0123456789! queue-overflow",
    "0 drop 0123456789 queue-overflow",
  ]);
  server.accept();
  assertEquals(server.sent, ["d"]);
});

Deno.test("send() throws when the queue is full with overflow throw, and drops nothing", () => {
  const { ws, log } = rig({ queue: { maxMessages: 1, overflow: "throw" } });
  assertEquals(ws.send("kept"), true);
  const error = assertThrows(() => ws.send("too much"), ReconnectingWebSocketError);
  assertEquals([error.code, log, ws.bufferedAmount], ["queue-overflow", [], 4]);
});

Deno.test("send() in an interval overflows the queue without a throw", () => {
  const { ws, clock } = rig({ connectTimeoutMs: 3_600_000 });
  const results: boolean[] = [];
  const beat = (): void => {
    results.push(ws.send("tick"));
    clock.plan(beat, 100);
  };
  beat();
  clock.tick(200_000);
  assertEquals([results.indexOf(false), results.length], [1_024, 2_001]);
});

Deno.test("send() with queue false throws while there is no connection, as the platform's does", () => {
  const { ws, server, clock } = rig({ queue: false });
  const refuse = (): void => {
    const error = assertThrows(() => ws.send("x"), DOMException);
    assertEquals(
      [error.name, error.message],
      ["InvalidStateError", "Cannot send as there is no connection and no queue"],
    );
  };
  refuse();
  server.accept();
  assertEquals([ws.send("y"), server.sent], [true, ["y"]]);
  server.drop();
  refuse();
  ws.close();
  assertEquals(ws.send("z"), false);
  clock.tick(60_000);
});

Deno.test("send() that the platform refuses is told by false and a drop, and stops nothing", () => {
  const { ws, server, log } = rig();
  const refused = { refuse: "it" };
  server.sendError = refused;
  ws.send("1");
  ws.send("2");
  const causes: unknown[] = [];
  ws.addEventListener("drop", ({ error }) => causes.push(error.cause));
  server.accept();
  assertEquals(ws.send("3"), false);
  server.sendError = null;
  assertEquals(ws.send("4"), true);
  assertEquals(log.slice(2), [
    "1 drop 1 send-failed",
    "1 drop 2 send-failed",
    "1 drop 3 send-failed",
  ]);
  assertEquals([server.sent, causes], [["4"], [refused, refused, refused]]);
});

Deno.test("bufferedAmount adds what is queued, in UTF-8 bytes, to what the socket holds", () => {
  const { ws, server } = rig();
  const values = ["aé€😀\ud800", new Uint8Array(5), new ArrayBuffer(7), new Blob(["blob"])];
  for (const value of values) ws.send(value);
  const queued = 1 + 2 + 3 + 4 + 3 + 5 + 7 + 4;
  assertEquals(ws.bufferedAmount, queued);
  server.bufferedAmount = 1_000;
  assertEquals(ws.bufferedAmount, queued + 1_000);
  server.accept();
  assertEquals(ws.bufferedAmount, 1_000);
});

Deno.test("bufferedAmount is a number on workerd, whose sockets have none", () => {
  const { ws } = openRig({ runtime: "workerd" });
  assertEquals(ws.bufferedAmount, 0);
});

Deno.test("the end gives back what was never handed over, in order, and keeps nothing", async () => {
  const { ws, server, clock } = openRig();
  ws.send("sent");
  server.drop();
  const bytes = new Uint8Array([1, 2]);
  ws.send("first");
  ws.send(bytes);
  bytes.fill(0);
  ws.close();
  assertEquals(ws.send("refused"), false);
  const { undelivered } = await ws.closed;
  assertEquals(undelivered, ["first", new Uint8Array([1, 2]).buffer]);
  assertEquals([ws.bufferedAmount, ws.send("refused")], [0, false]);
  clock.tick(60_000);
  assertEquals(server.sent, ["sent"]);
});

Deno.test("a flush stops where the connection does, and the rest leaves on the next, once", () => {
  const { ws, network, clock } = rig({
    wrap: (inner) =>
      class extends inner {
        override send(data: string): void {
          super.send(data);
          if (data === "2") network.connections.at(-1)?.drop();
        }
      },
  });
  for (const text of ["1", "2", "3", "4"]) ws.send(text);
  network.connections[0]?.accept();
  clock.tick(1_500);
  network.connections[1]?.accept();
  assertEquals(network.connections.map(({ sent }) => sent), [["1", "2"], ["3", "4"]]);
  assert(ws.bufferedAmount === 0);
});
