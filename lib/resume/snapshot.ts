/**
 * A session as it can be kept over a reload of its page.
 *
 * @module
 */

import type { WebSocketData } from "../bounded_queue.ts";

/**
 * What is needed to go on with a session in another client: plain data, but for binary messages.
 * Whoever has it is the session, so keep it where only its user reads it, delete it when it is read,
 * and never use it twice: the later hello takes the session, and the other client ends with 4009.
 */
export interface Snapshot {
  /** The session's secret. */
  readonly token: string;
  /** The hellos that may be the last one that the server has served. */
  readonly hellos: readonly number[];
  /** Whether the server has not confirmed yet that there is such a session. */
  readonly isNew: boolean;
  /** The server's messages that were handled. */
  readonly rx: number;
  /** Own messages that the server confirmed. */
  readonly acked: number;
  /** Own messages that are not confirmed, oldest first. */
  readonly unacked: readonly WebSocketData[];
}
