/**
 * Sessions that go on after a reload of their page, for browsers: what is needed is kept in
 * `sessionStorage` from the moment when the page is left to the moment when the next one takes it.
 *
 * @module
 */

import { checkNumber } from "../_check.ts";
import type { WebSocketData } from "../bounded_queue.ts";
import type { Snapshot } from "./snapshot.ts";

/** The part of the platform's `Storage` that is needed. */
export interface SessionStorage {
  /** The text of a key, or null. */
  getItem(key: string): string | null;
  /** Keeps a text. */
  setItem(key: string, text: string): void;
  /** Forgets a key. */
  removeItem(key: string): void;
}

/** The part of the platform's `LockManager` that is needed. */
export interface SessionLocks {
  /** Calls back once nobody else holds the lock, which is held until the answer is settled. */
  request(
    name: string,
    options: { readonly signal: AbortSignal },
    callback: () => Promise<void>,
  ): Promise<unknown>;
}

/** Options of {@linkcode webStorage}. */
export interface WebStorageOptions {
  /**
   * How many milliseconds another page may take to let go of the session: the one that is being left, or a
   * copy of this tab, which does not.
   *
   * @default {1_000}
   */
  waitMs?: number;
  /**
   * What dispatches `pagehide` and `pageshow`.
   *
   * @default {globalThis}
   */
  page?: EventTarget;
  /**
   * What keeps two tabs apart; null for nothing.
   *
   * @default {navigator.locks} Where there are any: only in secure contexts, such as https.
   */
  locks?: SessionLocks | null;
}

/** The part of a `ResumableWebSocket` that is needed. */
export interface KeptClient {
  /** From 2 on the client is over. */
  readonly readyState: number;
  /** What another client needs to go on. */
  snapshot(): Snapshot;
}

/** A place for one session at a time. */
export interface KeptSession {
  /**
   * Takes what the page before has left, so that nobody else finds it.
   *
   * @returns A promise of what is to be passed as `session`; undefined if nothing was left, or if another tab
   * goes on with it: then begin anew.
   */
  take(): Promise<Snapshot | undefined>;
  /** Leaves this client's session for the next page when this one is left, unless the client is over by then. */
  keep(client: KeptClient): void;
}

/**
 * Keeps a session over reloads of its page.
 *
 * A tab that is duplicated takes a copy of `sessionStorage` along. Two things keep it from being the same client
 * twice: what is kept is deleted when it is taken, so that a living page has nothing to be copied; and a lock is
 * held on the session. Where there are no locks, the server tells two clients of one session apart: one goes
 * on, the other stops with 4009 or begins anew after `lost`.
 *
 * A page that crashes, or that the system ends without `pagehide`, leaves nothing. Neither does one that has
 * more to keep than the storage takes (5 million characters in most browsers), or a `Blob`, which cannot be read
 * in time: then `pagehide` throws, and the next page begins anew.
 *
 * @example A page that goes on where it was
 * ```ts ignore
 * import { ResumableWebSocket } from "@holdfast/websocket/resume";
 * import { webStorage } from "@holdfast/websocket/resume/storage";
 *
 * const kept = webStorage(sessionStorage, "orders");
 * const ws = new ResumableWebSocket("wss://example.com/orders", { session: await kept.take() });
 * kept.keep(ws);
 * ```
 *
 * @param key Where in the storage; one for each client of a page.
 * @throws {TypeError} `waitMs` is no number.
 * @throws {RangeError} `waitMs` is negative, NaN or longer than a timer can be.
 */
export function webStorage(
  storage: SessionStorage,
  key: string,
  options: WebStorageOptions = {},
): KeptSession {
  return new Kept(storage, key, options);
}

class Kept implements KeptSession {
  readonly #storage: SessionStorage;
  readonly #key: string;
  readonly #waitMs: number;
  readonly #locks: SessionLocks | null | undefined;
  #client: KeptClient | undefined;
  /** What was taken, for a page that is left before it has a client. */
  #taken: string | undefined;
  #unlock = (): void => {};

  constructor(
    storage: SessionStorage,
    key: string,
    { waitMs = 1_000, page = globalThis, locks = platformLocks() }: WebStorageOptions,
  ) {
    checkNumber("keep a session", "waitMs", waitMs, 0);
    this.#storage = storage;
    this.#key = key;
    this.#waitMs = waitMs;
    this.#locks = locks;
    page.addEventListener("pagehide", () => this.#leave());
    page.addEventListener("pageshow", (event) => {
      // Out of the back/forward cache comes the client as well, and goes on by itself.
      if ((event as PageTransitionEvent).persisted) storage.removeItem(key);
    });
  }

  async take(): Promise<Snapshot | undefined> {
    const text = this.#storage.getItem(this.#key);
    if (text === null) return undefined;
    this.#storage.removeItem(this.#key);
    const snapshot = decode(text);
    if (!snapshot) return undefined;
    this.#taken = text;
    if (this.#locks && !await this.#lock(this.#locks, snapshot.token)) {
      this.#taken = undefined;
      return undefined;
    }
    return snapshot;
  }

  keep(client: KeptClient): void {
    this.#client = client;
    this.#taken = undefined;
  }

  #leave(): void {
    const client = this.#client;
    const text = client && client.readyState < 2 ? encode(client.snapshot()) : this.#taken;
    if (text !== undefined) this.#storage.setItem(this.#key, text);
    this.#unlock();
  }

  /** Whether nobody else has the session; held until the page is left. */
  async #lock(locks: SessionLocks, token: string): Promise<boolean> {
    // Apart, as Babel's regenerator knows no template with an `await` in it.
    const hash = await digest(token);
    const given = new AbortController();
    const timer = setTimeout(() => given.abort(), this.#waitMs);
    return await new Promise<boolean>((resolve) => {
      locks.request(`holdfast ${hash}`, { signal: given.signal }, () => {
        clearTimeout(timer);
        resolve(true);
        return new Promise<void>((unlock) => this.#unlock = unlock);
      }).catch(() => resolve(false));
    });
  }
}

function platformLocks(): SessionLocks | undefined {
  return (globalThis as { navigator?: { locks?: SessionLocks } }).navigator?.locks;
}

/** Names of locks can be read by every page of the origin: the token must not be one. */
async function digest(token: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return textOf(new Uint8Array(hash));
}

function encode(snapshot: Snapshot): string {
  return JSON.stringify({ ...snapshot, unacked: snapshot.unacked.map(encodeMessage) });
}

/** Text as it is, bytes as a list with their base64. */
function encodeMessage(data: WebSocketData): string | [string] {
  if (typeof data === "string") return data;
  if ("size" in data) {
    throw new TypeError(
      "Cannot keep a session as its messages must be text or bytes: one is a Blob",
    );
  }
  return [textOf(
    ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data),
  )];
}

/** What is kept, unless it is no session of this version. */
function decode(text: string): Snapshot | undefined {
  try {
    const { token, hellos, unacked, ...rest } = JSON.parse(text);
    if (typeof token !== "string" || !Array.isArray(hellos)) return undefined;
    return { ...rest, token, hellos, unacked: unacked.map(decodeMessage) };
  } catch {
    return undefined;
  }
}

function decodeMessage(kept: string | [string]): WebSocketData {
  if (typeof kept === "string") return kept;
  return Uint8Array.from(atob(kept[0]), (unit) => unit.charCodeAt(0)).buffer;
}

function textOf(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
