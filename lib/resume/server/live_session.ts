/**
 * A session that lives in this process. Sans-I/O: its inputs are frames, the application's sends, the
 * store's answers and three timers (acknowledge, expire, commit deadline).
 *
 * The invariants, each with a planted bug that the simulation finds:
 *
 * 1. A message to the client is stored before it is on the wire.
 * 2. A message of the client is handled, then committed, then confirmed.
 * 3. `ok` is said only when nobody handles this session's messages any more: `quiesce` sees to it here,
 *    the store's `open` elsewhere.
 * 4. Whoever was fenced neither commits nor confirms; and a session that is still in memory checks with
 *    the store before it says `ok`, as this process may have stood still past its lease.
 *
 * @module
 */

import {
  byteLength,
  snapshot as copyOf,
  toMessage,
  type WebSocketData,
} from "../../bounded_queue.ts";
import {
  ackFrame,
  controlFrame,
  type Hello,
  isMarked,
  type LostReason,
  parse,
  wrap,
} from "../frames.ts";
import { Outbox } from "../half.ts";
import { Confirmations } from "./confirmations.ts";
import { type CommitHost, GroupCommit } from "./group_commit.ts";
import { Inbound, type InboundHost } from "./inbound.ts";
import type { EndReason, ServerSettings, Session, SessionHandlers, Transport } from "./options.ts";
import type { Change, Committed, Grave, Stored } from "./session_store.ts";

/** What a live session is made from. */
export interface LiveSessionInit<User> {
  readonly key: string;
  readonly user: User;
  readonly stored: Stored;
  /** The hello that it was opened for. */
  readonly n: number;
  readonly settings: ServerSettings<never, User>;
  /** It has left this process; `grave` is what to remember of it, or undefined if the store has it still. */
  readonly onGone: (grave: Grave | undefined) => void;
}

/** Close codes of the protocol. */
export const CODES = {
  protocolError: 1002,
  noHello: 1008,
  later: 1013,
  resumedElsewhere: 4009,
  moved: 4010,
  refused: 4403,
} as const;

/** As many as one call of a Lua script can push. */
const MAX_COMMIT_MESSAGES = 1_000;

/** A session, and the connection that it is attached to. */
export class LiveSession<User> implements Session<User>, InboundHost, CommitHost {
  readonly key: string;
  user: User;
  readonly isNew: boolean;
  /** The hello that is served. */
  n: number;
  readonly #gen: number;
  readonly #doubt: number;
  readonly #settings: ServerSettings<never, User>;
  readonly #onGone: LiveSessionInit<User>["onGone"];
  #handlers: SessionHandlers = {};
  readonly #outbox: Outbox;
  readonly #confirmations: Confirmations;
  readonly #inbound = new Inbound(this);
  readonly #commit: GroupCommit;
  #transport: Transport | undefined;
  /** Bytes that the client takes unconfirmed. */
  #window = 0;
  /** What the store has. */
  #stored: { readonly tx: number; readonly rx: number; readonly acked: number };
  /** Whether the store must say that this process is still the owner. */
  #isUnsure = false;
  /** Whether the client has said farewell: what it sent before is still handled. */
  #isLeaving = false;
  #isOver = false;
  #expiryTimer: unknown;
  #refreshTimer: unknown;
  #waiters: (() => void)[] = [];

  constructor({ key, user, stored, n, settings, onGone }: LiveSessionInit<User>) {
    this.key = key;
    this.user = user;
    this.n = n;
    this.isNew = stored.isNew;
    this.#gen = stored.gen;
    this.#doubt = stored.doubt;
    this.#settings = settings;
    this.#onGone = onGone;
    this.#outbox = new Outbox(stored.acked, stored.messages);
    this.#stored = { tx: this.#outbox.tx, rx: stored.rx, acked: stored.acked };
    const { sources: { clock }, storeTimeoutMs } = settings;
    this.#commit = new GroupCommit(this, clock, storeTimeoutMs);
    this.#confirmations = new Confirmations(stored.rx, clock, () => this.#commit.schedule());
  }

  /** Lets the application begin with it; what it throws comes out of here. */
  start(): void {
    this.#handlers = this.#settings.session(this) ?? {};
    if (this.#settings.store.release) this.#refresh();
  }

  /** A session without traffic must not expire in the store. */
  #refresh(): void {
    const { sources: { clock }, ttlMs } = this.#settings;
    if (this.#isOver) return;
    this.#refreshTimer = clock.setTimeout(() => {
      this.#isUnsure = true;
      this.#commit.schedule();
      this.#refresh();
    }, ttlMs / 2);
  }

  /** Whether it has left this process. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get isConnected(): boolean {
    return !!this.#transport;
  }

  get bufferedAmount(): number {
    return this.#outbox.bytes;
  }

  /** Whether a handler runs. */
  get isWorking(): boolean {
    return this.#inbound.isWorking;
  }

  /**
   * How many messages certainly were, or will have been, handled; undefined if an owner that died may have
   * handled more.
   */
  get #certain(): number | undefined {
    const { rx } = this.#confirmations;
    return rx < this.#doubt ? undefined : rx + Number(this.#inbound.isWorking);
  }

  /** Whether a client's counters can be true; otherwise one of the two went back in time. */
  fits({ rx, ack, tx }: Hello): boolean {
    const handled = this.#confirmations.rx;
    return rx >= this.#outbox.acked && rx <= this.#stored.tx && ack <= handled && handled <= tx;
  }

  send(data: WebSocketData): boolean {
    const message = copyOf(toMessage(data));
    if (this.#isOver) return false;
    const bytes = byteLength(message);
    if (!this.#outbox.fits(bytes, this.#settings.maxUnackedBytes)) {
      if (this.#settings.overflow === "lose") this.lose("overflow");
      return false;
    }
    this.#outbox.add(message, bytes);
    this.#commit.schedule();
    return true;
  }

  end(): void {
    if (this.#isOver) return;
    // Nobody will look for it in the store: what was accepted may leave as it is.
    this.#pump(this.#outbox.tx);
    const rx = this.#certain;
    if (rx === undefined) this.#write(controlFrame({ t: "lost", why: "unknown" }));
    else {
      this.#write(ackFrame(rx));
      this.#write(controlFrame({ t: "bye" }));
    }
    this.#leave("closed", this.#outbox.list(), this.#grave("unknown"));
  }

  /** Goes on with a client, from what both have. */
  attach(transport: Transport, hello: Hello, begins: boolean): void {
    const { sources: { clock }, ttlMs, windowBytes } = this.#settings;
    clock.clearTimeout(this.#expiryTimer);
    this.#transport = transport;
    this.n = hello.n;
    this.#window = hello.max;
    this.#outbox.ack(hello.rx);
    this.#outbox.rewind();
    const rx = this.#confirmations.report();
    this.#write(controlFrame({ t: "ok", rx, new: begins, ttl: ttlMs, max: windowBytes }));
    this.#pump();
  }

  /** The connection has ended; the session waits for another. */
  detach(transport: Transport | undefined = this.#transport): void {
    if (!transport || transport !== this.#transport) return;
    this.#transport = undefined;
    // The client has them still, and sends them again; but not after a farewell.
    if (!this.#isLeaving) this.#inbound.clear();
    this.#confirmations.clear();
    if (this.#isOver) return;
    this.expire();
    this.#commit.schedule();
  }

  /** Lets the session end if no client comes in time. */
  expire(): void {
    const { sources: { clock }, ttlMs } = this.#settings;
    clock.clearTimeout(this.#expiryTimer);
    if (!this.#isOver) this.#expiryTimer = clock.setTimeout(() => this.lose("expired"), ttlMs);
  }

  /**
   * Ends the connection, and resolves when no handler runs and the store has everything: then another
   * connection, or another process, may go on.
   *
   * @param n The hello that will be served, if one is to be: the store must know of it, and agree.
   */
  async quiesce(code: number, reason: string, n?: number): Promise<void> {
    const transport = this.#transport;
    this.detach();
    transport?.close(code, reason);
    this.#settings.sources.clock.clearTimeout(this.#expiryTimer);
    if (n !== undefined) {
      this.n = n;
      this.#isUnsure = true;
    }
    this.#commit.schedule();
    while (this.isBusy) await this.#change();
  }

  /** Whether another connection, or process, must not go on yet. */
  get isBusy(): boolean {
    return !this.#isOver &&
      (this.isConnected || this.#inbound.size > 0 || this.#commit.isBusy || this.#isDirty ||
        this.#isUnsure);
  }

  /** Resolves when no handler runs. */
  async settled(): Promise<void> {
    while (this.isWorking) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #notify(): void {
    if (this.#waiters.length === 0) return;
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  /** Ends the session for good, here and in the store; says how much was handled, where that is certain. */
  lose(why: "expired" | "overflow" | "gap"): void {
    if (this.#isOver) return;
    const grave = this.#grave(why);
    const { n: _, ...frame } = grave;
    this.#write(controlFrame({ t: "lost", ...frame }));
    this.#leave(why, this.#outbox.list(), grave);
  }

  #grave(why: LostReason): Grave {
    // After a gap this side's count may be the one that went back in time.
    const rx = why === "gap" ? undefined : this.#certain;
    return { n: this.n, why, ...(rx !== undefined && { rx }) };
  }

  /** Lets the session go to another process, which has everything of it. */
  move(): void {
    const isKept = !!this.#settings.store.release;
    this.#leave("moved", isKept ? [] : this.#outbox.list(), undefined);
  }

  #leave(
    why: EndReason,
    unacked: readonly WebSocketData[],
    grave: Grave | undefined,
  ): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isLeaving = false;
    const transport = this.#transport;
    this.detach();
    this.#inbound.clear();
    this.#commit.end();
    const { clock } = this.#settings.sources;
    clock.clearTimeout(this.#expiryTimer);
    clock.clearTimeout(this.#refreshTimer);
    this.#onGone(grave);
    this.#notify();
    transport?.close(
      why === "closed" ? 1000 : why === "moved" ? CODES.moved : CODES.later,
      why,
    );
    this.#guard(() => this.#handlers.end?.(why, unacked));
  }

  /** Hot path, once for each frame that comes; false if the peer broke the protocol. */
  receive(raw: unknown): boolean {
    const { windowBytes } = this.#settings;
    if (!isMarked(raw)) return !this.#isLeaving && this.#inbound.add(raw, 2 * windowBytes);
    const frame = parse(raw);
    switch (frame.t) {
      case "data":
        return !this.#isLeaving && this.#inbound.add(frame.data, 2 * windowBytes);
      case "ack":
        if (frame.rx > this.#outbox.sent || !this.#outbox.ack(frame.rx)) return false;
        this.#pump();
        this.#confirmations.arm();
        return true;
      case "request":
        this.#confirmations.request(this.#inbound.size);
        return true;
      case "bye":
        this.#isLeaving = true;
        if (this.#inbound.size === 0) this.drained();
        return true;
      default:
        return false;
    }
  }

  handle(data: unknown): void | Promise<void> {
    const seq = this.#confirmations.rx + 1;
    const delivery = { id: `${this.key}:${seq}`, redelivered: seq <= this.#doubt };
    const pending = this.#guard(() => this.#handlers.message?.(data, delivery));
    // Not `instanceof`: promises of other realms and libraries are waited for, too.
    if (typeof pending?.then !== "function") return;
    return Promise.resolve(pending).then(() => {}, (error) => this.#report(error));
  }

  handled(data: unknown): void {
    this.#notify();
    if (this.#isOver) return;
    const isDue = this.#confirmations.count(data);
    if (isDue || !this.#transport) this.#commit.schedule();
    else this.#confirmations.arm();
  }

  drained(): void {
    if (this.#isLeaving) this.#leave("closed", this.#outbox.list(), this.#grave("unknown"));
  }

  get #isDirty(): boolean {
    return this.#outbox.tx > this.#stored.tx || this.#confirmations.rx > this.#stored.rx;
  }

  prepare(): { readonly change: Change; readonly isNews: boolean } {
    const { tx, acked } = this.#outbox;
    const { rx } = this.#confirmations;
    const stored = this.#stored;
    const messages = tx > stored.tx
      ? this.#outbox.list(Math.max(stored.tx, acked), MAX_COMMIT_MESSAGES)
      : [];
    const change = {
      n: this.n,
      rx,
      acked: Math.min(acked, stored.tx),
      first: stored.tx + 1,
      messages,
    };
    const isNews = messages.length > 0 || rx > stored.rx || change.acked > stored.acked ||
      this.#isUnsure;
    this.#isUnsure = false;
    return { change, isNews };
  }

  sync(change: Change): Committed | Promise<Committed> {
    return this.#settings.store.sync(this.key, this.#gen, change);
  }

  synced({ rx, acked, first, messages }: Change, answer: Committed): void {
    if (this.#isOver) return;
    if (answer === "fenced") return this.#leave("moved", this.#notStored(), undefined);
    this.#stored = { tx: first + messages.length - 1, rx, acked };
    this.#pump();
    const frame = this.#confirmations.committed(rx);
    if (frame) this.#write(frame);
    const { tx } = this.#outbox;
    if (this.#isUnsure || tx > this.#stored.tx || this.#isDirty && !this.#transport) {
      this.#commit.schedule();
    } else if (this.#isDirty) this.#confirmations.arm();
    this.#notify();
  }

  failed(error: unknown): void {
    this.#report(error);
    this.#leave("store-failed", this.#notStored(), undefined);
  }

  /** What may not be in the store, and so will not be sent by who goes on. */
  #notStored(): WebSocketData[] {
    return this.#outbox.list(Math.max(this.#stored.tx, this.#outbox.acked));
  }

  /** Sends what the store has and the client's window takes. */
  #pump(limit: number = this.#stored.tx): void {
    while (this.#transport) {
      const data = this.#outbox.next(this.#window, limit);
      if (data === undefined) return;
      this.#write(wrap(data));
    }
  }

  #write(frame: WebSocketData): void {
    this.#guard(() => this.#transport?.send(frame));
  }

  /** Calls what others wrote; its throw breaks nothing. */
  #guard<T>(call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      this.#report(error);
      return undefined;
    }
  }

  #report(error: unknown): void {
    try {
      this.#settings.onError(error);
    } catch {
      // There is nowhere left to report to.
    }
  }
}
