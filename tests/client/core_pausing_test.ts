/** Pauses of the client of parts, which has them by a feature. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { pause, pausing, ReconnectingWebSocket, resume } from "../../lib/core.ts";
import { fakeWorld } from "../../lib/testing/mod.ts";
import { URL_OF_TESTS } from "./rig.ts";

Deno.test("pause() drops the connection of a client with pausing(), and resume() dials", () => {
  const { clock, network, sources } = fakeWorld();
  const ws = new ReconnectingWebSocket(URL_OF_TESTS, { sources, use: [pausing()] });
  network.connections[0]?.accept();
  pause(ws, 4_000, "away");
  assertEquals([ws.state, clock.pending.length, network.connections.length], ["paused", 0, 1]);
  resume(ws);
  network.connections[1]?.accept();
  assertEquals([ws.state, network.connections.length], ["open", 2]);
  ws.close();
});

Deno.test("pause() and resume() throw without pausing(), and change nothing", () => {
  const { network, sources } = fakeWorld();
  const ws = new ReconnectingWebSocket(URL_OF_TESTS, { sources });
  network.connections[0]?.accept();
  for (const [name, call] of Object.entries({ pause, resume })) {
    const error = assertThrows(() => call(ws), DOMException);
    assertEquals(
      [error.name, error.message],
      ["InvalidStateError", `Cannot ${name} as there is no pausing() in 'use'`],
    );
  }
  assertEquals([ws.state, network.connections.length], ["open", 1]);
  ws.close();
});

Deno.test("pausing({ startPaused }) makes a client of parts that does not dial", () => {
  const { network, sources } = fakeWorld();
  const ws = new ReconnectingWebSocket(URL_OF_TESTS, {
    sources,
    use: [pausing({ startPaused: true })],
  });
  assertEquals([ws.state, network.connections.length], ["paused", 0]);
  resume(ws);
  assertEquals(network.connections.length, 1);
  ws.close();
});

Deno.test("pausing({ giveUp: 'pause' }) pauses a client of parts at its limit", () => {
  const { network, sources } = fakeWorld();
  const use = [pausing({ giveUp: "pause" })];
  const ws = new ReconnectingWebSocket(URL_OF_TESTS, { sources, maxAttempts: 0, use });
  const ends: unknown[] = [];
  ws.onclose = ({ willRetry, error }) => ends.push([willRetry, error?.code]);
  network.connections[0]?.refuse();
  assertEquals([ws.state, ends], ["paused", [[false, "connect-failed"]]]);
  ws.close();
});

Deno.test("the client of parts has no methods of a feature that it may lack", () => {
  const names = ["pause", "resume", "status", "connection", "latencyMs"];
  assert(names.every((name) => !(name in ReconnectingWebSocket.prototype)));
});
