/**
 * A network, a clock and a source of chance that do only what a test tells them.
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
