/**
 * The client of parts, for whom every kilobyte counts: reconnection with backoff, deadlines and the whole
 * surface of a WebSocket; every other feature is an import.
 *
 * It trusts its arguments. Who would rather have them checked, or wants everything, takes
 * `@holdfast/websocket`, whose class extends this one.
 *
 * @module
 */

export { ReconnectingWebSocket } from "./client/core_client.ts";
export { ReconnectingWebSocketError } from "./errors.ts";
export { abort } from "./features/abort.ts";
export { connectivity } from "./features/connectivity.ts";
export { handshake } from "./features/handshake.ts";
export { heartbeat } from "./features/heartbeat.ts";
export { pause, pausing, resume } from "./features/pausing.ts";
export { provider } from "./features/provider.ts";
export { queue } from "./features/queue.ts";
export { retry } from "./features/retry.ts";
export { openedOf, status, statusOf } from "./features/status.ts";
export { trace } from "./features/trace.ts";
export type { Backoff, BackoffContext, BackoffOptions } from "./backoff.ts";
export type { Overflow, WebSocketData } from "./bounded_queue.ts";
export type { Ending } from "./client/client.ts";
export type {
  ClientEventTarget,
  Handler,
  Listener,
  ListenerOptions,
} from "./client/event_target.ts";
export type {
  ReconnectingCloseEvent,
  ReconnectingDropEvent,
  ReconnectingErrorEvent,
  ReconnectingOpenEvent,
  ReconnectingRetryEvent,
  ReconnectingStateChangeEvent,
  ReconnectingWebSocketEventMap,
} from "./client/events.ts";
export type { Feature } from "./client/feature.ts";
export type { CoreOptions } from "./client/parts.ts";
export type { PauseOptions } from "./features/pausing.ts";
export type { TimingOptions } from "./client/timing.ts";
export type { ReconnectingWebSocketErrorCode } from "./errors.ts";
export type { Handshake, HandshakeLink, HandshakeResult } from "./features/handshake.ts";
export type { HeartbeatOptions } from "./features/heartbeat.ts";
export type { ConnectContext, Provider, ProviderFunction } from "./features/provider.ts";
export type { SendOptions, SendQueueOptions } from "./features/queue.ts";
export type { Failure, RetryDecision } from "./features/retry.ts";
export type { Status } from "./features/status.ts";
export type { ConnectionState } from "./machine/state.ts";
export type { PlatformEventTarget } from "./platform.ts";
export type {
  Clock,
  Connectivity,
  ConnectivityHint,
  Sources,
  WebSocketConstructor,
  WebSocketLike,
} from "./sources.ts";
export type { TraceRecord } from "./trace.ts";
