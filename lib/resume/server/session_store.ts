/**
 * Where sessions live beyond one connection, and beyond one process.
 *
 * @module
 */

import type { WebSocketData } from "../../bounded_queue.ts";
import type { LostReason } from "../frames.ts";

/** The part of a hello that a store needs. */
export interface StoreHello {
  /** Whether the session may begin now. */
  readonly new: boolean;
  /** Counts the hellos of the session: one that is not above the last served is stale. */
  readonly n: number;
  /** The hellos of which one must be the last served; see {@linkcode follows}. */
  readonly was?: readonly number[];
  /**
   * How many messages the client ever put on a wire: so many may have been handled by a server that died,
   * or before the session was over, which therefore begins anew only for a client that has sent nothing.
   */
  readonly tx: number;
}

/**
 * Whether a hello comes from who has the session, as `n` was served last: otherwise another client has gone on
 * with a copy of it, and counters that fit may count other messages. A store answers `lost` then, why `gap`,
 * and changes nothing. Clients that never go on with what they have kept may leave `was` out.
 */
export function follows({ was }: StoreHello, n: number): boolean {
  return was?.includes(n) ?? true;
}

/** A session as it was found. */
export interface Stored {
  /** Which opening of the session this is: whoever has a lower number is fenced. */
  readonly gen: number;
  /** The client's messages that were handled. */
  readonly rx: number;
  /** The server's messages that the client confirmed. */
  readonly acked: number;
  /** Whether it begins now. */
  readonly isNew: boolean;
  /** The client's messages up to this one may have been handled by a server that died. Never forgotten. */
  readonly doubt: number;
  /** The server's messages that the client has not confirmed, from `acked + 1` on. */
  readonly messages: readonly WebSocketData[];
}

/** What is left of a session that is over, for a client that comes back. */
export interface Grave {
  /** The last hello that was served: earlier ones that are late must not begin the session anew. */
  readonly n: number;
  /** What its client is answered. */
  readonly why: LostReason;
  /** The client's messages that were handled; absent where that is in doubt. */
  readonly rx?: number | undefined;
}

/** What opening a session leads to. */
export type Opened =
  | { readonly type: "session"; readonly session: Stored }
  /** A later hello is or was served: another client has the session, or no connection waits any more. */
  | { readonly type: "stale" }
  /** This very hello was served, and its answer lost on the way: its client says another. */
  | { readonly type: "served" }
  | { readonly type: "lost"; readonly grave: Omit<Grave, "n"> };

/** A group commit: everything that became due since the last one. */
export interface Change {
  /** The hello that is being served. */
  readonly n: number;
  /** The client's messages that were handled. */
  readonly rx: number;
  /** The server's messages that the client confirmed. */
  readonly acked: number;
  /** The number of the first of `messages`. */
  readonly first: number;
  /** The server's new messages. */
  readonly messages: readonly WebSocketData[];
}

/** What a commit leads to; `fenced`: this process is the session's owner no more. */
export type Committed = "ok" | "fenced";

/**
 * A store of sessions. Three things must hold:
 *
 * 1. A session has one owner. `open` answers once the owner before has released it, or is certainly dead
 *    (its lease is over), and gives it another `gen`.
 * 2. `sync` is atomic, and changes nothing for whoever has not the present `gen`.
 * 3. What `sync` has answered is not forgotten. A store that cannot be sure of it (it was wiped,
 *    restored or failed over) answers `open` with `lost`; never with a fresh session for a hello that is
 *    not `new`.
 */
export interface SessionStore {
  /**
   * Makes this process the owner of a session.
   *
   * @param isWanted Whether a connection still waits for the answer.
   */
  open(key: string, hello: StoreHello, isWanted: () => boolean): Promise<Opened>;
  /** Commits a change. */
  sync(key: string, gen: number, change: Change): Committed | Promise<Committed>;
  /**
   * Lets another process own the session, if this one does. Absent where only this process knows of it.
   *
   * @param isClean Whether everything that was handled is committed; otherwise the next `open` must find
   * what the client sent in doubt, as if the owner had died.
   */
  release?(key: string, isClean: boolean): Promise<void>;
  /** Forgets a session, and remembers why. */
  remove(key: string, gen: number, grave: Grave): void | Promise<void>;
  /**
   * Called once.
   *
   * @param release To be called when another process wants a session.
   * @param ttlMs How long a session outlives its connection. A live one is committed at least that often,
   * so that what was not committed for longer can be thrown away.
   */
  bind?(release: (key: string) => Promise<void>, ttlMs: number): void;
}
