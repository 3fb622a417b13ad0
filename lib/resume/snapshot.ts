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

/** One session, replaced as a whole when it is lost. */
export interface Session {
  readonly token: string;
  /** The last hello. */
  n: number;
  /** The hellos that may be the last one that the server has served. */
  hellos: readonly number[];
  /** Whether the server has not confirmed yet that there is such a session. */
  isNew: boolean;
  readonly outbox: Outbox;
  readonly inlet: Inlet;
}

/** Two clients hardly draw the same lead; and a count takes two million of them. */
const MAX_LEAD = 2 ** 32;

/**
 * A session that is new, or goes on as a snapshot says. Several clients may go on with one, against the rules:
 * so no two of them say the same hello, and each of them may have sent what is not confirmed.
 *
 * @param chance A number in [0, 1).
 */
export function begin(snapshot?: Snapshot, chance = 0): Session {
  const { token = makeToken(), hellos = [], isNew = true, rx, acked = 0, unacked = [] }: Partial<
    Snapshot
  > = snapshot ?? {};
  const n = snapshot ? (hellos.at(-1) ?? 0) + Math.floor(chance * MAX_LEAD) : 0;
  const outbox = new Outbox(acked, unacked, acked + unacked.length);
  return { token, n, hellos, isNew, outbox, inlet: new Inlet(rx) };
}

/** 128 bits that cannot be guessed: who knows the token of a session is half its owner. */
function makeToken(): string {
  const { crypto } = globalThis as { crypto?: Crypto };
  if (!crypto?.getRandomValues) throw missing("crypto.getRandomValues, which sessions need");
  return crypto.getRandomValues(new Uint8Array(16)).join("-");
}
