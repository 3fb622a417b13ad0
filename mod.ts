/**
 * A WebSocket that survives the network: it reconnects with exponential backoff and jitter, keeps
 * what is sent meanwhile, classifies every failure, and never lies about its state.
 *
 * @example A feed that comes back by itself
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 *
 * const ws = new ReconnectingWebSocket("ws://localhost:8080/feed");
 * ws.addEventListener("open", () => ws.send("subscribe"));
 * ws.addEventListener("message", ({ data }) => console.log(data));
 * ws.addEventListener("retry", ({ attempt, delayMs }) => {
 *   console.log(`attempt ${attempt} in ${delayMs} ms`);
 * });
 * // Later, and for good:
 * ws.close();
 * ```
 *
 * @module
 */

export { ReconnectingWebSocket } from "./lib/client/reconnecting_websocket.ts";
export { ReconnectingWebSocketError } from "./lib/errors.ts";
export type { Backoff, BackoffContext, BackoffOptions } from "./lib/backoff.ts";
export type { Overflow, WebSocketData } from "./lib/bounded_queue.ts";
export type { Ending } from "./lib/client/client.ts";
export type {
  ClientEventTarget,
  Handler,
  Listener,
  ListenerOptions,
} from "./lib/client/event_target.ts";
export type {
  ReconnectingCloseEvent,
  ReconnectingDropEvent,
  ReconnectingErrorEvent,
  ReconnectingOpenEvent,
  ReconnectingRetryEvent,
  ReconnectingStateChangeEvent,
  ReconnectingWebSocketEventMap,
} from "./lib/client/events.ts";
export type { ReconnectingWebSocketOptions } from "./lib/client/options.ts";
export type { PauseOptions } from "./lib/features/pausing.ts";
export type { TimingOptions } from "./lib/client/timing.ts";
export type { ReconnectingWebSocketErrorCode } from "./lib/errors.ts";
export type { Handshake, HandshakeLink, HandshakeResult } from "./lib/features/handshake.ts";
export type { HeartbeatOptions } from "./lib/features/heartbeat.ts";
export type { ConnectContext, Provider, ProviderFunction } from "./lib/features/provider.ts";
export type { SendOptions, SendQueueOptions } from "./lib/features/queue.ts";
export type { Failure, RetryDecision } from "./lib/features/retry.ts";
export type { Status } from "./lib/features/status.ts";
export type { ConnectionState } from "./lib/machine/state.ts";
export type { PlatformEventTarget } from "./lib/platform.ts";
export type {
  Clock,
  Connectivity,
  ConnectivityHint,
  Sources,
  WebSocketConstructor,
  WebSocketLike,
} from "./lib/sources.ts";
export type { TraceRecord } from "./lib/trace.ts";
