/**
 * What is sent waits here for a connection, or until its socket has room.
 *
 * @module
 */

import {
  BoundedQueue,
  byteLength,
  type QueueLimits,
  snapshot,
  toMessage,
  type WebSocketData,
} from "../bounded_queue.ts";
import { type Client, notOpen } from "../client/client.ts";
import type { Outbox } from "../client/feature.ts";
import type { Attempt } from "../connection/attempt.ts";
import {
  PendingError,
  ReconnectingWebSocketError,
  type ReconnectingWebSocketErrorCode,
} from "../errors.ts";
import { isOver } from "../machine/step.ts";
import type { WebSocketLike } from "../sources.ts";
import type { SendOptions } from "./queue.ts";

/** How often a full socket is looked at: at first, doubling, and at least. */
const MIN_POLL_MS = 4;
const MAX_POLL_MS = 100;

const NEVER = { untilMs: Infinity };

/** A message that will not be sent, and why. */
type Lost = readonly [data: WebSocketData, code: ReconnectingWebSocketErrorCode];

/** What is sent waits here, in order, and each message is handed to at most one socket. */
export class QueuedOutbox implements Outbox {
  readonly #client: Client;
  readonly #limits: QueueLimits | null | undefined;
  /** Made when needed. */
  #queue: BoundedQueue | undefined;
  /** No message expires before; undefined: none ever does. */
  #untilMs: number | undefined;
  /** Whether a full socket kept a message from leaving: `drain` is due. */
  #isHeldUp = false;
  /** Looks at a full socket. None of the machine's: it decides nothing, and would fill the trace. */
  #timer: { readonly handle: unknown } | undefined;
  #delayMs = 0;
  /** The attempt whose end and messages matter to the timer. */
  #watched: Attempt | undefined;

  constructor(client: Client) {
    this.#client = client;
    this.#limits = client.parts.doors.limits;
  }

  get bytes(): number {
    return this.#queue?.bytes ?? 0;
  }

  get size(): number {
    return this.#queue?.size ?? 0;
  }

  send(data: unknown, options?: SendOptions): boolean {
    const message = toMessage(data);
    if (!this.#timer) return this.#send(message, options);
    const client = this.#client;
    // What was sent before goes first, and its events come after the call.
    const wasBusy = client.enter();
    try {
      this.#move();
      return this.#send(message, options);
    } finally {
      client.leave(wasBusy);
    }
  }

  #send(message: WebSocketData, options: SendOptions | undefined): boolean {
    const client = this.#client;
    const { ready, state } = client;
    const isFull = !!ready && this.#isFull(ready);
    if (ready && (!(isFull || this.#queue?.size) || client.isOpening)) {
      return this.#hand(message, ready);
    }
    if (isOver(state)) return false;
    if (this.#limits) {
      if (isFull) this.#holdUp();
      const { key, queue, ttlMs }: SendOptions = Object(options);
      return queue !== false && this.#enqueue(message, this.#limits, key, ttlMs);
    }
    if (state.phase === "open") return false;
    throw notOpen();
  }

  #enqueue(data: WebSocketData, limits: QueueLimits, key?: string, ttlMs = Infinity): boolean {
    const queue = this.#queue ??= new BoundedQueue(limits);
    const kept = snapshot(data);
    const bytes = byteLength(kept);
    const lost = queue.fits(bytes, queue.find(key)) ? [] : this.#expired(queue);
    const old = queue.find(key);
    const untilMs = ttlMs < Infinity ? this.#client.parts.clock.now() + ttlMs : ttlMs;
    const isPlain = key === undefined && untilMs === Infinity;
    const evicted = queue.add(kept, bytes, isPlain ? undefined : { key, untilMs });
    const throws = !evicted && limits.overflow === "throw";
    if (evicted && old) lost.push([old.message, "replaced"]);
    if (evicted) this.#expect(untilMs);
    for (const message of evicted ?? (throws ? [] : [kept])) lost.push([message, "queue-overflow"]);
    this.#drop(lost);
    if (throws) {
      throw new ReconnectingWebSocketError("queue-overflow", this.#client.state.series.attempt);
    }
    return !!evicted;
  }

  /** Removes what is too old by now. */
  #expired(queue: BoundedQueue): Lost[] {
    const lost: Lost[] = [];
    if (this.#untilMs === undefined) return lost;
    const nowMs = this.#client.parts.clock.now();
    if (this.#untilMs > nowMs) return lost;
    this.#untilMs = undefined;
    for (let entry = queue.oldest; entry;) {
      const { label, message, next } = entry;
      const { untilMs } = label ?? NEVER;
      if (untilMs <= nowMs) {
        queue.remove(entry);
        lost.push([message, "expired"]);
      } else this.#expect(untilMs);
      entry = next;
    }
    return lost;
  }

  #expect(untilMs: number): void {
    if (untilMs < (this.#untilMs ?? Infinity)) this.#untilMs = untilMs;
  }

  /** Gives a message to the socket. The platform may refuse it, which does not stop the others. */
  #hand(message: WebSocketData, socket: WebSocketLike): boolean {
    try {
      socket.send(message);
      return true;
    } catch (cause) {
      // The event may come later, and the caller may use its buffer again by then.
      this.#drop([[snapshot(message), "send-failed"]], cause);
      return false;
    }
  }

  /** Dispatches all in one go: nothing that a listener does comes in between. */
  #drop(lost: readonly Lost[], cause?: unknown): void {
    if (lost.length > 0) this.#client.post(() => this.#report(lost, cause));
  }

  #report(lost: readonly Lost[], cause?: unknown): void {
    const client = this.#client;
    let error: PendingError | undefined;
    for (const [data, code] of lost) {
      if (error?.code !== code) error = new PendingError(code, client.state.series.attempt, cause);
      client.dispatch({ type: "drop", data, error }, null);
    }
  }

  #isFull({ bufferedAmount }: WebSocketLike): boolean {
    // QUIRK(workerd): bufferedAmount is undefined, which no limit compares to.
    return bufferedAmount > (this.#limits?.maxBufferedBytes as number);
  }

  flush(): void {
    const client = this.#client;
    const wasBusy = client.enter();
    this.#move();
    // Not before what was refused is reported.
    if (this.#isHeldUp) client.post(() => this.#settle());
    client.leave(wasBusy);
  }

  /** Hands over what the socket has room for. */
  #move(): void {
    const queue = this.#queue;
    if (!queue) return;
    this.#drop(this.#expired(queue));
    for (let socket; queue.size && (socket = this.#client.ready);) {
      if (this.#isFull(socket)) return this.#holdUp();
      this.#delayMs = 0;
      this.#hand(queue.take() as WebSocketData, socket);
    }
  }

  /** Says that there is room again, or looks once more later. */
  #settle(): void {
    const client = this.#client;
    const { ready } = client;
    if (!ready || !this.#isHeldUp) return;
    if (this.#queue?.size || this.#isFull(ready)) return this.#holdUp();
    this.#isHeldUp = false;
    this.#stop();
    client.dispatch({ type: "drain" }, null);
  }

  /** Waits for room in the socket, which no event announces. */
  #holdUp(): void {
    const client = this.#client;
    const { current, parts: { clock } } = client;
    this.#isHeldUp = true;
    if (this.#timer || !current) return;
    this.#watch(current);
    this.#delayMs = Math.min(2 * this.#delayMs || MIN_POLL_MS, MAX_POLL_MS);
    const look = (): void => {
      this.#timer = undefined;
      this.flush();
    };
    this.#timer = { handle: clock.setTimeout(look, this.#delayMs) };
  }

  #stop(): void {
    const { clock } = this.#client.parts;
    if (this.#timer) clock.clearTimeout(this.#timer.handle);
    this.#timer = undefined;
    this.#delayMs = 0;
  }

  /** Once for each attempt. */
  #watch(attempt: Attempt): void {
    if (this.#watched === attempt) return;
    this.#watched = attempt;
    const { release } = attempt;
    attempt.release = () => {
      release?.();
      this.#watched = undefined;
      this.#stop();
    };
    attempt.socket?.addEventListener("message", () => {
      if (this.#watched === attempt && this.#timer) this.flush();
    });
  }

  clear(): WebSocketData[] {
    return this.#queue?.drain() ?? [];
  }

  drain(): WebSocketData[] {
    // The last event is near: these must not come later.
    if (this.#queue) this.#report(this.#expired(this.#queue));
    return this.clear();
  }
}
