/**
 * A session that lives in this process. Sans-I/O: its inputs are frames, the application's sends, the
 * store's answers and three timers (acknowledge, expire, commit deadline).
 *
 * The invariants, each with a planted bug that the simulation finds:
 *
 * 1. A message to the client is stored before it is on the wire.
 * 2. A message of the client is handled, then committed, then confirmed.
 * 3. `ok` is said only once nothing handles this session's messages any more: `quiesce` sees to it here,
 *    the store's `open` elsewhere.
 * 4. Whoever was fenced neither commits nor confirms; and a session that is still in memory checks with
 *    the store before it says `ok`, as this process may have stood still past its lease.
 *
 * @module
 */

import { snapshot as copyOf, toMessage, type WebSocketData } from "../../bounded_queue.ts";
import {
  ackFrame,
  controlFrame,
  type Hello,
  isMarked,
  isOfClient,
  type LostReason,
  parse,
} from "../frames.ts";
import { CLOSED, LATER, MOVED } from "./close_codes.ts";
import { Confirmations } from "./confirmations.ts";
import { type CommitHost, GroupCommit } from "./group_commit.ts";
import { Inbound, type InboundHost } from "./inbound.ts";
import { Outgoing } from "./outgoing.ts";
import type { EndReason, ServerSettings, Session, SessionHandlers, Transport } from "./options.ts";
import type { Change, Committed, Grave, Stored } from "./session_store.ts";

/** Whose a session is, and the hello that it was opened for. */
export interface Claim<User> {
  readonly key: string;
  readonly user: User;
  readonly hello: Hello;
}

/** A session has left this process; `grave` is what to remember of it, or undefined if the store has it still. */
type OnGone = (grave: Grave | undefined) => void;

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
  readonly #onGone: OnGone;
  /** Undefined until the application has given them. */
  #handlers: SessionHandlers | undefined;
  readonly #outgoing: Outgoing;
  readonly #confirmations: Confirmations;
  readonly #inbound = new Inbound(this);
  readonly #commit: GroupCommit;
  #transport: Transport | undefined;
  /** Whether it has left this process. */
  isOver = false;
  /** Whether the store must say that this process is still the owner. */
  #isUnsure = false;
  /** Whether the client has said farewell: what it sent before is still handled. */
  #isLeaving = false;
  /** Whether the application has ended it: it leaves when no handler runs and the store agrees. */
  #isEnding = false;
  #expiryTimer: unknown;
  #refreshTimer: unknown;
  #waiters: (() => void)[] = [];

  constructor(
    { key, user, hello: { n } }: Claim<User>,
    stored: Stored,
    settings: ServerSettings<never, User>,
    onGone: OnGone,
  ) {
    this.key = key;
    this.user = user;
    this.n = n;
    this.isNew = stored.isNew;
    this.#gen = stored.gen;
    this.#doubt = stored.doubt;
    this.#settings = settings;
    this.#onGone = onGone;
    this.#outgoing = new Outgoing(stored, (frame) => this.#transport?.send(frame));
    this.#commit = new GroupCommit(this, settings);
    this.#confirmations = new Confirmations(stored.rx, settings.clock, this.#commit);
  }

  /** Lets the application begin with it; what it throws comes out of here. */
  start(): void {
    this.#handlers = this.#settings.session(this) ?? {};
    if (this.#settings.store.release) this.#refresh();
  }

  /** A session without traffic must not expire in the store. */
  #refresh(): void {
    const { clock, ttlMs } = this.#settings;
    if (this.isOver) return;
    this.#refreshTimer = clock.setTimeout(() => {
      this.#isUnsure = true;
      this.#commit.schedule();
      this.#refresh();
    }, ttlMs / 2);
  }

  get isConnected(): boolean {
    return !!this.#transport;
  }

  get bufferedAmount(): number {
    return this.#outgoing.bytes;
  }

  /** Whether a client's counters can be true; otherwise one of the two went back in time. */
  fits({ rx, ack, tx }: Hello): boolean {
    const handled = this.#confirmations.rx;
    return this.#outgoing.canHave(rx) && ack <= handled && handled <= tx;
  }

  send(data: WebSocketData): boolean {
    const message = copyOf(toMessage(data));
    if (this.isOver || this.#isEnding) return false;
    const isKept = this.#outgoing.accept(message, this.#settings.maxUnackedBytes);
    if (isKept) this.#commit.schedule();
    else if (this.#settings.overflow === "lose") this.lose("overflow");
    return isKept;
  }

  end(): void {
    this.#isEnding = true;
    // The client has it still, and is given it back.
    this.#inbound.clear();
    this.#isUnsure = true;
    this.#commit.schedule();
  }

  /** Goes on with a client, from what both have. */
  attach(transport: Transport, hello: Hello, begins: boolean): void {
    const { clock, ttlMs: ttl, windowBytes: max } = this.#settings;
    clock.clearTimeout(this.#expiryTimer);
    this.#transport = transport;
    this.n = hello.n;
    this.#outgoing.attach(hello.max, hello.rx);
    const rx = this.#confirmations.report();
    this.#transport?.send(controlFrame({ t: "ok", rx, new: begins, ttl, max }));
    this.#outgoing.pump();
  }

  /** The connection has ended; the session waits for another. */
  detach(): void {
    this.#transport = undefined;
    this.#outgoing.detach();
    // The client has them still, and sends them again; but not after a farewell.
    if (!this.#isLeaving) this.#inbound.clear();
    this.#confirmations.clear();
    this.expire();
    this.#commit.schedule();
  }

  /** Lets the session end if no client comes in time; after a farewell it ends with what it has to handle. */
  expire(): void {
    const { clock, ttlMs } = this.#settings;
    clock.clearTimeout(this.#expiryTimer);
    if (this.isOver || this.#isLeaving) return;
    this.#expiryTimer = clock.setTimeout(() => this.lose("expired"), ttlMs);
  }

  /**
   * Ends the connection, and resolves when no handler runs and the store has everything: then another
   * connection, or another process, may go on.
   *
   * @param n The hello that will be served, if one is to be: the store must know of it, and agree.
   */
  async quiesce(code: number, reason: string, n?: number): Promise<void> {
    // Which detaches it.
    this.#transport?.close(code, reason);
    this.#settings.clock.clearTimeout(this.#expiryTimer);
    if (n !== undefined) {
      this.n = n;
      this.#isUnsure = true;
    }
    this.#commit.schedule();
    while (this.isBusy) await this.#change();
  }

  /** Whether another connection, or process, must not go on yet. */
  get isBusy(): boolean {
    return !this.isOver &&
      (this.isConnected || this.#inbound.size > 0 || this.#commit.isBusy || this.#isDirty ||
        this.#isUnsure);
  }

  /** Resolves when no handler runs. */
  async settled(): Promise<void> {
    while (this.#inbound.isWorking) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #notify(): void {
    // Nearly always, and once for each message.
    if (this.#waiters.length === 0) return;
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  /** Ends it for good. Only what the store has left of it says so to a client: this process may be fenced. */
  lose(why: "expired" | "overflow" | "gap"): void {
    this.#leave(why, this.#grave(why));
  }

  /** For when no handler runs any more. */
  #grave(why: LostReason): Grave {
    const { rx } = this.#confirmations;
    // An owner that died may have handled more; after a gap this side's count may be the wrong one.
    const isInDoubt = rx < this.#doubt || why === "gap";
    return { n: this.n, why, rx: isInDoubt ? undefined : rx + Number(this.#inbound.isWorking) };
  }

  /** Says farewell: the store has everything, and this process is the owner. */
  #close(): void {
    const grave = this.#grave("unknown");
    // What is in doubt is confirmed to nobody: then it is `lost`, as the store says.
    if (grave.rx !== undefined) {
      this.#transport?.send(ackFrame(grave.rx));
      this.#transport?.send(controlFrame({ t: "bye" }));
    }
    this.#leave("closed", grave);
  }

  /** Lets the session go to another process, which has everything of it. */
  move(): void {
    this.#leave("moved", undefined, this.#settings.store.release ? [] : undefined);
  }

  /** @param unacked What is given back: all that is not confirmed, unless another process has it. */
  #leave(why: EndReason, grave?: Grave, unacked?: readonly WebSocketData[]): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#inbound.clear();
    // Which by now only stops its timer.
    this.expire();
    this.#settings.clock.clearTimeout(this.#refreshTimer);
    this.#onGone(grave);
    this.#notify();
    this.#transport?.close(why === "closed" ? CLOSED : why === "moved" ? MOVED : LATER, why);
    void this.#callEnd(why, unacked ?? this.#outgoing.list());
  }

  async #callEnd(why: EndReason, unacked: readonly WebSocketData[]): Promise<void> {
    // It may have left as it began.
    if (!this.#handlers) await undefined;
    try {
      await this.#handlers?.end?.(why, unacked);
    } catch (error) {
      this.report(error);
    }
  }

  /** Hot path, once for each frame that comes; false if the peer broke the protocol. */
  receive(raw: unknown): boolean {
    if (!isMarked(raw)) return this.#take(raw);
    const frame = parse(raw, isOfClient);
    switch (frame.t) {
      case "data":
        return this.#take(frame.data);
      case "ack":
        if (!this.#outgoing.ack(frame.rx)) return false;
        this.#outgoing.pump();
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

  #take(data: unknown): boolean {
    return this.#isEnding ||
      !this.#isLeaving && this.#inbound.add(data, 2 * this.#settings.windowBytes);
  }

  handle(data: unknown): unknown {
    const seq = this.#confirmations.rx + 1;
    const delivery = { id: `${this.key}:${seq}`, redelivered: seq <= this.#doubt };
    return this.#handlers?.message?.(data, delivery);
  }

  /** What the application or the transport threw. */
  report(error: unknown): void {
    this.#settings.onError(error);
  }

  handled(data: unknown): void {
    this.#notify();
    if (this.isOver) return;
    const isDue = this.#confirmations.count(data);
    this.#confirmations.arm(isDue || this.#isUrgent);
  }

  /** Whether a confirmation has nothing to wait for: it goes with the farewell, or nowhere. */
  get #isUrgent(): boolean {
    return this.#isEnding || !this.#transport || this.#confirmations.isRequested;
  }

  drained(): void {
    if (this.#isLeaving) this.#leave("closed", this.#grave("unknown"));
  }

  get #isDirty(): boolean {
    return this.#outgoing.isDirty || this.#confirmations.isDirty;
  }

  prepare(): { readonly change: Change; readonly isNews: boolean } {
    const { rx } = this.#confirmations;
    const change = { n: this.n, rx, ...this.#outgoing.due };
    const isNews = this.#outgoing.isNews || this.#confirmations.isDirty || this.#isUnsure;
    this.#isUnsure = false;
    return { change, isNews };
  }

  sync(change: Change): Committed | Promise<Committed> {
    return this.#settings.store.sync(this.key, this.#gen, change);
  }

  synced(change: Change, answer: Committed): void {
    if (this.isOver) return;
    if (answer === "fenced") return this.#leave("moved", undefined, this.#outgoing.notStored);
    this.#outgoing.stored(change);
    const frame = this.#confirmations.committed(change.rx);
    if (frame) this.#transport?.send(frame);
    if (this.#isDirty || this.#isUnsure) {
      this.#confirmations.arm(this.#isUnsure || this.#outgoing.isDirty || this.#isUrgent);
    } else if (this.#isEnding && !this.#inbound.isWorking) this.#close();
    else this.#notify();
  }

  failed(error: unknown): void {
    this.report(error);
    this.#leave("store-failed", undefined, this.#outgoing.notStored);
  }
}
