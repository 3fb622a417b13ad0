/**
 * Who calls `reconnect()` can wait for what follows: its events come later than the call, as those
 * of `close()` do, and say with which code the connection was left.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { once } from "node:events";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { openRig, rig } from "../client/rig.ts";
import { openServer } from "./beside_native.ts";
import { serveContract } from "./contract_server.ts";
import { inTime, until } from "./trial.ts";

Deno.test("reconnect() can be awaited by its events, over a real socket", async () => {
  await using server = await openServer(serveContract);
  await using ws = new ReconnectingWebSocket(`ws://${server.host}/echo`);
  await ws.opened;
  for (const type of ["close", "retry", "open", "statechange"]) {
    ws.reconnect();
    await inTime(once(ws, type), type);
    await until(() => ws.state === "open", "the connection");
  }
  await until(() => server.live === 1, "the end of what was left");
});

Deno.test("reconnect() changes the state and dials at once, and dispatches later", async () => {
  const { ws, network, read } = openRig();
  ws.reconnect(4001, "x");
  assertEquals([ws.state, network.connections.length, read()], ["connecting", 2, []]);
  await Promise.resolve();
  assertEquals(read(), [
    "0 statechange open -> connecting",
    "0 close 4001 x unclean - retry",
    "0 retry #0 0 -",
  ]);
});

Deno.test("reconnect() is dispatched before whatever happens next", () => {
  const { ws, network, read } = openRig();
  ws.reconnect(4001, "x");
  network.connections[1]?.accept();
  assertEquals(read().map((line) => line.slice(2)), [
    "statechange open -> connecting",
    "close 4001 x unclean - retry",
    "retry #0 0 -",
    "statechange connecting -> open",
    "open #0 again",
  ]);
});

Deno.test("reconnect() inside a listener is dispatched after the event that it is in", async () => {
  const { ws, server, log } = openRig();
  ws.addEventListener("message", () => ws.reconnect(4001, "x"));
  ws.addEventListener("message", () => log.push("behind"));
  server.send("now");
  await Promise.resolve();
  assertEquals(log, [
    "1 message now",
    "behind",
    "0 statechange open -> connecting",
    "0 close 4001 x unclean - retry",
    "0 retry #0 0 -",
  ]);
});

Deno.test("reconnect() sends its code and reason to the server", () => {
  const { ws, server } = openRig();
  ws.reconnect(4001, "x");
  assertEquals(server.clientClose, { code: 4001, reason: "x" });
});

Deno.test("reconnect() during a wait says nothing of a connection", async () => {
  const { ws, server, read } = rig();
  server.refuse();
  read();
  ws.reconnect(4001, "x");
  assertEquals(read(), []);
  await Promise.resolve();
  assertEquals(read(), ["0 statechange waiting -> connecting"]);
});
