/**
 * The types that the entries `.` and `./core` have in common. Not an entry point.
 *
 * @module
 */

export type { Backoff, BackoffContext, BackoffOptions } from "./backoff.ts";
export type { Overflow, WebSocketData } from "./bounded_queue.ts";
export type { Ending } from "./client/client.ts";
export type {
  ClientEventTarget,
  Handler,
  Listener,
  ListenerOptions,
  OtherEventType,
  Shortened,
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
export type { TimingOptions } from "./client/timing.ts";
export type { ReconnectingWebSocketErrorCode } from "./errors.ts";
export type { Handshake, HandshakeLink, HandshakeResult } from "./features/handshake.ts";
export type { HeartbeatOptions } from "./features/heartbeat.ts";
export type { PauseOptions } from "./features/pausing.ts";
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
