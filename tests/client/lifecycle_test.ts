import { assertEquals, assertStrictEquals } from "@std/assert";
import type { RuntimeProfile } from "../../lib/testing/mod.ts";
import type { ReconnectingWebSocketError } from "../../mod.ts";
import { alive, DELAYS_MS, leftovers, NOTHING_LEFT, openRig, rig } from "./rig.ts";

Deno.test("ReconnectingWebSocket opens, is dropped, waits and opens again", () => {
  const { clock, network, log, server } = rig();
  server.accept();
  server.send("hello");
  clock.tick(10_000);
  server.drop();
  clock.tick(1_500);
  network.connections[1]?.accept();
  assertEquals(log, [
    "1 statechange connecting -> open",
    "1 open #0 first",
    "1 message hello",
    "0 statechange open -> waiting",
    "0 error connection-lost",
    "0 close 1006 unclean connection-lost retry",
    "0 retry #1 1500 connection-lost",
    "0 statechange waiting -> connecting",
    "1 statechange connecting -> open",
    "1 open #1 again",
  ]);
});

Deno.test("ReconnectingWebSocket reports a failed attempt without an open", () => {
  const { server, log } = rig();
  server.refuse();
  assertEquals(log, [
    "0 statechange connecting -> waiting",
    "0 error connect-failed",
    "0 close 1006 unclean connect-failed retry",
    "0 retry #1 1500 connect-failed",
  ]);
});

Deno.test("ReconnectingWebSocket tells a clean close by the server without an error", () => {
  const { server, log } = openRig();
  server.close(1001, "bye");
  assertEquals(log, [
    "0 statechange open -> waiting",
    "0 close 1001 bye clean - retry",
    "0 retry #1 1500 -",
  ]);
});

const RUNTIMES: readonly RuntimeProfile[] = [
  "browser",
  "deno",
  "bun",
  "node22",
  "node24",
  "workerd",
];
const REFUSED_REASON = "Failed to establish websocket connection";
const DROPPED_REASON = "WebSocket disconnected without sending Close frame.";

for (const runtime of RUNTIMES) {
  const told = (reason: string): string => runtime === "workerd" ? `1006 ${reason}` : "1006";

  Deno.test(`ReconnectingWebSocket tells the same story on ${runtime}`, () => {
    const { clock, network, log, server } = rig({ runtime });
    server.refuse();
    clock.tick(1_500);
    network.connections[1]?.accept();
    network.connections[1]?.drop();
    clock.tick(1_500);
    network.connections[2]?.accept();
    network.connections[2]?.close(3_999, "enough");
    assertEquals(log, [
      "0 statechange connecting -> waiting",
      "0 error connect-failed",
      `0 close ${told(REFUSED_REASON)} unclean connect-failed retry`,
      "0 retry #1 1500 connect-failed",
      "0 statechange waiting -> connecting",
      "1 statechange connecting -> open",
      "1 open #1 first",
      "0 statechange open -> waiting",
      "0 error connection-lost",
      `0 close ${told(DROPPED_REASON)} unclean connection-lost retry`,
      "0 retry #2 1500 connection-lost",
      "0 statechange waiting -> connecting",
      "1 statechange connecting -> open",
      "1 open #2 again",
      "0 statechange open -> waiting",
      "0 close 3999 enough clean - retry",
      "0 retry #3 3000 -",
    ]);
  });

  Deno.test(`ReconnectingWebSocket gives up a connect that hangs on ${runtime}, once`, () => {
    const { clock, network, read } = rig({ runtime });
    clock.tick(9_999);
    assertEquals([network.connections[0]?.clientClose, read()], [null, []]);
    clock.tick(1);
    assertEquals(read(), [
      "0 statechange connecting -> waiting",
      "0 error connect-timeout",
      "0 close 1006 unclean connect-timeout retry",
      "0 retry #1 1500 connect-timeout",
    ]);
    assertEquals(alive(network), []);
    clock.tick(1_500);
    assertEquals(read(), ["0 statechange waiting -> connecting"]);
    assertEquals(alive(network).map(({ dialedAtMs }) => dialedAtMs), [11_500]);
  });
}

Deno.test("ReconnectingWebSocket counts an error without a close as the end of the connection", () => {
  const { clock, log, server } = openRig();
  server.dispatch("error");
  assertEquals(log, []);
  clock.tick(0);
  assertEquals(log, [
    "0 statechange open -> waiting",
    "0 error connection-lost",
    "0 close 1006 unclean connection-lost retry",
    "0 retry #1 1500 connection-lost",
  ]);
  assertEquals(server.clientClose, { code: 1005, reason: "" });
});

Deno.test("ReconnectingWebSocket ignores every event of a socket that it has given up", () => {
  const { clock, network, read, ws } = openRig();
  const [dead] = network.connections;
  const nag = (): void => {
    for (const type of ["open", "message", "error", "close"] as const) {
      dead?.dispatch(type, { data: "ghost", code: 4_000 });
    }
  };
  dead?.drop();
  read();
  nag();
  assertEquals([read(), ws.state], [[], "waiting"]);
  clock.tick(1_500);
  read();
  nag();
  assertEquals([read(), ws.state], [[], "connecting"]);
  network.connections[1]?.accept();
  read();
  nag();
  assertEquals([read(), ws.state, clock.pending.length], [[], "open", 1]);
  ws.close();
  read();
  nag();
  clock.tick(0);
  assertEquals(read(), ["3 statechange closing -> closed", "3 close 1005 clean - over"]);
  nag();
  clock.tick(60_000);
  assertEquals([read(), ws.state], [[], "closed"]);
});

Deno.test("ReconnectingWebSocket calls isReply for no message of a socket that it has given up", () => {
  const asked: unknown[] = [];
  const isReply = (data: unknown): boolean => asked.push(data) < 0;
  const { clock, server, ws } = openRig({ heartbeat: { message: "ping", isReply } });
  server.send("alive");
  clock.tick(25_000 + 10_000);
  assertEquals(ws.state, "waiting");
  server.dispatch("message", { data: "ghost" });
  assertEquals(asked, ["alive"]);
});

Deno.test("attempt returns to 0 only once a connection stayed open for stableAfterMs", () => {
  const { clock, network, ws } = rig();
  const attempts: number[] = [];
  for (const lifeMs of [4_999, 4_999, 5_000, 0]) {
    network.connections.at(-1)?.accept();
    clock.tick(lifeMs);
    attempts.push(ws.attempt);
    network.connections.at(-1)?.drop();
    attempts.push(ws.attempt);
    clock.next();
  }
  assertEquals(attempts, [0, 1, 1, 2, 0, 1, 1, 2]);
});

Deno.test("ReconnectingWebSocket dials a server that accepts and drops no more often than one that refuses", () => {
  const dials = (end: "drop" | "refuse"): readonly number[] => {
    const { clock, network } = rig();
    for (let n = 0; n < 9; n++) {
      const server = network.connections.at(-1);
      if (end === "drop") server?.accept();
      server?.[end]();
      clock.next();
    }
    return network.connections.map(({ dialedAtMs }) => dialedAtMs);
  };
  assertEquals(dials("drop"), dials("refuse"));
  assertEquals(dials("drop").length, 10);
});

Deno.test("maxAttempts ends the client after that many retries, with one error for both events", () => {
  const { clock, network, ws, read, ...others } = rig({ maxAttempts: 2 });
  const errors: ReconnectingWebSocketError[] = [];
  ws.addEventListener("error", ({ error }) => errors.push(error));
  ws.addEventListener("close", ({ error }) => errors.push(error as ReconnectingWebSocketError));
  for (const delayMs of DELAYS_MS.slice(0, 2)) {
    network.connections.at(-1)?.refuse();
    clock.tick(delayMs);
  }
  read();
  network.connections[2]?.refuse();
  assertEquals(read(), [
    "3 statechange connecting -> closed",
    "3 error retry-limit",
    "3 close 1006 unclean retry-limit over",
  ]);
  assertStrictEquals(errors.at(-1), errors.at(-2));
  assertEquals((errors.at(-1)?.cause as ReconnectingWebSocketError).code, "connect-failed");
  clock.tick(600_000);
  assertEquals([network.connections.length, read()], [3, []]);
  assertEquals(leftovers({ clock, network, ws, read, ...others }), NOTHING_LEFT);
});

Deno.test("maxAttempts starts over after a stable connection", () => {
  const { clock, network, ws } = rig({ maxAttempts: 1 });
  network.connections[0]?.refuse();
  clock.tick(1_500);
  network.connections[1]?.accept();
  clock.tick(5_000);
  network.connections[1]?.drop();
  assertEquals([ws.state, ws.attempt], ["waiting", 1]);
  clock.tick(1_500);
  network.connections[2]?.refuse();
  assertEquals([ws.state, ws.attempt], ["closed", 1]);
});

Deno.test("maxAttempts of 0 makes a plain WebSocket: one connection, and its end says what happened", () => {
  const clean = openRig({ maxAttempts: 0 });
  clean.server.close(1000, "done");
  assertEquals(clean.log, ["3 statechange open -> closed", "3 close 1000 done clean - over"]);
  const lost = openRig({ maxAttempts: 0 });
  lost.server.drop();
  assertEquals(lost.log, [
    "3 statechange open -> closed",
    "3 error connection-lost",
    "3 close 1006 unclean connection-lost over",
  ]);
  const refused = rig({ maxAttempts: 0 });
  refused.server.refuse();
  assertEquals(refused.log.at(-1), "3 close 1006 unclean connect-failed over");
});

Deno.test("connectTimeoutMs reads a handshake that was accepted while the loop was blocked", () => {
  const it = rig();
  it.clock.tick(9_000);
  it.clock.plan(() => it.server.accept(), 3_000);
  it.clock.sleep(4_000);
  it.clock.tick(0);
  assertEquals(it.log, ["1 statechange connecting -> open", "1 open #0 first"]);
});

Deno.test("connectTimeoutMs reads a handshake that was accepted while the loop was blocked until the deadline", () => {
  const it = rig();
  it.clock.tick(9_000);
  it.clock.plan(() => it.server.accept(), 1_000);
  it.clock.tick(1_000);
  assertEquals(it.log, ["1 statechange connecting -> open", "1 open #0 first"]);
});

Deno.test("ReconnectingWebSocket holds one timer when just open, none when stable, one while waiting", () => {
  const { clock, server } = openRig();
  const timers = [clock.pending];
  clock.tick(5_000);
  timers.push(clock.pending);
  server.drop();
  timers.push(clock.pending);
  assertEquals(timers, [
    [{ atMs: 5_000, delayMs: 5_000 }],
    [],
    [{ atMs: 6_500, delayMs: 1_500 }],
  ]);
});

Deno.test("ReconnectingWebSocket waits from 1 s to 2 s at first, and reaches both ends", () => {
  const firstDelayMs = (random: number): unknown => {
    const { server, log } = rig({ random: () => random });
    server.refuse();
    return log.at(-1);
  };
  assertEquals([0, 1 - 2 ** -53].map(firstDelayMs), [
    "0 retry #1 1000 connect-failed",
    "0 retry #1 2000 connect-failed",
  ]);
});
