import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { fakeWorld } from "../../lib/testing/mod.ts";
import { ReconnectingWebSocket, type Sources } from "../../mod.ts";
import { openRig, record, reported, rig, URL_OF_TESTS } from "./rig.ts";

Deno.test("ReconnectingWebSocket dispatches no event before its constructor has returned", async () => {
  const { sources } = fakeWorld();
  const refusing = class {
    constructor() {
      throw new Error("refused");
    }
  } as unknown as Sources["WebSocket"];
  const ws = new ReconnectingWebSocket(URL_OF_TESTS, {
    maxAttempts: 0,
    sources: { ...sources, WebSocket: refusing },
  });
  const log = record(ws);
  assertEquals([log, ws.state], [[], "connecting"]);
  await Promise.resolve();
  assertEquals(log, [
    "3 statechange connecting -> closed",
    "3 error connect-failed",
    "3 close 1006 unclean connect-failed over",
  ]);
});

Deno.test("message events are real MessageEvents of the client", () => {
  const { ws, server } = openRig();
  const events: MessageEvent[] = [];
  ws.addEventListener("message", (event) => {
    events.push(event);
    assertStrictEquals(event.target, ws);
    assertStrictEquals(event.currentTarget, ws);
  });
  server.send("hello");
  const [event] = events;
  assertInstanceOf(event, MessageEvent);
  assertEquals([event.type, event.data, event.origin], ["message", "hello", "wss://example.com"]);
});

Deno.test("close events are real CloseEvents of the client, with willRetry and error", () => {
  const { ws, server } = openRig();
  const events: CloseEvent[] = [];
  ws.addEventListener("close", (event) => {
    events.push(event);
    assertStrictEquals(event.target, ws);
  });
  server.close(4_242, "why");
  const [event] = events;
  assertInstanceOf(event, CloseEvent);
  const { code, reason, wasClean } = event;
  assertEquals([code, reason, wasClean], [4_242, "why", true]);
});

Deno.test("error, close and retry of one failure carry the same error", () => {
  const { ws, server } = openRig();
  const errors: unknown[] = [];
  for (const type of ["error", "close", "retry"] as const) {
    ws.addEventListener(type, ({ error }) => errors.push(error));
  }
  server.drop();
  assertEquals(errors.length, 3);
  assert(errors.every((error) => error === errors[0]));
});

Deno.test("error has the message of its error, as an ErrorEvent has", () => {
  const { ws, server } = openRig();
  const messages: unknown[] = [];
  ws.addEventListener("error", ({ message, error }) => messages.push(message, error.message));
  server.drop();
  assertEquals(messages, ["Connection lost", "Connection lost"]);
});

Deno.test("error carries the platform's own error as its cause, where it tells one", () => {
  const { ws, server } = rig({ runtime: "deno" });
  const causes: unknown[] = [];
  ws.addEventListener("error", ({ error }) => causes.push((error.cause as Error).message));
  server.refuse();
  assertEquals(causes, ["NetworkError: failed to connect to WebSocket: tcp connect error"]);
});

Deno.test("a close without a frame is 1006 and unclean, also where Deno says 0", () => {
  const { server, log } = openRig({ runtime: "deno" });
  server.drop();
  assertEquals(log[2], "0 close 1006 unclean connection-lost retry");
});

Deno.test("the state has changed before any listener runs", () => {
  const { ws, server, clock } = rig();
  const seen: string[] = [];
  for (const type of ["statechange", "open", "error", "close", "retry"] as const) {
    ws.addEventListener(type, () => seen.push(`${type} ${ws.state} ${ws.readyState}`));
  }
  server.accept();
  server.drop();
  ws.close();
  clock.tick(0);
  assertEquals(seen, [
    "statechange open 1",
    "open open 1",
    "statechange waiting 0",
    "error waiting 0",
    "close waiting 0",
    "retry waiting 0",
    "statechange closing 2",
  ]);
});

Deno.test("a listener that throws stops neither the others nor the client", async () => {
  const { ws, server, clock, network, log } = rig();
  const types = ["statechange", "open", "message", "error", "close", "retry", "drop"] as const;
  for (const type of types) {
    ws.addEventListener(type, () => {
      throw new Error(`in ${type}`);
    });
  }
  const later = record(ws);
  const messages = await reported(() => {
    server.accept();
    server.send("hello");
    server.drop();
    for (let n = 0; n < 1_025; n++) ws.send(`${n}`);
    clock.tick(1_500);
    network.connections[1]?.accept();
  });
  assertEquals(later, log);
  assertEquals(later, [
    "1 statechange connecting -> open",
    "1 open #0 first",
    "1 message hello",
    "0 statechange open -> waiting",
    "0 error connection-lost",
    "0 close 1006 unclean connection-lost retry",
    "0 retry #1 1500 connection-lost",
    "0 drop 1024 queue-overflow",
    "0 statechange waiting -> connecting",
    "1 statechange connecting -> open",
    "1 open #1 again",
  ]);
  assertEquals(messages.length, later.length);
  assert(messages.every((message) => message.includes("Error: in ")));
  assertEquals(network.connections[1]?.received.length, 1_024);
});

Deno.test("events that a user dispatches reach listeners and do not drive the client", () => {
  const { ws, network, clock } = openRig();
  const seen: string[] = [];
  for (const type of ["open", "message", "error", "close"]) {
    ws.addEventListener(type, () => seen.push(type));
    ws.dispatchEvent(new Event(type));
  }
  clock.tick(60_000);
  assertEquals(seen, ["open", "message", "error", "close"]);
  assertEquals([ws.state, ws.readyState, network.connections.length], ["open", 1, 1]);
});

Deno.test("a final close is the last event ever", async () => {
  const { ws, server, clock, network, read } = openRig({ maxAttempts: 0 });
  server.drop();
  assertEquals(read().at(-1), "3 close 1006 unclean connection-lost over");
  network.online();
  network.wake();
  ws.close();
  ws.send("nobody");
  await clock.tickAsync(600_000);
  assertEquals(read(), []);
});
