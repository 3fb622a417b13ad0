/**
 * Sessions in SQLite, for one process that may die and come back, or for a Durable Object: `node:sqlite`,
 * `bun:sqlite` and a Durable Object's storage fit, each as one function.
 *
 * @module
 */

import type { WebSocketData } from "../../bounded_queue.ts";
import {
  type Change,
  type Committed,
  follows,
  type Grave,
  type Opened,
  type SessionStore,
  type StoreHello,
} from "../server/session_store.ts";

/** What a column holds. */
export type SqlValue = string | number | null | Uint8Array | ArrayBuffer;

/** A database. */
export interface SqlDatabase {
  /** Runs one statement, and returns its rows. */
  // deno-lint-ignore no-explicit-any -- each driver has types of its own for what a column takes
  run(sql: string, ...values: any[]): Iterable<unknown>;
  /** Runs the work in one transaction: all of it or nothing. */
  transaction<T>(work: () => T): T;
}

/** Options of {@linkcode sqlStore}. */
export interface SqlStoreOptions {
  /**
   * What the names of the two tables begin with.
   *
   * @default {"resume"}
   */
  prefix?: string;
  /** Wall time in milliseconds, for what expires. */
  now?(): number;
}

/** How often what has expired is deleted: it is only memory. */
const SWEEP_MS = 60_000;

interface Row {
  readonly gen: number;
  /** Whose it is, by its `#id`; 0 if it was released. */
  readonly owned: string | number;
  readonly n: number;
  readonly rx: number;
  readonly acked: number;
  readonly tx: number;
  readonly doubt: number;
  readonly why: Grave["why"] | null;
  readonly handled: number | null;
}

/**
 * Sessions that survive a crash, a deploy and an eviction of their one process. Several processes on one
 * file fence each other, but their handlers may overlap: for several servers use Redis.
 *
 * What a commit has answered must not be forgotten: with `PRAGMA synchronous = NORMAL` that holds for a
 * process that dies, and with `FULL` for a power cut, too.
 *
 * @example In a file, on Node or Deno
 * ```ts
 * import { DatabaseSync } from "node:sqlite";
 * import { ResumeServer } from "@holdfast/websocket/resume/server";
 * import { sqlStore } from "@holdfast/websocket/resume/sql";
 *
 * const db = new DatabaseSync(":memory:"); // or a file, with PRAGMA journal_mode = WAL
 * const store = sqlStore({
 *   run: (sql, ...values) => db.prepare(sql).all(...values),
 *   transaction(work) {
 *     db.exec("BEGIN IMMEDIATE");
 *     try {
 *       const result = work();
 *       db.exec("COMMIT");
 *       return result;
 *     } catch (error) {
 *       db.exec("ROLLBACK");
 *       throw error;
 *     }
 *   },
 * });
 * const server = new ResumeServer({ store, session: () => ({}) });
 * await server.shutdown();
 * db.close();
 * ```
 *
 * @example In a Durable Object
 * ```ts ignore
 * sqlStore({
 *   run: (sql, ...values) => ctx.storage.sql.exec(sql, ...values),
 *   transaction: (work) => ctx.storage.transactionSync(work),
 * });
 * ```
 */
export function sqlStore(db: SqlDatabase, options: SqlStoreOptions = {}): SessionStore {
  return new SqlStore(db, options);
}

class SqlStore implements SessionStore {
  readonly #db: SqlDatabase;
  readonly #now: () => number;
  readonly #sessions: string;
  readonly #messages: string;
  /** Names this process: one that was replaced without knowing it must not release what another one has. */
  readonly #id: string = crypto.randomUUID();
  /** What a crashed owner leaves is kept for twice as long as the engine keeps a session. */
  #keepMs = 240_000;
  #sweptAtMs = -Infinity;

  constructor(db: SqlDatabase, { prefix = "resume", now = Date.now }: SqlStoreOptions) {
    this.#db = db;
    this.#now = now;
    if (!/^\w+$/.test(prefix)) {
      throw new TypeError(
        `Cannot create a store as 'prefix' must be a name: current value is ${prefix}`,
      );
    }
    this.#sessions = `${prefix}_sessions`;
    this.#messages = `${prefix}_messages`;
    this.#run(
      `CREATE TABLE IF NOT EXISTS ${this.#sessions} (key TEXT PRIMARY KEY, gen INTEGER, owned, ` +
        `n INTEGER, rx INTEGER, acked INTEGER, tx INTEGER, doubt INTEGER, why TEXT, handled INTEGER, ` +
        `expires_at INTEGER) WITHOUT ROWID`,
    );
    this.#run(
      `CREATE TABLE IF NOT EXISTS ${this.#messages} (key TEXT, seq INTEGER, kind TEXT, data, ` +
        `PRIMARY KEY (key, seq)) WITHOUT ROWID`,
    );
  }

  bind(_release: (key: string) => Promise<void>, ttlMs: number): void {
    this.#keepMs = 2 * ttlMs;
  }

  open(key: string, hello: StoreHello): Promise<Opened> {
    return Promise.resolve(this.#db.transaction(() => {
      this.#sweep();
      return this.#open(key, hello);
    }));
  }

  #open(key: string, hello: StoreHello): Opened {
    const { new: isNew, n, tx } = hello;
    const row = this.#find(key);
    if (row && n <= row.n) return { type: n < row.n ? "stale" : "served" };
    if (row && !follows(hello, row.n)) return { type: "lost", grave: { why: "gap" } };
    if (isNew && (!row || row.why && tx === 0)) return this.#begin(key, n, (row?.gen ?? 0) + 1);
    if (!row) return { type: "lost", grave: { why: "unknown" } };
    const { rx, acked, why, handled } = row;
    if (why) return { type: "lost", grave: { why, ...(handled !== null && { rx: handled }) } };
    const gen = row.gen + 1;
    // It was not released: this process, or the one before it, died or failed.
    const doubt = row.owned ? tx : row.doubt;
    this.#run(
      `UPDATE ${this.#sessions} SET gen = ?, owned = ?, n = ?, doubt = ?, expires_at = ? WHERE key = ?`,
      ...[gen, this.#id, n, doubt, this.#expiry, key],
    );
    const messages = this.#run(
      `SELECT kind, data FROM ${this.#messages} WHERE key = ? ORDER BY seq`,
      key,
    ).map((row) => messageOf(row as unknown as Column));
    return { type: "session", session: { gen, rx, acked, isNew: false, doubt, messages } };
  }

  #begin(key: string, n: number, gen: number): Opened {
    this.#run(
      `INSERT OR REPLACE INTO ${this.#sessions} VALUES (?, ?, ?, ?, 0, 0, 0, 0, NULL, NULL, ?)`,
      ...[key, gen, this.#id, n, this.#expiry],
    );
    return {
      type: "session",
      session: { gen, rx: 0, acked: 0, isNew: true, doubt: 0, messages: [] },
    };
  }

  sync(key: string, gen: number, change: Change): Committed {
    const { n, rx, acked, first, messages } = change;
    return this.#db.transaction(() => {
      const row = this.#find(key);
      const isMine = row?.gen === gen && !row.why;
      if (!isMine || messages.length > 0 && row.tx !== first - 1) return "fenced";
      for (const [i, message] of messages.entries()) {
        const { kind, data } = columnOf(message);
        this.#run(`INSERT INTO ${this.#messages} VALUES (?, ?, ?, ?)`, key, first + i, kind, data);
      }
      if (acked > row.acked) {
        this.#run(`DELETE FROM ${this.#messages} WHERE key = ? AND seq <= ?`, key, acked);
      }
      this.#run(
        `UPDATE ${this.#sessions} SET n = ?, rx = ?, acked = ?, tx = ?, expires_at = ? WHERE key = ?`,
        ...[n, rx, acked, row.tx + messages.length, this.#expiry, key],
      );
      return "ok";
    });
  }

  release(key: string, isClean: boolean): Promise<void> {
    if (isClean) {
      this.#run(
        `UPDATE ${this.#sessions} SET owned = 0 WHERE key = ? AND owned = ?`,
        ...[key, this.#id],
      );
    }
    return Promise.resolve();
  }

  remove(key: string, gen: number, { n, why, rx }: Grave): void {
    this.#db.transaction(() => {
      if (this.#find(key)?.gen !== gen) return;
      this.#run(`DELETE FROM ${this.#messages} WHERE key = ?`, key);
      this.#run(
        `UPDATE ${this.#sessions} SET owned = 0, n = ?, why = ?, handled = ? WHERE key = ?`,
        ...[n, why, rx ?? null, key],
      );
    });
  }

  get #expiry(): number {
    return this.#now() + this.#keepMs;
  }

  #find(key: string): Row | undefined {
    const [row] = this.#run(`SELECT * FROM ${this.#sessions} WHERE key = ?`, key);
    return row as Row | undefined;
  }

  #sweep(): void {
    const now = this.#now();
    if (Math.abs(now - this.#sweptAtMs) < SWEEP_MS) return;
    this.#sweptAtMs = now;
    this.#run(
      `DELETE FROM ${this.#messages} WHERE key IN ` +
        `(SELECT key FROM ${this.#sessions} WHERE expires_at < ?)`,
      now,
    );
    this.#run(`DELETE FROM ${this.#sessions} WHERE expires_at < ?`, now);
  }

  #run(sql: string, ...values: SqlValue[]): Record<string, unknown>[] {
    return [...this.#db.run(sql, ...values)] as Record<string, unknown>[];
  }
}

interface Column {
  readonly kind: "text" | "text as bytes" | "bytes";
  readonly data: SqlValue;
}

function columnOf(message: WebSocketData): Column {
  if (typeof message === "string") {
    // QUIRK(node:sqlite of Deno 2.9.6): a text is read up to its first U+0000.
    if (!message.includes("\0")) return { kind: "text", data: message };
    return { kind: "text as bytes", data: new TextEncoder().encode(message) };
  }
  if ("size" in message) throw new TypeError("Cannot store a Blob: send its bytes");
  const data = ArrayBuffer.isView(message)
    ? new Uint8Array(message.buffer as ArrayBuffer, message.byteOffset, message.byteLength)
    : new Uint8Array(message as ArrayBuffer);
  return { kind: "bytes", data };
}

function messageOf({ kind, data }: Column): WebSocketData {
  if (kind === "text") return data as string;
  // A copy: what the driver gives may be a window on something larger.
  const bytes = new Uint8Array(data as Uint8Array | ArrayBuffer);
  return kind === "bytes" ? bytes.slice().buffer : new TextDecoder().decode(bytes);
}
