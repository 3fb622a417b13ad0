/**
 * The options, with their units and the reasons for their defaults.
 *
 * @module
 */

import type { Backoff, BackoffOptions } from "./backoff.ts";
import type { HandshakeLink } from "./handshake.ts";
import type { Overflow, WebSocketData } from "./send_queue.ts";
import type { Sources } from "./sources.ts";
import type { TraceRecord } from "./trace.ts";
import type { Failure, RetryDecision } from "./verdict.ts";

/** A value, or a function asked before every attempt (for a fresh token, another host). */
export type Provider<T> = T | ProviderFunction<T>;

/** A function that is asked before every attempt; a throw or a rejection fails the attempt. */
export type ProviderFunction<T> = (context: ConnectContext) => T | Promise<T>;

/** What a provider is told. */
export interface ConnectContext {
  /** The attempt to come; 0 is the first connection. */
  readonly attempt: number;
  /** Aborted when the attempt is abandoned: pass it to `fetch`. */
  readonly signal: AbortSignal;
}

/** Liveness by application messages; browsers expose no ping frame. */
export interface HeartbeatOptions {
  /**
   * Silence in milliseconds after which a probe is sent: below the 30 s and 60 s after which common
   * proxies close an idle connection.
   *
   * @default {25_000}
   */
  intervalMs?: number;
  /**
   * Silence in milliseconds after a probe that counts as a lost connection: a slow mobile network
   * answers in a few seconds.
   *
   * @default {10_000}
   */
  timeoutMs?: number;
  /**
   * The probe. Without it silence alone is watched (for servers that send on their own):
   * `intervalMs + timeoutMs` of it is a loss.
   */
  message?: WebSocketData | (() => WebSocketData);
  /** Messages for which this is true are not dispatched to the application. */
  isReply?: (data: unknown) => boolean;
}

/** Bounds of the queue that holds messages sent while not open. */
export interface SendQueueOptions {
  /**
   * Ten minutes of one message in 0.6 s; more is better kept by the application.
   *
   * @default {1_024}
   */
  maxMessages?: number;
  /**
   * UTF-8 bytes for strings, counted once, when queued: 1 MiB is sent within a second over most networks.
   *
   * @default {1_048_576}
   */
  maxBytes?: number;
  /**
   * What happens to a message too many: `send` returns false and a `drop` event tells
   * (`"drop-newest"`), the oldest ones make room (`"drop-oldest"`), or `send` throws (`"throw"`).
   *
   * @default {"drop-newest"} because only then the caller, who knows the message, is told by `send`.
   */
  overflow?: Overflow;
}

/** Options of a client. Durations are in milliseconds. */
export interface ReconnectingWebSocketOptions {
  /** Subprotocols, when the second constructor argument is this object; in both places: TypeError. */
  protocols?: Provider<string | string[]>;
  /**
   * A delay policy (see `@holdfast/websocket/backoff`), or parameters of the default one, `windowedBackoff`.
   * A policy's answer is kept within 1 ms and `maxDelayMs`; what is no number counts as `maxDelayMs`.
   *
   * @default {windowedBackoff({ initialDelayMs: 1_000, multiplier: 2 })}
   */
  backoff?: Backoff | Pick<BackoffOptions, "initialDelayMs" | "multiplier">;
  /**
   * No wait is ever longer: bounds the policy, a server's hints and paced restarts alike. A minute is
   * what a user waits at most, and one attempt a minute is no load for any server.
   *
   * @default {60_000}
   */
  maxDelayMs?: number;
  /**
   * Consecutive attempts after the first that did not stay open for `stableAfterMs`, before giving up.
   *
   * @default {Infinity} because a network comes back, and only the application knows when to stop waiting.
   */
  maxAttempts?: number;
  /**
   * The deadline of one whole attempt: providers, dialling, handshake. Platforms have none that can be
   * relied on; three SYN retransmissions (1 + 2 + 4 s) fit in.
   *
   * @default {10_000}
   */
  connectTimeoutMs?: number;
  /**
   * How long a connection must stay open before the attempt counter returns to 0. A server that
   * accepts and then drops must not defeat the backoff.
   *
   * @default {5_000}
   */
  stableAfterMs?: number;
  /**
   * How long `close()` waits for the peer's close frame before the end is reported anyway. Platforms
   * wait 5 s to for ever.
   *
   * @default {3_000}
   */
  closeTimeoutMs?: number;
  /** Whether, and when, to retry; `undefined` means the default decision, the close-code table. */
  shouldRetry?: (failure: Failure) => RetryDecision;
  /** Runs on each new connection before `open` and before queued messages leave: authenticate, resubscribe. */
  handshake?: (link: HandshakeLink) => void | Promise<void>;
  /** A liveness probe. Without one a half-open connection is not noticed. Off unless given. */
  heartbeat?: HeartbeatOptions;
  /** The bounds of the queue; `false` makes `send` throw while not open, as the platform's does. */
  queue?: SendQueueOptions | false;
  /** Aborting it ends the client, as `close()` does. */
  signal?: AbortSignal;
  /** Gets one plain-data record for each decision; see `@holdfast/websocket/trace` for readable lines. */
  trace?: (record: TraceRecord) => void;
  /** Everything impure, for tests and for other WebSocket classes. @default {the platform's} */
  sources?: Partial<Sources>;
}
