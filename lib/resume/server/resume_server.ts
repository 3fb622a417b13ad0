/**
 * The server of sessions: which session a hello belongs to, and who may go on with it.
 *
 * @module
 */

import { checkNumber } from "../../_check.ts";
import type { Hello } from "../frames.ts";
import { LATER, MOVED, REFUSED, RESUMED_ELSEWHERE } from "./close_codes.ts";
import { Connection, type ServerConnection } from "./connection.ts";
import { KeyedMutex } from "./keyed_mutex.ts";
import { type Claim, LiveSession } from "./live_session.ts";
import {
  readServerSettings,
  type ResumeServerOptions,
  type ServerSettings,
  type Transport,
} from "./options.ts";
import {
  follows,
  type Grave,
  type Opened,
  type SessionStore,
  type Stored,
} from "./session_store.ts";
import { within } from "./within.ts";
import { decideUpgrade, type HeaderReader, type Upgrade } from "./upgrade.ts";

/** Who waits for this answer is another client with the same token: no client is behind itself. */
const STALE = "a later hello is served";
/** The same hello, whose answer was lost on the way. */
const SERVED = "this hello was served";

/** Half of what a timer can be, as the two are added. */
const MAX_SHUTDOWN_MS = 2 ** 30 - 1;

/** How to leave. */
export interface ShutdownOptions {
  /**
   * Over how many milliseconds the sessions are let go, so that their clients do not all come back at once.
   *
   * @default {0}
   */
  spreadMs?: number;
  /**
   * How many milliseconds handlers may take to end.
   *
   * @default {10_000}
   */
  timeoutMs?: number;
}

/**
 * Sessions for any transport: an adapter gives each accepted connection to `connect()`.
 * `@holdfast/websocket/resume/deno`, `/bun`, `/ws` and `/durable-object` are adapters, of a few lines each.
 *
 * Each message of a client comes exactly once to the callback, in order; except that a server that dies
 * inside a handler makes what is in doubt come again, marked `redelivered` and with the same `id`.
 *
 * @example An echo that survives every cut
 * ```ts
 * import { ResumeServer } from "@holdfast/websocket/resume/server";
 *
 * const server = new ResumeServer({
 *   session(session) {
 *     if (session.isNew) session.send("welcome");
 *     return {
 *       message: (data) => void session.send(`echo: ${data}`),
 *       end: (why, unacked) => console.log(`${why}, ${unacked.length} messages not confirmed`),
 *     };
 *   },
 * });
 *
 * // A transport; an adapter does this for a real one.
 * const welcome = Promise.withResolvers<void>();
 * const connection = server.connect({
 *   send: (frame) => frame === "welcome" ? welcome.resolve() : undefined,
 *   close: () => {},
 * }, undefined);
 * connection.receive(`\u0001${JSON.stringify({
 *   t: "hello", v: 1, s: "0123456789abcdef01234567", n: 1, rx: 0, ack: 0, tx: 0, new: true, max: 1e6,
 * })}`);
 * await welcome.promise;
 * connection.closed();
 * await server.shutdown();
 * ```
 */
export class ResumeServer<Request = unknown, User = string> {
  readonly #settings: ServerSettings<Request, User>;
  readonly #live = new Map<string, LiveSession<User>>();
  /** How many sessions of each principal live here or are being opened, and of all. */
  readonly #counts = new Map<string, number>();
  #total = 0;
  /** Sessions that have left, until nothing of them runs any more and the store knows. */
  readonly #gone = new Map<string, Gone<User>>();
  readonly #mutex = new KeyedMutex();
  #isShut = false;

  /**
   * Makes a server; it accepts connections at once.
   *
   * @throws {TypeError} `session` is no function, or a number is none.
   * @throws {RangeError} A number out of range.
   */
  constructor(options: ResumeServerOptions<Request, User>) {
    this.#settings = readServerSettings(options);
    const { store, ttlMs } = this.#settings;
    store.bind?.((key) => this.#release(key), ttlMs);
  }

  /** How many sessions live in this process. */
  get size(): number {
    return this.#live.size;
  }

  /**
   * Answers an upgrade request: with the subprotocol to choose, or a status to refuse it with.
   *
   * @param header Reads a header of the request, by its name in lower case.
   */
  upgrade(header: HeaderReader): Upgrade {
    return decideUpgrade(header, this.#settings);
  }

  /**
   * Takes a connection.
   *
   * @param transport Writes to it.
   * @param request For `authenticate`.
   * @returns What is to be fed with what comes from it.
   */
  connect(transport: Transport, request: Request): ServerConnection {
    return new Connection<User>(
      transport,
      (hello, connection) => this.#open(request, hello, connection),
      this.#settings,
    );
  }

  /**
   * Hands all sessions over, to whoever is connected to next: nothing is lost, and nothing in doubt. With the
   * memory of this process as the store they end, and `end` gets what was not confirmed.
   *
   * @returns How many sessions could not be let go in time, as their handlers still run. Before anything is let
   * go it rejects with a TypeError or a RangeError, if a number is none, negative, NaN or longer than 12 days.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<number> {
    const { spreadMs = 0, timeoutMs = 10_000 } = options;
    checkNumber("shut down", "spreadMs", spreadMs, 0, MAX_SHUTDOWN_MS);
    checkNumber("shut down", "timeoutMs", timeoutMs, 0, MAX_SHUTDOWN_MS);
    const { clock } = this.#settings;
    this.#isShut = true;
    const keys = [...this.#live.keys()];
    const all = Promise.all(keys.map(async (key, i) => {
      const delayMs = spreadMs * i / keys.length;
      if (delayMs > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, delayMs));
      await this.#release(key);
    }));
    const released = all.then(() => this.#releaseRest());
    // Who is late is counted.
    await within(clock, spreadMs + timeoutMs, "release", released).catch(() => {});
    return this.#rest.length;
  }

  /** The keys of all that live here, begin or leave. */
  get #rest(): string[] {
    return [...new Set([...this.#live.keys(), ...this.#mutex.keys()])];
  }

  /** What was being opened when the rest was let go. */
  async #releaseRest(): Promise<void> {
    while (this.#rest.length > 0) {
      await Promise.all(this.#rest.map((key) => this.#release(key)));
    }
  }

  #release(key: string): Promise<void> {
    return this.#mutex.run(key, async () => {
      const session = this.#live.get(key);
      // What is accepted while it waits is stored as well; from then on it is refused.
      while (session?.isBusy) await session.quiesce(MOVED, "moved");
      // A session that left by a failure may have handled more than the store knows.
      const isClean = !!session && !session.isOver;
      session?.move();
      if (!await this.#bury(key)) return;
      await this.#stored("release", key, isClean);
    });
  }

  /**
   * Sees a session off that has left this process: nothing may go on with it while a handler still runs, nor
   * before the store has forgotten it, as what was given back would be sent, too. False if the store has
   * failed; then it is for the next who comes by.
   */
  async #bury(key: string): Promise<boolean> {
    const gone = this.#gone.get(key);
    if (!gone) return true;
    const { session, gen, grave } = gone;
    await session.settled();
    const isDone = !grave || await this.#stored("remove", key, gen, grave);
    if (isDone && this.#gone.get(key) === gone) this.#gone.delete(key);
    return isDone;
  }

  /** Buries it however often the store fails: its client may never come by again. */
  async #sweep(key: string): Promise<void> {
    const { clock, ttlMs } = this.#settings;
    const isDone = await this.#mutex.run(key, () => this.#bury(key));
    if (!isDone && !this.#isShut) clock.setTimeout(() => void this.#sweep(key), ttlMs);
  }

  /** Gives the store something to do, within its time; false if it failed. */
  async #stored<What extends "release" | "remove">(
    what: What,
    ...args: Parameters<Required<SessionStore>[What]>
  ): Promise<boolean> {
    const { clock, store, onError, storeTimeoutMs } = this.#settings;
    try {
      // deno-lint-ignore no-explicit-any -- what the signature says
      await within(clock, storeTimeoutMs, what, (store as any)[what]?.(...args));
      return true;
    } catch (error) {
      onError(error);
      return false;
    }
  }

  async #open(request: Request, hello: Hello, connection: Connection<User>): Promise<void> {
    const { authenticate, principal: principalOf, digest } = this.#settings;
    if (this.#isShut) return connection.close(MOVED, "going away");
    const user = await authenticate(request, hello.auth);
    if (user === null) return connection.close(REFUSED, "refused");
    const principal = principalOf(user);
    const key = await digest(JSON.stringify([principal, hello.s]));
    if (this.#isShut) return connection.close(MOVED, "going away");
    if (this.#mutex.isFull(key)) return connection.close(LATER, "not ready");
    // Attached inside, so that the next hello finds either nothing of this one or all.
    await this.#mutex.run(key, async () => {
      if (connection.isWaiting) await this.#find({ key, user, principal, hello, connection });
    });
  }

  async #find(wanted: Wanted<User>): Promise<void> {
    const { key, principal, hello, connection } = wanted;
    const known = this.#live.get(key);
    if (known && hello.n < known.n) return connection.close(RESUMED_ELSEWHERE, STALE);
    if (known?.n === hello.n) return connection.close(MOVED, SERVED);
    const isHeir = !known || follows(hello, known.n);
    // This process may have stood still for so long that another one has the session: the store knows.
    if (isHeir) await known?.quiesce(RESUMED_ELSEWHERE, "resumed elsewhere", hello.n);
    else await known.quiesce(MOVED, "moved", known.n);
    // Asked in the same turn as what is live: to wait without need is to miss one that leaves meanwhile.
    if (this.#gone.has(key) && !await this.#bury(key)) return connection.close(LATER, "not ready");
    let session = this.#live.get(key);
    let begins = false;
    if (session && !isHeir) {
      session.expire();
      return connection.lose({ why: "gap" });
    }
    if (session) session.user = wanted.user;
    else {
      if (hello.new && this.#isFull(principal)) return connection.close(LATER, "too many sessions");
      const { clock, store, openTimeoutMs } = this.#settings;
      let opened: Opened | undefined;
      // Before the store is asked: many who come at once must not find the same room.
      this.#count(principal, 1);
      try {
        const opening = store.open(key, hello, () => connection.isWaiting);
        opened = await within(clock, openTimeoutMs, "open", opening);
      } finally {
        if (opened?.type !== "session") this.#count(principal, -1);
      }
      if (opened.type === "stale") return connection.close(RESUMED_ELSEWHERE, STALE);
      if (opened.type === "served") return connection.close(MOVED, SERVED);
      if (opened.type === "lost") return connection.lose(opened.grave);
      begins = opened.session.isNew;
      // Even if no connection waits any more: the store has noted the hello, and the next commit must not undo it.
      session = await this.#begin(wanted, opened.session);
    }
    // The application may have ended it as it began.
    if (session.isOver) return connection.close(LATER, "not ready");
    if (!session.fits(hello)) {
      session.lose("gap");
      return connection.lose({ why: "gap" });
    }
    if (connection.isWaiting) connection.attach(session, hello, begins);
    else session.expire();
  }

  async #begin(wanted: Wanted<User>, stored: Stored): Promise<LiveSession<User>> {
    const { key, principal } = wanted;
    const onGone = (grave?: Grave): void => {
      this.#live.delete(key);
      this.#count(principal, -1);
      this.#gone.set(key, { session, gen: stored.gen, grave });
      void this.#sweep(key);
    };
    const session = new LiveSession<User>(wanted, stored, this.#settings, onGone);
    this.#live.set(key, session);
    try {
      session.start();
    } catch (error) {
      // Without handlers nothing may be confirmed.
      session.move();
      await this.#stored("release", key, true);
      throw error;
    }
    return session;
  }

  #isFull(principal: string): boolean {
    const settings = this.#settings;
    return this.#total >= settings.maxSessions ||
      settings.hasUsers && (this.#counts.get(principal) ?? 0) >= settings.maxSessionsPerUser;
  }

  #count(principal: string, change: 1 | -1): void {
    this.#total += change;
    const count = (this.#counts.get(principal) ?? 0) + change;
    if (count > 0) this.#counts.set(principal, count);
    else this.#counts.delete(principal);
  }
}

interface Gone<User> {
  readonly session: LiveSession<User>;
  readonly gen: number;
  /** Undefined where the store has the session still. */
  readonly grave: Grave | undefined;
}

interface Wanted<User> extends Claim<User> {
  readonly principal: string;
  readonly connection: Connection<User>;
}
