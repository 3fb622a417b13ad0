import { assertEquals, assertThrows } from "@std/assert";
import { alive, openRig, rig } from "./rig.ts";

Deno.test("reconnect() drops an open connection and dials at once, and its events come later", async () => {
  const { ws, network, server, read, clock } = openRig();
  server.closeReply = "never";
  ws.reconnect(4_000, "fresh start");
  assertEquals(server.clientClose, { code: 4_000, reason: "fresh start" });
  assertEquals([read(), ws.state, ws.readyState], [[], "connecting", 0]);
  assertEquals([network.connections.length, alive(network).length], [2, 1]);
  await Promise.resolve();
  assertEquals(read(), [
    "0 statechange open -> connecting",
    "0 close 4000 fresh start unclean - retry",
    "0 retry #0 0 -",
  ]);
  network.connections[1]?.accept();
  clock.tick(60_000);
  assertEquals(read(), ["1 statechange connecting -> open", "1 open #0 again"]);
});

Deno.test("reconnect() can be waited for by its close event", async () => {
  const { ws } = openRig();
  ws.reconnect(4_001, "x");
  const close = await new Promise<CloseEvent>((resolve) =>
    ws.addEventListener("close", resolve, { once: true })
  );
  assertEquals([close.code, close.reason, close.wasClean], [4_001, "x", false]);
});

Deno.test("reconnect() has its events dispatched before any later one, in order", () => {
  const { ws, server, network, read } = openRig({ queue: { maxMessages: 0 } });
  server.closeReply = "never";
  ws.reconnect();
  ws.send("does not fit");
  assertEquals(read(), [
    "0 statechange open -> connecting",
    "0 close 1006 unclean - retry",
    "0 retry #0 0 -",
    "0 drop does not fit queue-overflow",
  ]);
  ws.reconnect(4_002);
  network.connections[2]?.accept();
  assertEquals(read(), [
    "1 close 4002 unclean - retry",
    "1 retry #0 0 -",
    "1 statechange connecting -> open",
    "1 open #0 again",
  ]);
});

Deno.test("reconnect() and close() at once give one close, the final one", async () => {
  const { ws, clock, log } = openRig();
  ws.reconnect();
  ws.close();
  await clock.tickAsync(0);
  assertEquals(log, [
    "2 statechange open -> connecting",
    "2 statechange connecting -> closing",
    "3 statechange closing -> closed",
    "3 close 1006 unclean - over",
  ]);
});

Deno.test("reconnect() while connecting dials again, and only one socket lives", async () => {
  const { ws, network, log } = rig();
  ws.reconnect();
  ws.reconnect();
  await Promise.resolve();
  assertEquals(log, ["0 close 1006 unclean - retry"]);
  assertEquals([network.connections.length, alive(network).length], [3, 1]);
});

Deno.test("reconnect() during a wait ends it, and resets the counters", async () => {
  const { ws, network, read, clock } = rig();
  for (let n = 0; n < 3; n++) {
    network.connections.at(-1)?.refuse();
    if (n < 2) clock.next();
  }
  assertEquals([ws.state, ws.attempt], ["waiting", 3]);
  read();
  ws.reconnect();
  assertEquals([ws.state, ws.attempt], ["connecting", 0]);
  await Promise.resolve();
  assertEquals(read(), ["0 statechange waiting -> connecting"]);
  network.connections.at(-1)?.refuse();
  assertEquals(read().at(-1), "0 retry #1 1500 connect-failed");
});

Deno.test("reconnect() while a provider is called waits for the same answer", async () => {
  const answers: ((url: string) => void)[] = [];
  const { ws, network, log, clock } = rig({
    url: () => new Promise<string>((resolve) => answers.push(resolve)),
  });
  for (let n = 0; n < 20; n++) ws.reconnect();
  answers[0]?.("wss://example.com/only");
  await clock.tickAsync(0);
  assertEquals(network.connections.map(({ url }) => url), ["wss://example.com/only"]);
  assertEquals([log, answers.length], [[], 1]);
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
