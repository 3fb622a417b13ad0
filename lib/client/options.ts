/**
 * The options, with their units and the reasons for their defaults.
 *
 * @module
 */

import type { Backoff, BackoffOptions } from "../backoff.ts";
import type { HandshakeLink, HandshakeResult } from "../features/handshake.ts";
import type { Overflow, WebSocketData } from "../bounded_queue.ts";
import type { Sources } from "../sources.ts";
import type { TraceRecord } from "../trace.ts";
import type { Failure, RetryDecision } from "../features/retry.ts";

/** A value, or a function called before every attempt (for a fresh token, another host). */
export type Provider<T> = T | ProviderFunction<T>;

/**
 * A function that is called before every attempt, one call at a time: while an answer is outstanding, the
 * next attempt waits for it. A throw or a rejection fails the attempt that waits; what it throws may
 * decide, by an own property `retry`: `false` ends the client, `{ delayMs }` is a server's hint.
 */
export type ProviderFunction<T> = (context: ConnectContext) => T | Promise<T>;

/** What a provider gets. */
export interface ConnectContext {
  /** The attempt to come; 0 is the first connection. */
  readonly attempt: number;
  /**
   * Aborted when the client ends, and when the answer took `2 * connectTimeoutMs`, after which the
   * provider may be called anew: pass it to `fetch`. A call outlives its attempt, so that a token that
   * can be refreshed once is not refreshed twice.
   */
  readonly signal: AbortSignal;
}

/**
 * Liveness by application messages; browsers expose no ping frame. Where the class exposes the pings and
 * pongs of the protocol (`ws` does) they count as life, and so do bytes that leave: a `bufferedAmount`
 * that is lower than a beat before. A message that takes longer to arrive than the heartbeat waits is
 * cut off; after two such losses in a row the timeout doubles, up to 8 times, until a message comes.
 */
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
  /** Messages for which this is true are not dispatched to the application, and give `latencyMs`. */
  isReply?: (data: unknown) => boolean;
  /**
   * Whether the probe is sent each `intervalMs`, whatever arrives: for servers that close who is silent,
   * however much they send themselves. Needs `message`. A loss is still silence alone.
   *
   * @default {false} because any message is a sign of life, and a probe beside it would be waste.
   */
  always?: boolean;
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
   * What happens to a message too many: `send` returns false and a `drop` event reports it
   * (`"drop-newest"`), the oldest ones make room (`"drop-oldest"`), or `send` throws (`"throw"`).
   *
   * @default {"drop-newest"} because only then the caller, who knows the message, learns it from `send`.
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
   * No wait is ever longer: it bounds the policy, a server's hints and paced restarts alike. A minute is
   * what a user waits at most, and one attempt a minute is no load for any server.
   *
   * @default {60_000}
   */
  maxDelayMs?: number;
  /**
   * Consecutive attempts after the first that did not stay open for `stableAfterMs`, before giving up.
   * The error is `retry-limit` then; with 0 it says what happened.
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
  /**
   * Whether, and when, to retry. `undefined` means the default decision: what a provider or a handshake
   * threw, then the close-code table.
   */
  shouldRetry?: (failure: Failure) => RetryDecision;
  /**
   * Runs on each new connection before `open` and before queued messages leave: authenticate here, and
   * resubscribe in `open` (what is subscribed while a handshake waits is not sent yet).
   *
   * Its throw is a failed attempt. What it throws may decide, by an own property `retry`: `false` ends the
   * client, `{ delayMs }` is a server's hint. Otherwise the close frame of the server decides that follows
   * within 1 s, and then the default.
   *
   * It may return the pace of the heartbeat on this connection.
   */
  handshake?: (link: HandshakeLink) => void | HandshakeResult | Promise<void | HandshakeResult>;
  /** A liveness probe. Without one a half-open connection is not noticed. Off unless given. */
  heartbeat?: HeartbeatOptions;
  /** The bounds of the queue; `false` makes `send` throw while not open, as the platform's does. */
  queue?: SendQueueOptions | false;
  /** Aborting it ends the client, as `close()` does. */
  signal?: AbortSignal;
  /** Gets one plain-data record for each decision; see `@holdfast/websocket/trace` for readable lines. */
  trace?: (record: TraceRecord) => void;
  /**
   * Everything impure, for tests and for other WebSocket classes.
   *
   * @default {the platform's}
   */
  sources?: Partial<Sources>;
}
