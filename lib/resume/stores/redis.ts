/**
 * Sessions in Redis or Valkey, for any number of servers. The client library is the user's: ioredis,
 * iovalkey, node-redis and Bun's own fit, each as two functions.
 *
 * @module
 */

import { checkNumber } from "../../_check.ts";
import type { WebSocketData } from "../../bounded_queue.ts";
import { unreferencedClock } from "../server/clock.ts";
import type {
  Change,
  Committed,
  Grave,
  Opened,
  SessionStore,
  StoreHello,
} from "../server/session_store.ts";
import { OPEN, RELEASE, REMOVE, SYNC, UNCLEAN } from "./redis_scripts.ts";

/** A client library. */
export interface RedisClient {
  /** Sends one command. Replies may be strings or bytes of UTF-8. */
  command(name: string, ...args: string[]): Promise<unknown>;
  /** Listens to a channel, on a connection of its own. */
  subscribe(channel: string, listener: (message: string) => void): unknown;
}

/** Options of {@linkcode redisStore}. */
export interface RedisStoreOptions {
  /**
   * What all keys and channels begin with.
   *
   * @default {"holdfast"}
   */
  prefix?: string;
  /**
   * A server that has not renewed its lease for so many milliseconds is dead, and its sessions go on
   * elsewhere: the longest gap after a crash.
   *
   * @default {3_000}
   */
  leaseMs?: number;
  /**
   * What changes when the store may have lost a commit: sessions of another epoch are `lost`.
   *
   * @default {the run id of the server} After a restart or a failover nothing is silently behind. With
   * `appendfsync always` and no failover, a constant lets sessions survive a restart of Redis.
   */
  epoch?: string;
}

/** A store, and how to leave. */
export interface RedisStore extends SessionStore {
  /** Ends the lease of this server, after `shutdown()`; the client library stays the user's. */
  close(): Promise<void>;
}

/**
 * Makes a store of a client library.
 *
 * @example With ioredis or iovalkey
 * ```ts ignore
 * const [redis, listening] = [new Redis(), new Redis()];
 * const store = redisStore({
 *   command: (name, ...args) => redis.call(name, ...args),
 *   subscribe(channel, listener) {
 *     listening.on("message", (from, message) => from === channel && listener(message));
 *     return listening.subscribe(channel);
 *   },
 * });
 * ```
 *
 * @example With node-redis
 * ```ts ignore
 * const redis = await createClient().connect();
 * const listening = await redis.duplicate().connect();
 * const store = redisStore({
 *   command: (name, ...args) => redis.sendCommand([name, ...args]),
 *   subscribe: (channel, listener) => listening.subscribe(channel, listener),
 * });
 * ```
 *
 * @example With the client of Bun
 * ```ts ignore
 * const [redis, listening] = [new Bun.RedisClient(url), new Bun.RedisClient(url)];
 * const store = redisStore({
 *   command: (name, ...args) => redis.send(name, args),
 *   subscribe: (channel, listener) => listening.subscribe(channel, listener),
 * });
 * ```
 *
 * @throws {TypeError} `leaseMs` is no number.
 * @throws {RangeError} `leaseMs` is below 1, NaN or longer than a timer can be.
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): RedisStore {
  return new Store(client, options);
}

class Store implements RedisStore {
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #leaseMs: number;
  readonly #epoch: string;
  /** Names this process. */
  readonly #id: string = crypto.randomUUID();
  readonly #hashes = new Map<string, string>();
  /** Who waits until an owner has released a session. */
  readonly #waiting = new Map<string, () => void>();
  #release: (key: string) => Promise<void> = () => Promise.resolve();
  #keepMs = 240_000;
  /** Whether others can reach this process; made at the first opening, and again if it failed. */
  #started: Promise<void> | undefined;
  #timer: unknown;

  constructor(client: RedisClient, options: RedisStoreOptions) {
    this.#client = client;
    this.#prefix = options.prefix ?? "holdfast";
    const { leaseMs = 3_000 } = options;
    checkNumber("create a store", "leaseMs", leaseMs, 1);
    // Redis takes whole ones only.
    this.#leaseMs = Math.ceil(leaseMs);
    this.#epoch = options.epoch ?? "";
  }

  bind(release: (key: string) => Promise<void>, ttlMs: number): void {
    this.#release = release;
    this.#keepMs = Math.ceil(2 * ttlMs);
  }

  async open(key: string, hello: StoreHello, isWanted: () => boolean): Promise<Opened> {
    this.#started ??= this.#start().catch((error) => {
      this.#started = undefined;
      throw error;
    });
    await this.#started;
    /** The generation whose owner is dead. */
    let forced = "";
    /** What the owner of this generation claims to have released. */
    let claimed = "";
    for (;;) {
      const opened = await this.#tryOpen(key, hello, forced);
      if ("type" in opened) return opened;
      if (!isWanted()) return { type: "stale" };
      // It says that it has released the session, and has not: its store may be failing.
      if (claimed === opened.gen) await this.#pause();
      const answer = await this.#request(key, opened.owner);
      if (answer === "dead") forced = opened.gen;
      if (answer === "released") claimed = opened.gen;
    }
  }

  async #tryOpen(
    key: string,
    hello: StoreHello,
    forced: string,
  ): Promise<Opened | { readonly gen: string; readonly owner: string }> {
    const was = hello.was ? [`,${hello.was},`] : [];
    const given = [this.#id, hello.new ? "1" : "0", forced, `${this.#keepMs}`, this.#epoch];
    const reply = await this.#run(
      OPEN,
      key,
      ...given,
      `${hello.n}`,
      `${hello.tx}`,
      ...was,
    ) as unknown[];
    const [verdict, first = "", second = "", ...rest] = reply.slice(0, 5).map(textOf);
    switch (verdict) {
      case "stale":
      case "served":
        return { type: verdict };
      case "busy":
        return { gen: first, owner: second };
      case "lost": {
        const why = first as Grave["why"];
        return { type: "lost", grave: { why, ...(second !== "" && { rx: Number(second) }) } };
      }
    }
    const [acked = 0, doubt = 0] = rest.map(Number);
    const messages = (reply[5] as unknown[] | undefined ?? []).map((entry) =>
      decode(textOf(entry))
    );
    return {
      type: "session",
      session: {
        gen: Number(first),
        rx: Number(second),
        acked,
        isNew: verdict === "new",
        doubt,
        messages,
      },
    };
  }

  async sync(key: string, gen: number, change: Change): Promise<Committed> {
    const { n, rx, acked, first, messages } = change;
    const head = [gen, rx, acked, first, this.#keepMs, n].map(String);
    return textOf(await this.#run(SYNC, key, ...head, ...messages.map(encode))) as Committed;
  }

  async release(key: string, isClean: boolean): Promise<void> {
    await this.#run(RELEASE, key, this.#id, isClean ? "" : UNCLEAN);
  }

  async remove(key: string, gen: number, { n, why, rx }: Grave): Promise<void> {
    await this.#run(REMOVE, key, `${gen}`, `${n}`, why, rx === undefined ? "" : `${rx}`);
  }

  async close(): Promise<void> {
    unreferencedClock.clearTimeout(this.#timer);
    await this.#client.command("DEL", this.#leaseOf(this.#id));
  }

  async #start(): Promise<void> {
    await this.#client.subscribe(this.#channelOf(this.#id), (message) => this.#receive(message));
    await this.#renew();
  }

  async #renew(): Promise<void> {
    unreferencedClock.clearTimeout(this.#timer);
    // Armed first: a renewal that fails is followed by the next.
    this.#timer = unreferencedClock.setTimeout(
      () => this.#renew().catch(() => {}),
      this.#leaseMs / 3,
    );
    await this.#client.command("SET", this.#leaseOf(this.#id), "1", "PX", `${this.#leaseMs}`);
  }

  #receive(message: string): void {
    const [verb, key = "", from = ""] = message.split(" ");
    if (verb === "released") return this.#waiting.get(key)?.();
    this.#release(key)
      .then(() => this.#client.command("PUBLISH", this.#channelOf(from), `released ${key}`))
      // Who waits looks again, and at the lease.
      .catch(() => {});
  }

  /** Requests a session of its owner, and waits for the answer, but not longer than its lease lasts. */
  async #request(key: string, owner: string): Promise<"released" | "dead" | "silent"> {
    const leftMs = Number(textOf(await this.#client.command("PTTL", this.#leaseOf(owner))));
    if (leftMs < 0) return "dead";
    const limitMs = Math.min(leftMs + 1, this.#leaseMs / 4);
    let timer: unknown;
    return await new Promise<"released" | "silent">((resolve, reject) => {
      this.#waiting.set(key, () => resolve("released"));
      timer = unreferencedClock.setTimeout(() => resolve("silent"), limitMs);
      this.#client.command("PUBLISH", this.#channelOf(owner), `release ${key} ${this.#id}`)
        .catch(reject);
    }).finally(() => {
      unreferencedClock.clearTimeout(timer);
      this.#waiting.delete(key);
    });
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => unreferencedClock.setTimeout(resolve, this.#leaseMs / 4));
  }

  #leaseOf(id: string): string {
    return `${this.#prefix}:server:${id}`;
  }

  #channelOf(id: string): string {
    return `${this.#prefix}:to:${id}`;
  }

  /** Runs a script by its hash; Redis forgets scripts when it restarts. */
  async #run(script: string, key: string, ...args: string[]): Promise<unknown> {
    const client = this.#client;
    const rest = [
      "2",
      `${this.#prefix}:{${key}}:session`,
      `${this.#prefix}:{${key}}:messages`,
      ...args,
    ];
    const hash = this.#hashes.get(script);
    if (hash) {
      try {
        return await client.command("EVALSHA", hash, ...rest);
      } catch (error) {
        if (!String(error).includes("NOSCRIPT")) throw error;
      }
    }
    this.#hashes.set(script, textOf(await client.command("SCRIPT", "LOAD", script)));
    return await client.command("EVAL", script, ...rest);
  }
}

function textOf(reply: unknown): string {
  return reply instanceof Uint8Array ? new TextDecoder().decode(reply) : `${reply ?? ""}`;
}

/** Bytes as base64: some libraries decode every reply as UTF-8, and a third more is not much for it. */
function encode(data: WebSocketData): string {
  if (typeof data === "string") return `t${data}`;
  if ("size" in data) throw new TypeError("Cannot store a Blob: send its bytes");
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `b${btoa(binary)}`;
}

function decode(entry: string): WebSocketData {
  if (entry[0] === "t") return entry.slice(1);
  return Uint8Array.from(atob(entry.slice(1)), (unit) => unit.charCodeAt(0)).buffer;
}
