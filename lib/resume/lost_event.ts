/**
 * How the application learns of the one way in which messages of a session are ever lost.
 *
 * @module
 */

import type { WebSocketData } from "../bounded_queue.ts";
import type { ReconnectingWebSocketEventMap } from "../../mod.ts";
import type { LostReason } from "./frames.ts";

/** What was lost with a session. */
export interface SessionLoss {
  /**
   * Why the server does not go on with it:
   *
   * - `unknown`: it has no such session: it restarted without a store, or its store was wiped
   * - `expired`: the client was away for longer than the server keeps sessions
   * - `gap`: one of the two went back in time, such as a store that was restored from a backup
   * - `overflow`: the server had more to send than it keeps for a client that is away
   * - `ended`: the server's application ended it
   */
  readonly why: LostReason | "ended";
  /** What the server did not confirm, oldest first: it is given back. */
  readonly unacked: readonly WebSocketData[];
  /**
   * Whether certainly none of `unacked` was handled, so that all of it can be sent again. Otherwise it is
   * in doubt: some may have been handled.
   */
  readonly isExact: boolean;
}

/** Dispatched once for each session that is lost, before the `open` of the next one. */
export interface SessionLostEvent extends Event, SessionLoss {}

/** All events by name. */
export interface ResumableWebSocketEventMap extends ReconnectingWebSocketEventMap {
  /** The session is lost; what is sent from now on belongs to the next. */
  lost: SessionLostEvent;
}
