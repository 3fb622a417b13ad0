/**
 * The options of a client: each is written where its feature is.
 *
 * @module
 */

import type { Handshake } from "../features/handshake.ts";
import type { HeartbeatOptions } from "../features/heartbeat.ts";
import type { Provider } from "../features/provider.ts";
import type { SendQueueOptions } from "../features/queue.ts";
import type { Failure, RetryDecision } from "../features/retry.ts";
import type { Sources } from "../sources.ts";
import type { TraceRecord } from "../trace.ts";
import type { PauseOptions } from "../features/pausing.ts";
import type { TimingOptions } from "./timing.ts";

/** Options of a client. Durations are in milliseconds. */
export interface ReconnectingWebSocketOptions extends TimingOptions, PauseOptions {
  /** Subprotocols, when the second constructor argument is this object; in both places: TypeError. */
  protocols?: Provider<string | string[]>;
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
  handshake?: Handshake;
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
