/**
 * A session as it can be kept over a reload of its page, and as it begins.
 *
 * @module
 */

import type { WebSocketData } from "../bounded_queue.ts";
import { missing } from "../platform.ts";
import { Inlet, Outbox } from "./half.ts";

/**
 * What is needed to go on with a session in another client: plain data, but for binary messages.
 * Whoever has it is the session, so keep it where only its user reads it, delete it when it is read,
 * and never use it twice: the later hello takes the session, and the other client ends with 4009.
 */
export interface Snapshot {
  /** The session's secret. */
  readonly token: string;
  /** How many connections said hello for it. */
  readonly n: number;
  /** Whether the server has not confirmed yet that there is such a session. */
  readonly isNew: boolean;
  /** The server's messages that were handled. */
  readonly rx: number;
  /** Own messages that the server confirmed. */
  readonly acked: number;
  /** Own messages that were ever put on a wire. */
  readonly everSent: number;
  /** Own messages that are not confirmed, oldest first. */
  readonly unacked: readonly WebSocketData[];
}

/** One session, replaced as a whole when it is lost. */
export interface Session {
  readonly token: string;
  /** How many hellos were said. */
  n: number;
  /** Whether the server has not confirmed yet that there is such a session. */
  isNew: boolean;
  readonly outbox: Outbox;
  readonly inlet: Inlet;
}

/** A session that is new, or goes on as a snapshot says. */
export function begin(
  { token = makeToken(), n = 0, isNew = true, rx, acked, everSent, unacked }: Partial<Snapshot> =
    {},
): Session {
  return { token, n, isNew, outbox: new Outbox(acked, unacked, everSent), inlet: new Inlet(rx) };
}

/** 128 bits that cannot be guessed: who knows the token of a session is half its owner. */
function makeToken(): string {
  const { crypto } = globalThis as { crypto?: Crypto };
  if (!crypto?.getRandomValues) throw missing("crypto.getRandomValues, which sessions need");
  return crypto.getRandomValues(new Uint8Array(16)).join("-");
}
