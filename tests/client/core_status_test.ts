/** The status and the promise `opened`: of the client of parts by functions, of the full class by properties. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { openedOf, ReconnectingWebSocket, status, statusOf } from "../../lib/core.ts";
import { fakeWorld } from "../../lib/testing/mod.ts";
import { rig, URL_OF_TESTS } from "./rig.ts";

Deno.test("statusOf() is the status of a client with status(), and statuschange says when it changes", () => {
  const { clock, network, sources } = fakeWorld({ seed: 1 });
  const ws = new ReconnectingWebSocket(URL_OF_TESTS, { sources, use: [status()] });
  const seen: unknown[] = [];
  ws.onstatuschange = () => seen.push(statusOf(ws).state);
  network.connections[0]?.accept();
  network.connections[0]?.drop();
  assert(statusOf(ws) === statusOf(ws));
  const { state, attempt, retryAtMs, error, connection } = statusOf(ws);
  assertEquals([seen, state, attempt, error?.code, connection], [
    ["open", "waiting"],
    ...["waiting", 1, "connection-lost", 1],
  ]);
  assert(retryAtMs !== null && retryAtMs > clock.now());
  ws.close();
});

Deno.test("openedOf() resolves when a client with status() opens", async () => {
  const { network, sources } = fakeWorld();
  const ws = new ReconnectingWebSocket(URL_OF_TESTS, { sources, use: [status()] });
  const before = openedOf(ws);
  network.connections[0]?.accept();
  await before;
  assert(openedOf(ws) === before);
  ws.close();
});

Deno.test("openedOf() rejects when a client with status() ends before, also looked at later", async () => {
  const { network, sources } = fakeWorld();
  const ws = new ReconnectingWebSocket(URL_OF_TESTS, {
    sources,
    maxAttempts: 0,
    use: [status()],
  });
  network.connections[0]?.refuse();
  const { message } = await assertRejects(() => openedOf(ws), Error);
  assertEquals([message, ws.state], ["Connect failed", "closed"]);
});

Deno.test("opened resolves though a listener of statechange closes what has opened", async () => {
  const { ws, network } = rig();
  ws.addEventListener("statechange", ({ state }) => state === "open" && ws.close());
  const { opened } = ws;
  network.connections[0]?.accept();
  await opened;
  assertEquals(ws.state, "closing");
  ws.close();
});
