import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { streams } from "../../lib/streams.ts";
import { ReconnectingWebSocketError } from "../../mod.ts";
import { openRig, rig } from "./rig.ts";

/** Lets all promises settle that depend on no timer. */
async function settle(): Promise<void> {
  for (let n = 0; n < 50; n++) await Promise.resolve();
}

/** What a promise has become so far. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = "pending";
  promise.then(() => state = "done", (error) => state = (error as Error)?.name ?? `${error}`);
  await settle();
  return state;
}

Deno.test("readable gives the messages, and closes with the client", async () => {
  const { ws, server, clock } = openRig();
  const { readable } = streams<string>(ws);
  server.send("a");
  server.send("b");
  ws.close();
  clock.tick(0);
  assertEquals(await Array.fromAsync(readable), ["a", "b"]);
});

Deno.test("readable fails with the error of the client, after what was read", async () => {
  const { ws, server } = openRig();
  const reader = streams(ws, { decode: JSON.parse }).readable.getReader();
  server.send("1");
  server.close(4403);
  assertEquals(await reader.read(), { value: 1, done: false });
  const { code } = await assertRejects(() => reader.read(), ReconnectingWebSocketError);
  assertEquals(code, "fatal-close");
});

Deno.test("readable takes nothing out of the buffer before it is read", async () => {
  const { ws, server } = openRig();
  const { readable } = streams<string>(ws, { maxMessages: 1, overflow: "drop-oldest" });
  await settle();
  for (const text of ["a", "b", "c"]) server.send(text);
  await settle();
  assertEquals(await readable.getReader().read(), { value: "c", done: false });
});

Deno.test("readable that is cancelled stops collecting, and leaves the client open", async () => {
  const { ws, server } = openRig();
  let decoded = 0;
  const { readable } = streams(ws, { decode: () => decoded++ });
  const reader = readable.getReader();
  const waiting = reader.read();
  await reader.cancel();
  server.send("a");
  assertEquals(await waiting, { value: undefined, done: true });
  assertEquals([decoded, ws.state], [0, "open"]);
});

Deno.test("writable waits for a connection, and queues nothing in the client", async () => {
  using time = new FakeTime();
  const opened = rig();
  const writer = streams(opened.ws).writable.getWriter();
  const written = writer.write("a");
  assertEquals([await stateOf(written), opened.ws.bufferedAmount], ["pending", 0]);
  opened.server.accept();
  await time.tickAsync(100);
  assertEquals([await stateOf(written), opened.server.received], ["done", ["a"]]);
});

Deno.test("writable waits while more is buffered than highWaterBytes", async () => {
  using time = new FakeTime();
  const { ws, server } = openRig();
  const writer = streams(ws, { highWaterBytes: 10 }).writable.getWriter();
  server.bufferedAmount = 11;
  const written = writer.write("a");
  await time.tickAsync(10_000);
  assertEquals([await stateOf(written), server.received], ["pending", []]);
  server.bufferedAmount = 10;
  await time.tickAsync(100);
  assertEquals([await stateOf(written), server.received], ["done", ["a"]]);
});

Deno.test("writable looks after 4 ms, then half as often, at last every 100 ms", async () => {
  using time = new FakeTime(0);
  const { ws, server } = openRig();
  const looks: number[] = [];
  Object.defineProperty(server, "bufferedAmount", {
    get(): number {
      looks.push(time.now);
      return Infinity;
    },
  });
  const writer = streams(ws).writable.getWriter();
  const written = writer.write("a");
  await settle();
  for (let n = 0; n < 450; n++) await time.tickAsync(1);
  assertEquals(looks, [0, 4, 12, 28, 60, 124, 224, 324, 424]);
  const failed = assertRejects(() => written, Error, "enough");
  const aborted = writer.abort(new Error("enough"));
  await time.tickAsync(100);
  await Promise.all([failed, aborted]);
});

Deno.test("writable arms no timer when nothing waits", async () => {
  using time = new FakeTime();
  const { ws, server } = openRig();
  const { setTimeout } = globalThis;
  let timers = 0;
  globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
    timers++;
    return setTimeout(...args);
  }) as typeof setTimeout;
  try {
    const writer = streams(ws).writable.getWriter();
    await writer.write("a");
    await writer.close();
    await time.tickAsync(1_000);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  assertEquals([timers, server.received], [0, ["a"]]);
});

Deno.test("writable goes on over a reconnection", async () => {
  using time = new FakeTime();
  const opened = openRig();
  const writer = streams(opened.ws).writable.getWriter();
  await writer.write("a");
  opened.server.drop();
  const written = writer.write("b");
  assertEquals(await stateOf(written), "pending");
  opened.clock.tick(2_000);
  opened.server.accept();
  await time.tickAsync(100);
  assertEquals([await stateOf(written), opened.network.connections.map((it) => it.received)], [
    "done",
    [["a"], ["b"]],
  ]);
});

Deno.test("writable keeps the order of its chunks while they wait", async () => {
  using time = new FakeTime();
  const opened = rig();
  const writer = streams(opened.ws).writable.getWriter();
  const all = Promise.all(["a", "b", "c"].map((text) => writer.write(text)));
  opened.server.accept();
  await time.tickAsync(1_000);
  await all;
  assertEquals(opened.server.received, ["a", "b", "c"]);
});

Deno.test("writable waits out a queue that others have filled", async () => {
  using time = new FakeTime();
  const opened = openRig({ queue: { maxMessages: 1 } });
  const { ws, server } = opened;
  const writer = streams(ws).writable.getWriter();
  // Closing, and the event has not come yet: what is sent now is queued.
  Object.defineProperty(server, "readyState", { value: 2, writable: true, configurable: true });
  assert(ws.send("of others"));
  assertEquals([ws.state, ws.bufferedAmount], ["open", 9]);
  const written = writer.write("a");
  await time.tickAsync(100);
  assertEquals(await stateOf(written), "pending");
  server.drop();
  opened.clock.tick(2_000);
  opened.server.accept();
  await time.tickAsync(100);
  assertEquals([await stateOf(written), opened.server.received], ["done", ["of others", "a"]]);
});

Deno.test("writable fails with send-failed for what the platform refuses, after two attempts", async () => {
  const { ws, server, read } = openRig();
  server.sendError = new Error("no such data");
  const writer = streams(ws).writable.getWriter();
  const { code } = await assertRejects(() => writer.write("a"), ReconnectingWebSocketError);
  assertEquals([code, read()], ["send-failed", ["1 drop a send-failed", "1 drop a send-failed"]]);
});

Deno.test("writable fails for what has no conversion", async () => {
  const { ws } = openRig();
  const writer = streams(ws).writable.getWriter();
  await assertRejects(() => writer.write(Symbol("no") as never), TypeError);
});

Deno.test("writable fails once close() was called", async () => {
  const { ws, clock } = openRig();
  const writer = streams(ws).writable.getWriter();
  ws.close();
  clock.tick(0);
  assertEquals(await stateOf(writer.write("a")), "InvalidStateError");
});

Deno.test("writable fails with the error of the client, also while it waits", async () => {
  using time = new FakeTime();
  const opened = openRig({ maxAttempts: 0 });
  const writer = streams(opened.ws, { highWaterBytes: 0 }).writable.getWriter();
  opened.server.bufferedAmount = 1;
  const written = writer.write("a");
  assertEquals(await stateOf(written), "pending");
  opened.server.drop();
  const failed = assertRejects(() => written, ReconnectingWebSocketError, "Connection lost");
  await time.tickAsync(100);
  await failed;
});

Deno.test("writable that is closed waits until nothing is buffered, and leaves the client open", async () => {
  using time = new FakeTime();
  const { ws, server } = openRig();
  const writer = streams(ws).writable.getWriter();
  await writer.write("a");
  server.bufferedAmount = 1;
  const closed = writer.close();
  await time.tickAsync(10_000);
  assertEquals(await stateOf(closed), "pending");
  server.bufferedAmount = 0;
  await time.tickAsync(100);
  assertEquals([await stateOf(closed), ws.state], ["done", "open"]);
});

Deno.test("writable that is aborted sends nothing of what waits, and leaves the client open", async () => {
  using time = new FakeTime();
  const { ws, server } = openRig();
  const writer = streams(ws, { highWaterBytes: 0 }).writable.getWriter();
  server.bufferedAmount = 1;
  const written = writer.write("a").catch((error) => error);
  await settle();
  const aborted = writer.abort("enough");
  server.bufferedAmount = 0;
  await time.tickAsync(100);
  await aborted;
  assertEquals([await written, server.received, ws.state], ["enough", [], "open"]);
});

Deno.test("writable that is aborted while it closes waits no longer", async () => {
  using time = new FakeTime();
  const { ws, server } = openRig();
  const writer = streams(ws).writable.getWriter();
  await writer.write("a");
  server.bufferedAmount = 1;
  const closed = writer.close().catch((error) => error);
  await time.tickAsync(10_000);
  const aborted = writer.abort("enough").catch((error) => error);
  await time.tickAsync(100);
  // As the platform has it where the close of a sink fails.
  assertEquals([await closed, await aborted, ws.state], ["enough", "enough", "open"]);
});

Deno.test("a pipe sends no more than highWaterBytes and one message ahead of the network", async () => {
  using time = new FakeTime();
  const { ws, server } = openRig();
  let most = 0;
  let pending = 0;
  Object.defineProperty(server, "bufferedAmount", { get: () => pending });
  server.onReceive(() => {});
  const { send } = ws;
  ws.send = (data): boolean => {
    pending += (data as string).length;
    most = Math.max(most, pending);
    return send.call(ws, data);
  };
  const chunks = Array.from({ length: 100 }, () => "x".repeat(10));
  const { writable } = streams(ws, { highWaterBytes: 25 });
  const piped = ReadableStream.from(chunks).pipeTo(writable);
  while (await stateOf(piped) === "pending") {
    await time.tickAsync(50);
    pending = Math.max(0, pending - 20);
  }
  await piped;
  assertEquals([server.received.length, most <= 25 + 10], [100, true]);
});

for (const highWaterBytes of [-1, NaN, "5"]) {
  Deno.test(`streams() refuses highWaterBytes ${highWaterBytes}`, () => {
    const { ws } = openRig();
    assertThrows(
      () => streams(ws, { highWaterBytes: highWaterBytes as number }),
      Error,
      "Cannot stream as 'highWaterBytes' must be between 0 and",
    );
  });
}

Deno.test("streams() throws where the platform has none", () => {
  const { ws } = openRig();
  const { WritableStream } = globalThis;
  Reflect.deleteProperty(globalThis, "WritableStream");
  try {
    assertThrows(
      () => streams(ws),
      TypeError,
      "Cannot make streams as this platform has no WritableStream",
    );
  } finally {
    Object.defineProperty(globalThis, "WritableStream", {
      value: WritableStream,
      configurable: true,
      writable: true,
    });
  }
});
