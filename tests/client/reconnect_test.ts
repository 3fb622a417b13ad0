import { assertEquals, assertThrows } from "@std/assert";
import { alive, openRig, rig } from "./rig.ts";

Deno.test("reconnect() drops an open connection and dials at once", () => {
  const { ws, network, server, read, clock } = openRig();
  server.closeReply = "never";
  ws.reconnect(4_000, "fresh start");
  assertEquals(server.clientClose, { code: 4_000, reason: "fresh start" });
  assertEquals(read(), [
    "0 statechange open -> connecting",
    "0 close 1006 unclean - retry",
    "0 retry #0 0 -",
  ]);
  assertEquals([network.connections.length, alive(network).length], [2, 1]);
  network.connections[1]?.accept();
  clock.tick(60_000);
  assertEquals(read(), ["1 statechange connecting -> open", "1 open #0 again"]);
});

Deno.test("reconnect() while connecting dials again, and only one socket lives", () => {
  const { ws, network, log } = rig();
  ws.reconnect();
  ws.reconnect();
  assertEquals(log, [
    "0 close 1006 unclean - retry",
    "0 retry #0 0 -",
    "0 close 1006 unclean - retry",
    "0 retry #0 0 -",
  ]);
  assertEquals([network.connections.length, alive(network).length], [3, 1]);
});

Deno.test("reconnect() during a wait ends it, and resets the counters", () => {
  const { ws, network, read, clock } = rig();
  for (let n = 0; n < 3; n++) {
    network.connections.at(-1)?.refuse();
    if (n < 2) clock.next();
  }
  assertEquals([ws.state, ws.attempt], ["waiting", 3]);
  read();
  ws.reconnect();
  assertEquals([ws.state, ws.attempt, read()], [
    "connecting",
    0,
    ["0 statechange waiting -> connecting"],
  ]);
  network.connections.at(-1)?.refuse();
  assertEquals(read().at(-1), "0 retry #1 1500 connect-failed");
});

Deno.test("reconnect() while a provider is asked aborts it and asks again", async () => {
  const asked: AbortSignal[] = [];
  const { ws, network, log, clock } = rig({
    url: ({ signal }) => {
      asked.push(signal);
      return asked.length === 1 ? new Promise<string>(() => {}) : "wss://example.com/second";
    },
  });
  ws.reconnect();
  await clock.tickAsync(0);
  assertEquals(asked.map(({ aborted }) => aborted), [true, false]);
  assertEquals(network.connections.map(({ url }) => url), ["wss://example.com/second"]);
  assertEquals(log, []);
});

Deno.test("reconnect() keeps what waits in the queue", () => {
  const { ws, network } = rig();
  ws.send("kept");
  ws.reconnect();
  network.connections[1]?.accept();
  assertEquals(network.connections.map(({ received }) => received), [[], ["kept"]]);
});

Deno.test("reconnect() goes on though the dead peer never answers the close", () => {
  const { ws, network, server, clock, read } = openRig();
  server.stall();
  ws.reconnect();
  network.connections[1]?.accept();
  read();
  clock.tick(600_000);
  assertEquals([read(), ws.state], [[], "open"]);
});

for (const when of ["closing", "closed"] as const) {
  Deno.test(`reconnect() throws once ${when}: over is over`, () => {
    const { ws, clock, read, network } = openRig();
    ws.close();
    if (when === "closed") clock.tick(0);
    assertEquals(ws.state, when);
    read();
    const error = assertThrows(() => ws.reconnect(), DOMException);
    assertEquals(
      [error.name, error.message],
      ["InvalidStateError", "Cannot reconnect as the client is over"],
    );
    assertEquals([ws.state, read(), network.connections.length], [when, [], 1]);
  });
}

Deno.test("reconnect() with bad arguments throws before anything changes", () => {
  const { ws, server, log } = openRig();
  assertThrows(() => ws.reconnect(1001), DOMException);
  assertThrows(() => ws.reconnect(1000, "x".repeat(124)), DOMException);
  assertEquals([ws.state, log, server.clientClose], ["open", [], null]);
});
