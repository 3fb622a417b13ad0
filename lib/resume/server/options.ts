/**
 * What a server is made of: its options, and what the application sees of a session.
 *
 * @module
 */

import { checkNumber, MAX_DELAY_MS } from "../../_check.ts";
import type { WebSocketData } from "../../bounded_queue.ts";
import type { Clock } from "../../sources.ts";
import { unreferencedClock } from "./clock.ts";
import { memoryStore } from "./memory_store.ts";
import type { SessionStore } from "./session_store.ts";

/** What an adapter does for a connection. */
export interface Transport {
  /**
   * Sends a frame; nothing, if the connection is closing. It must throw where it cannot: that is reported and
   * ends the connection, and the client that comes back is sent what it has not.
   */
  send(frame: WebSocketData): void;
  /** Starts the close handshake. */
  close(code: number, reason: string): void;
}

/** What a handler gets beside a message. */
export interface Delivery {
  /**
   * The same for each delivery of the same message, on every server: a key for
   * `INSERT ... ON CONFLICT DO NOTHING` in the transaction of the effect.
   */
  readonly id: string;
  /**
   * Whether the message is in doubt: a server that died may have handled it already. Everything else
   * comes exactly once to the callback.
   */
  readonly redelivered: boolean;
}

/**
 * Why a session left this process:
 *
 * - `closed`: its client, or `session.end()`, ended it
 * - `expired`: no client came back within `ttlMs`
 * - `overflow`: more was to be sent than is kept for a client that does not confirm
 * - `gap`: the counters of client and server do not fit: one went back in time
 * - `moved`: another process has it, or may have it after `shutdown()`
 * - `store-failed`: the store failed, or did not answer
 */
export type EndReason = "closed" | "expired" | "overflow" | "gap" | "moved" | "store-failed";

/** What the application does for a session. */
export interface SessionHandlers {
  /**
   * Called for each message in order, one at a time; the message is confirmed after it has returned or its
   * promise is settled. What it throws is reported, and counts as handled: a message that no handler can
   * handle must not stop all that follow. One that never settles stops the session: give it a deadline.
   */
  message?(data: unknown, delivery: Delivery): void | Promise<void>;
  /**
   * The session has left this process; called once. `unacked` is given back: what the client has not
   * confirmed, and no other process will send; with `store-failed` and `moved` what may not be stored. What
   * it throws is reported; nothing waits for its promise.
   */
  end?(why: EndReason, unacked: readonly WebSocketData[]): void | Promise<void>;
}

/** A session that lives in this process. */
export interface Session<User = string> {
  /** The same on every server; a hash of principal and token, which reveals neither. */
  readonly key: string;
  /** What `authenticate` answered last. */
  readonly user: User;
  /** False when it came out of the store: what the process before had accepted and not stored is gone. */
  readonly isNew: boolean;
  /** Whether a client is attached now. */
  readonly isConnected: boolean;
  /** Bytes that the client has not confirmed. */
  readonly bufferedAmount: number;
  /**
   * Sends a message, now or when the client is back.
   *
   * @returns False if too much is unconfirmed, or the session is over or ending. At too much the session *is*
   * over (`overflow`), unless the server has `overflow: "refuse"`: few look at the answer, and a hole must not
   * be silent.
   */
  send(data: WebSocketData): boolean;
  /**
   * Ends the session: what was handled is confirmed, the client gets the rest back, and begins anew.
   *
   * From now on nothing is accepted or handled. The session leaves once the handler that runs is done, which may
   * be the caller, and the store has all that was accepted and handled, and knows this process as the owner:
   * never before this returns. Then `end` is called with `closed`. Otherwise the session has *not* ended, and
   * goes on elsewhere or here: `end` is called with `moved` or `store-failed`, and whoever wants it ended ends it
   * when it begins again.
   */
  end(): void;
}

/** Options of a server. Durations are in milliseconds. */
export interface ResumeServerOptions<Request = unknown, User = string> {
  /** A session begins to live in this process: returns what handles it. */
  session(session: Session<User>): SessionHandlers;
  /**
   * The user of a connection, by its request and by what the client's `auth` answered; null refuses it
   * (4403). Called for every connection. A session belongs to its principal: for another one, its token is
   * unknown.
   *
   * @default {() => ""} A token that cannot be guessed is all that keeps sessions apart.
   */
  authenticate?(request: Request, auth: string | undefined): User | null | Promise<User | null>;
  /**
   * What two connections must share to share sessions: the part of a user that never changes.
   *
   * @default {the user} Where it is a text or a number; for anything else this must be given.
   */
  principal?(user: User): string;
  /**
   * Where sessions live beyond a connection.
   *
   * @default {memoryStore()} They survive every cut, and end with the process.
   */
  store?: SessionStore;
  /**
   * How long a session outlives its connection: long enough for a tunnel, short enough for memory.
   *
   * @default {120_000}
   */
  ttlMs?: number;
  /**
   * How long a connection may wait with its first frame.
   *
   * @default {5_000}
   */
  helloTimeoutMs?: number;
  /**
   * The deadline for `authenticate`, the store, and the handler that runs for the session elsewhere; then
   * 1013. Clients wait 10 s by default.
   *
   * @default {10_000}
   */
  openTimeoutMs?: number;
  /**
   * The deadline of a commit; then the session leaves this process (`store-failed`).
   *
   * @default {5_000}
   */
  storeTimeoutMs?: number;
  /**
   * Bytes to a client that may be unconfirmed, each message with 16 more.
   *
   * @default {1_048_576}
   */
  maxUnackedBytes?: number;
  /**
   * Bytes from a client that may be unconfirmed, and so unhandled.
   *
   * @default {1_048_576}
   */
  windowBytes?: number;
  /**
   * Whether a `send()` too many loses the session, or is refused and leaves the rest to its caller.
   *
   * @default {"lose"}
   */
  overflow?: "lose" | "refuse";
  /**
   * Sessions in this process. One takes some 4 kB at rest, and with its windows full 3 to 4 MiB. More
   * clients get 1013.
   *
   * @default {100_000}
   */
  maxSessions?: number;
  /**
   * Sessions of one principal in this process, where there is `authenticate`.
   *
   * @default {100}
   */
  maxSessionsPerUser?: number;
  /** The application's subprotocols; a client's first that is among them is chosen. Any, unless given. */
  protocols?: readonly string[];
  /**
   * Whether a browser's page may connect, by its origin.
   *
   * @default {same host, or no cookie} A page of another site must not act with a user's cookie.
   */
  allowOrigin?(origin: string): boolean;
  /**
   * Gets what handlers, `authenticate` and the store throw.
   *
   * @default {console.error}
   */
  onError?(error: unknown): void;
  /** Everything impure, for tests. */
  sources?: Partial<ServerSources>;
}

/** What a server takes from outside. */
export interface ServerSources {
  /** Timers. Those of the platform are unreferenced: they keep no process alive. */
  readonly clock: Pick<Clock, "setTimeout" | "clearTimeout">;
  /** A hash without collisions; SHA-256. */
  readonly digest: (text: string) => string | Promise<string>;
}

/** Everything checked, with its defaults. */
export interface ServerSettings<Request, User>
  extends
    ServerSources,
    Required<Omit<ResumeServerOptions<Request, User>, "protocols" | "allowOrigin" | "sources">> {
  readonly protocols: readonly string[] | undefined;
  readonly allowOrigin: ((origin: string) => boolean) | undefined;
  /** Whether users are distinguished. */
  readonly hasUsers: boolean;
}

const ACTION = "create a ResumeServer";

/** Options that are numbers from 1: the default, and the most. */
const NUMBERS = {
  ttlMs: [120_000, MAX_DELAY_MS],
  helloTimeoutMs: [5_000, MAX_DELAY_MS],
  openTimeoutMs: [10_000, MAX_DELAY_MS],
  storeTimeoutMs: [5_000, MAX_DELAY_MS],
  maxUnackedBytes: [1 << 20, Number.MAX_SAFE_INTEGER],
  windowBytes: [1 << 20, Number.MAX_SAFE_INTEGER],
  maxSessions: [100_000, Infinity],
  maxSessionsPerUser: [100, Infinity],
} as const;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError} `session` is no function, or a number is none.
 * @throws {RangeError} A number out of range.
 */
export function readServerSettings<Request, User>(
  given: ResumeServerOptions<Request, User>,
): ServerSettings<Request, User> {
  if (typeof given?.session !== "function") {
    throw new TypeError(
      `Cannot ${ACTION} as 'session' must be a function: current value is of type ${typeof given
        ?.session}`,
    );
  }
  const numbers = Object.entries(NUMBERS).map(([name, [fallback, max]]) => {
    const value = given[name as keyof typeof NUMBERS] ?? fallback;
    checkNumber(ACTION, name, value, 1, max);
    return [name, value];
  });
  return {
    ...Object.fromEntries(numbers) as Record<keyof typeof NUMBERS, number>,
    session: given.session.bind(given),
    authenticate: given.authenticate?.bind(given) ?? (() => "" as User),
    principal: given.principal?.bind(given) ?? principalOf,
    hasUsers: !!given.authenticate,
    store: given.store ?? memoryStore(),
    overflow: given.overflow ?? "lose",
    protocols: given.protocols,
    allowOrigin: given.allowOrigin?.bind(given),
    onError(error): void {
      try {
        // deno-lint-ignore no-console -- where a server's user looks
        given.onError ? given.onError(error) : console.error(error);
      } catch {
        // There is nowhere left to report to.
      }
    },
    clock: unreferencedClock,
    digest: sha256,
    ...given.sources,
  };
}

/** It is unknown which part of an object stays: with the time of a login in it, no session is found again. */
function principalOf(user: unknown): string {
  if (typeof user === "string" || typeof user === "number") return `${user}`;
  throw new TypeError(
    `Cannot open a session as 'principal' must be given for such users: current value is of type ${typeof user}`,
  );
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}
