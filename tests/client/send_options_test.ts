import { assertEquals, assertThrows } from "@std/assert";
import { ReconnectingWebSocket } from "../../lib/core.ts";
import { fakeWorld } from "../../lib/testing/mod.ts";
import { openRig, rig, URL_OF_TESTS } from "./rig.ts";

Deno.test("send() drops what became older than its ttlMs at the flush, and no earlier", () => {
  const { ws, server, clock, log } = rig({ connectTimeoutMs: 60_000 });
  clock.tick(1_000);
  const results = [ws.send("old", { ttlMs: 99 }), ws.send("young", { ttlMs: 101 }), ws.send("b")];
  clock.tick(100);
  assertEquals([results, log.splice(0), ws.bufferedAmount], [[true, true, true], [], 9]);
  server.accept();
  assertEquals([server.sent, log], [["young", "b"], [
    "1 statechange connecting -> open",
    "1 open #0 first",
    "1 drop old expired",
  ]]);
});

Deno.test("send() makes room by what is expired before anything overflows", () => {
  const { ws, server, clock, log } = rig({
    queue: { maxMessages: 2, overflow: "drop-oldest" },
    connectTimeoutMs: 60_000,
  });
  ws.send("a");
  ws.send("old", { ttlMs: 10 });
  clock.tick(10);
  assertEquals([ws.send("c"), log.splice(0)], [true, ["0 drop old expired"]]);
  assertEquals([ws.send("d"), log.splice(0)], [true, ["0 drop a queue-overflow"]]);
  server.accept();
  assertEquals(server.sent, ["c", "d"]);
});

Deno.test("send() reports what is expired at the end before the last event, and gives the rest back", async () => {
  const { ws, clock, log } = rig({ connectTimeoutMs: 60_000 });
  ws.send("old", { ttlMs: 10 });
  ws.send("kept", { ttlMs: 11 });
  clock.tick(10);
  ws.close();
  const { undelivered } = await ws.closed;
  assertEquals([undelivered, log], [["kept"], [
    "2 statechange connecting -> closing",
    "3 statechange closing -> closed",
    "3 drop old expired",
    "3 close 1006 unclean - over",
  ]]);
});

Deno.test("send() replaces a queued message of the same key, and takes the newer place", () => {
  const { ws, server, log } = rig();
  ws.send("x1", { key: "x" });
  ws.send("y1", { key: "y" });
  assertEquals([ws.send("x2", { key: "x" }), log.splice(0)], [true, ["0 drop x1 replaced"]]);
  server.accept();
  assertEquals(ws.send("x3", { key: "x" }), true);
  assertEquals(server.sent, ["y1", "x2", "x3"]);
});

Deno.test("send() counts the room of what it replaces, and keeps the old one where the new does not fit", () => {
  const { ws, log, server } = rig({ queue: { maxMessages: 1, maxBytes: 4 } });
  ws.send("1234", { key: "k" });
  assertEquals([ws.send("12345", { key: "k" }), ws.send("4321", { key: "k" })], [false, true]);
  assertEquals(log.splice(0), ["0 drop 12345 queue-overflow", "0 drop 1234 replaced"]);
  server.accept();
  assertEquals(server.sent, ["4321"]);
});

Deno.test("send() forgets a key with the message that had it", () => {
  const { ws, log, clock, network } = openRig({
    queue: { maxMessages: 1, overflow: "drop-oldest" },
  });
  network.connections[0]?.drop();
  ws.send("sent", { key: "k" });
  ws.send("evicts");
  ws.send("anew", { key: "k" });
  assertEquals(log.filter((line) => line.includes("drop ")), [
    "0 drop sent queue-overflow",
    "0 drop evicts queue-overflow",
  ]);
  clock.tick(1_500);
  network.connections[1]?.accept();
  assertEquals(network.connections[1]?.sent, ["anew"]);
});

Deno.test("send() with queue false refuses instead of keeping, without a drop", () => {
  const { ws, server, log } = rig();
  assertEquals([ws.send("a", { queue: false }), log, ws.bufferedAmount], [false, [], 0]);
  server.accept();
  assertEquals([ws.send("b", { queue: false }), server.sent], [true, ["b"]]);
});

Deno.test("send() ignores a second argument that is no object", () => {
  const { ws, server } = rig();
  ["a", "b"].forEach(ws.send as (text: string) => boolean, ws);
  for (const odd of [null, undefined, "ttlMs", () => {}, true]) ws.send("c", odd as undefined);
  server.accept();
  assertEquals(server.sent, ["a", "b", "c", "c", "c", "c", "c"]);
});

Deno.test("send() refuses a ttlMs that is no duration, and keeps nothing", () => {
  const { ws } = rig();
  for (const ttlMs of [NaN, -1]) {
    assertThrows(() => ws.send("a", { ttlMs }), RangeError, "Cannot send as 'ttlMs' must be");
  }
  for (const ttlMs of ["5", null, {}] as unknown as number[]) {
    assertThrows(() => ws.send("a", { ttlMs }), TypeError, "Cannot send as 'ttlMs' must be");
  }
  assertEquals([ws.bufferedAmount, ws.send("a", { ttlMs: Infinity })], [0, true]);
});

Deno.test("send() takes no option from a polluted Object.prototype", () => {
  const { ws, server } = rig();
  Object.assign(Object.prototype, { queue: false, ttlMs: 0, key: "k" });
  try {
    assertEquals([ws.send("a", {}), ws.send("b", {})], [true, true]);
  } finally {
    for (const name of ["queue", "ttlMs", "key"]) Reflect.deleteProperty(Object.prototype, name);
  }
  server.accept();
  assertEquals(server.sent, ["a", "b"]);
});

Deno.test("clear() takes back what is queued, oldest first, and drops nothing", () => {
  const { ws, server, log } = rig();
  ws.send("a", { key: "k", ttlMs: 0 });
  ws.send("b");
  assertEquals([ws.clear(), ws.clear(), ws.bufferedAmount, log], [["a", "b"], [], 0, []]);
  ws.send("c", { key: "k" });
  server.accept();
  assertEquals([server.sent, ws.clear()], [["c"], []]);
});

Deno.test("clear() without a queue gives nothing", () => {
  const bare = new ReconnectingWebSocket(URL_OF_TESTS, { sources: fakeWorld().sources });
  const { ws } = rig({ queue: false });
  assertEquals([bare.clear(), ws.clear()], [[], []]);
});
