/**
 * A network, a clock and a source of chance that do only what a test tells them: hours of outages
 * in a millisecond, the same each time. No global is patched, and nothing but the language, `EventTarget`,
 * `Event` and `URL` is needed, so it works in `Deno.test`, `node:test`, `bun:test` and Vitest alike.
 *
 * {@linkcode fakeWorld} makes all of it. Pass its `sources` to the client; move time with
 * {@linkcode FakeClock}; play the server with {@linkcode FakeNetwork} and
 * {@linkcode FakeConnection}, or tell a whole outage as a {@linkcode FaultScript}. A
 * {@linkcode RuntimeProfile} shows on one runtime what another would do.
 *
 * @example A server that restarts
 * ```ts
 * import { fakeWorld, FaultScript } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { clock, network } = fakeWorld();
 * new FaultScript()
 *   .at(0).accept()
 *   .at(5_000).close(1012, "restart")
 *   .between(5_000, 8_000).refuse()
 *   .play(network);
 *
 * const socket = new network.WebSocket("wss://example.com");
 * let closedAtMs = 0;
 * socket.onclose = () => closedAtMs = clock.now();
 * clock.tick(10_000);
 * assertEquals(closedAtMs, 5_000);
 * ```
 *
 * @module
 */
export type {
  Clock,
  Connectivity,
  ConnectivityHint,
  Sources,
  WebSocketConstructor,
  WebSocketLike,
} from "../sources.ts";
export * from "./fake_clock.ts";
export type { FakeConnection, FakeMessage, FakeMessageInit } from "./fake_connection.ts";
export * from "./fake_network.ts";
export * from "./fake_world.ts";
export * from "./fault_script.ts";
export type { RuntimeProfile } from "./runtime_profiles.ts";

export * from "./seeded_random.ts";
export { replay } from "./replay.ts";
export type { TraceRecord } from "../trace.ts";
