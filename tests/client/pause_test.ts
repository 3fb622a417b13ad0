import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { alive, leftovers, NOTHING_LEFT, openRig, type Rig, rig } from "./rig.ts";

/** What must not be there while a client is paused. */
function activity({ clock, network, ws }: Rig): unknown {
  return [ws.state, ws.readyState, clock.pending.length, alive(network).length];
}

const IDLE = ["paused", 0, 0, 0];

Deno.test("pause() drops an open connection with the code, and its close event comes later", async () => {
  const it = openRig();
  const { ws, server, read } = it;
  server.closeReply = "never";
  ws.pause(4_000, "away");
  assertEquals(server.clientClose, { code: 4_000, reason: "away" });
  assertEquals([read(), activity(it)], [[], IDLE]);
  await Promise.resolve();
  assertEquals(read(), ["0 statechange open -> paused", "0 close 4000 away unclean - over"]);
  it.clock.tick(3_600_000);
  assertEquals([read(), activity(it)], [[], IDLE]);
});

Deno.test("pause() during a dial drops it without waiting", async () => {
  const it = rig();
  it.ws.pause();
  await it.clock.tickAsync(0);
  assertEquals(it.log, ["0 statechange connecting -> paused", "0 close 1006 unclean - over"]);
  assertEquals(activity(it), IDLE);
});

Deno.test("pause() inside a listener of error leaves no retry event, as nothing will follow", async () => {
  const it = openRig();
  it.ws.onerror = () => it.ws.pause();
  it.server.drop();
  await Promise.resolve();
  assertEquals(it.log.map((line) => line.split(" ").slice(1).join(" ")), [
    "statechange open -> waiting",
    "error connection-lost",
    "close 1006 unclean connection-lost retry",
    "statechange waiting -> paused",
  ]);
});

Deno.test("pause() during a wait, or before anything was dialled, changes the state only", async () => {
  const waiting = openRig();
  waiting.server.drop();
  waiting.read();
  const resolving = rig({ url: () => new Promise(() => {}) });
  for (const it of [waiting, resolving]) {
    it.ws.pause();
    await Promise.resolve();
    assertEquals(it.read().map((line) => line.split(" ")[1]), ["statechange"]);
    assertEquals(activity(it), IDLE);
  }
});

Deno.test("pause() aborts the signal of a provider, and its late answer is not used", async () => {
  let signal: AbortSignal | undefined;
  const { promise, resolve } = Promise.withResolvers<string>();
  const it = rig({
    url: (context) => {
      signal = context.signal;
      return promise;
    },
  });
  it.ws.pause();
  assertEquals(signal?.aborted, true);
  resolve("wss://example.com/late");
  await it.clock.tickAsync(0);
  assertEquals([activity(it), it.network.connections.length], [IDLE, 0]);
});

Deno.test("resume() resets the counters, dials now, and delivers the queue", async () => {
  const it = openRig();
  it.server.drop();
  it.ws.pause();
  it.ws.send("kept");
  assertEquals([it.ws.attempt, it.ws.bufferedAmount], [1, 4]);
  it.ws.resume();
  assertEquals([it.ws.state, it.ws.attempt, it.network.connections.length], ["connecting", 0, 2]);
  it.server.accept();
  await it.clock.tickAsync(0);
  assertEquals(it.server.received, ["kept"]);
});

Deno.test("resume() and pause() repeated do nothing", () => {
  const it = openRig();
  it.ws.resume();
  assertEquals([it.ws.state, it.network.connections.length], ["open", 1]);
  it.ws.pause();
  it.ws.pause(4_000);
  it.ws.resume();
  it.ws.resume();
  assertEquals(it.network.connections.length, 2);
});

Deno.test("reconnect() goes on from a pause as resume() does", () => {
  const it = openRig();
  it.ws.pause();
  it.ws.reconnect();
  assertEquals([it.ws.state, it.network.connections.length], ["connecting", 2]);
});

Deno.test("pause() and resume() throw once the client is over, and for arguments that close() refuses", () => {
  const { ws } = openRig();
  assertEquals(assertThrows(() => ws.pause(1_001), DOMException).name, "InvalidAccessError");
  ws.close();
  for (const call of [() => ws.pause(), () => ws.resume()]) {
    assertEquals(assertThrows(call, DOMException).name, "InvalidStateError");
  }
});

Deno.test("close() ends a paused client, and an aborted signal does", async () => {
  for (const how of ["close", "abort"] as const) {
    const controller = new AbortController();
    const it = openRig({ signal: controller.signal });
    it.ws.pause();
    await Promise.resolve();
    it.read();
    how === "close" ? it.ws.close() : controller.abort("enough");
    const { code, error } = await it.ws.closed;
    assertEquals([code, error?.code], [1006, how === "close" ? undefined : "aborted"]);
    assertEquals(leftovers(it), NOTHING_LEFT);
  }
});

Deno.test("hints of the network do not wake a paused client", () => {
  const it = openRig();
  it.ws.pause();
  for (const hint of ["online", "wake"] as const) it.network[hint]();
  it.clock.tick(60_000);
  assertEquals(activity(it), IDLE);
});

Deno.test("startPaused makes a client that dials at resume()", async () => {
  const it = rig({ startPaused: true });
  await it.clock.tickAsync(60_000);
  assertEquals([activity(it), it.network.connections.length, it.log], [IDLE, 0, []]);
  it.ws.resume();
  it.server.accept();
  assertEquals(it.log, [
    "0 statechange paused -> connecting",
    "1 statechange connecting -> open",
    "1 open #0 first",
  ]);
});

Deno.test("giveUp: 'pause' pauses at the limit, tells why, and resume() tries again", async () => {
  const it = rig({ maxAttempts: 1, giveUp: "pause" });
  const rejected = assertRejects(() => it.ws.opened, Error, "Retry limit");
  it.server.refuse();
  it.clock.tick(1_500);
  it.server.refuse();
  await rejected;
  assertEquals(it.read().slice(-3), [
    "0 statechange connecting -> paused",
    "0 error retry-limit",
    "0 close 1006 unclean retry-limit over",
  ]);
  assertEquals(activity(it), IDLE);
  it.ws.resume();
  it.server.accept();
  assertEquals([it.ws.state, await it.ws.opened], ["open", undefined]);
});

Deno.test("opened outlives what happens in the pause of a client that gave up", async () => {
  const it = rig({ maxAttempts: 0, giveUp: "pause" });
  it.server.refuse();
  const { opened } = it.ws;
  it.ws.pause();
  it.network.wake();
  it.ws.resume();
  it.server.accept();
  assertEquals([it.ws.state, await opened], ["open", undefined]);
});

Deno.test("pause() during a wait leaves opened to what resume() brings", async () => {
  const it = rig();
  const { opened } = it.ws;
  it.server.refuse();
  it.ws.pause();
  it.ws.resume();
  it.server.accept();
  assertEquals([it.ws.state, await opened], ["open", undefined]);
});

Deno.test("giveUp: 'pause' pauses at a close code that ends the client otherwise", async () => {
  const it = openRig({ giveUp: "pause" });
  it.server.close(4_403, "no");
  await it.clock.tickAsync(0);
  assertEquals(it.log, ["0 statechange open -> paused", "0 close 4403 no clean fatal-close over"]);
  assertEquals(activity(it), IDLE);
});

Deno.test("a paused client always has no socket, no timer and no call of a provider", async () => {
  const steps = fc.constantFrom("accept", "refuse", "drop", "tick", "pause", "resume", "online");
  await fc.assert(fc.asyncProperty(fc.array(steps, { maxLength: 30 }), async (script) => {
    let calls = 0;
    const it = rig({ url: () => `wss://example.com/${calls++}`, heartbeat: { message: "ping" } });
    for (const step of [...script, "pause"]) {
      const server = it.network.connections.at(-1);
      if (step === "accept" && server?.readyState === 0) server.accept();
      if (step === "refuse" && server?.readyState === 0) server.refuse();
      if (step === "drop" && server?.readyState === 1) server.drop();
      if (step === "tick") it.clock.tick(7_000);
      if (step === "pause") it.ws.pause();
      if (step === "resume") it.ws.resume();
      if (step === "online") it.network.online();
      await it.clock.tickAsync(0);
      const before = calls;
      if (it.ws.state !== "paused") continue;
      await it.clock.tickAsync(600_000);
      assertEquals([activity(it), calls], [IDLE, before]);
    }
    it.ws.close();
    await it.ws.closed;
  }));
});
