/** The default clock, under timers that a test has replaced: nothing but `sources.clock` is ours. */

import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { fakeWorld } from "../../lib/testing/mod.ts";
import { ReconnectingWebSocket } from "../../mod.ts";
import { record } from "../client/rig.ts";

Deno.test("ReconnectingWebSocket waits on global timers, as they are when it needs them", async () => {
  const { network } = fakeWorld();
  // The module was loaded before the timers are faked: it must not have kept the real ones.
  using time = new FakeTime(1_000_000);
  const ws = new ReconnectingWebSocket("wss://example.com", {
    sources: { WebSocket: network.WebSocket, random: () => 0.5, connectivity: null },
  });
  const log = record(ws);
  network.connections[0]?.refuse();
  await time.tickAsync(1_499);
  assertEquals(network.connections.length, 1);
  await time.tickAsync(1);
  assertEquals(network.connections.length, 2);
  network.connections[1]?.accept();
  await time.tickAsync(5_000);
  network.connections[1]?.drop();
  assertEquals(log, [
    "0 statechange connecting -> waiting",
    "0 error connect-failed",
    "0 close 1006 unclean connect-failed retry",
    "0 retry #1 1500 connect-failed",
    "0 statechange waiting -> connecting",
    "1 statechange connecting -> open",
    "1 open #1 first",
    "0 statechange open -> waiting",
    "0 error connection-lost",
    "0 close 1006 unclean connection-lost retry",
    "0 retry #1 1500 connection-lost",
  ]);
  ws.close();
  assertEquals((await ws.closed).code, 1006);
  await time.tickAsync(60_000);
  assertEquals(network.connections.length, 2);
});

Deno.test("ReconnectingWebSocket gives up a connect at its deadline on global timers", async () => {
  const { network } = fakeWorld();
  using time = new FakeTime();
  const ws = new ReconnectingWebSocket("wss://example.com", {
    connectTimeoutMs: 2_000,
    maxAttempts: 0,
    sources: { WebSocket: network.WebSocket, connectivity: null },
  });
  await time.tickAsync(1_999);
  assertEquals(ws.readyState, 0);
  // A few turns of the loop, to read what has arrived: on timers that are faked like this each is late.
  await time.tickAsync(1 + 200);
  const { error } = await ws.closed;
  assertEquals([ws.readyState, error?.code], [3, "connect-timeout"]);
});

Deno.test("ReconnectingWebSocket stamps its trace with the wall clock", () => {
  using _time = new FakeTime(1_234_567);
  const { network } = fakeWorld();
  const stamps: number[] = [];
  using _ws = new ReconnectingWebSocket("wss://example.com", {
    trace: ({ atMs }) => stamps.push(atMs),
    sources: { WebSocket: network.WebSocket, connectivity: null },
  });
  assertEquals(stamps, [1_234_567, 1_234_567]);
});
