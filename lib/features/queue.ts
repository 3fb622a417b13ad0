/**
 * The queue: messages wait for a connection, within bounds, and a `drop` event reports each that will not be
 * sent.
 *
 * @module
 */

import {
  BoundedQueue,
  byteLength,
  DEFAULT_LIMITS,
  type Overflow,
  type QueueLimits,
  snapshot,
  toMessage,
  type WebSocketData,
} from "../bounded_queue.ts";
import { type Client, notOpen } from "../client/client.ts";
import type { DoorFeature, Feature, Outbox } from "../client/feature.ts";
import {
  PendingError,
  ReconnectingWebSocketError,
  type ReconnectingWebSocketErrorCode,
} from "../errors.ts";
import { isOver } from "../machine/step.ts";
import type { WebSocketLike } from "../sources.ts";
import { check, checkRest, number, own } from "../_check.ts";

/** Bounds of the queue that holds messages sent while not open. */
export interface SendQueueOptions {
  /**
   * Ten minutes of one message in 0.6 s; more is better kept by the application.
   *
   * @default {1_024}
   */
  maxMessages?: number;
  /**
   * UTF-8 bytes for strings, counted once, when queued: 1 MiB is sent within a second over most networks.
   *
   * @default {1_048_576}
   */
  maxBytes?: number;
  /**
   * What happens to a message too many: `send` returns false and a `drop` event reports it
   * (`"drop-newest"`), the oldest ones make room (`"drop-oldest"`), or `send` throws (`"throw"`).
   *
   * @default {"drop-newest"} because only then the caller, who knows the message, learns it from `send`.
   */
  overflow?: Overflow;
}

/** Shared by all clients that want no other bounds. */
const PLAIN: DoorFeature = {
  kind: "queue",
  isPlain: true,
  limits: DEFAULT_LIMITS,
  outbox: (client) => new QueuedOutbox(client),
  flush: ({ outbox }) => (outbox as QueuedOutbox).flush(),
};

/** Keeps messages while there is no connection. */
export function queue(options: SendQueueOptions = DEFAULT_LIMITS): Feature {
  if (options === DEFAULT_LIMITS) return PLAIN;
  const {
    maxMessages = DEFAULT_LIMITS.maxMessages,
    maxBytes = DEFAULT_LIMITS.maxBytes,
    overflow = DEFAULT_LIMITS.overflow,
  } = options;
  return withLimits({ maxMessages, maxBytes, overflow });
}

/** Without a queue: checks what is sent, and reports what the platform refuses. */
export function noQueue(): Feature {
  return withLimits(null);
}

function withLimits(limits: QueueLimits | null): DoorFeature {
  return { ...PLAIN, isPlain: false, limits };
}

const OVERFLOWS: readonly Overflow[] = ["drop-newest", "drop-oldest", "throw"];

/** The `queue` option, checked. */
export function readQueue(given: SendQueueOptions): SendQueueOptions {
  const bag = own("queue", given);
  const { maxMessages, maxBytes, overflow, ...rest } = bag;
  checkRest("queue", rest);
  const isKnown = overflow === undefined || OVERFLOWS.includes(overflow);
  check(isKnown, "'queue.overflow'", "one of drop-newest, drop-oldest, throw", overflow);
  number("queue.maxMessages", maxMessages, 0, Number.MAX_SAFE_INTEGER);
  number("queue.maxBytes", maxBytes, 0, Number.MAX_SAFE_INTEGER);
  return bag;
}

/** What is sent waits here, in order, and each message is handed to at most one socket. */
class QueuedOutbox implements Outbox {
  readonly #client: Client;
  readonly #queue: BoundedQueue | null;

  constructor(client: Client) {
    const { limits } = client.parts.doors;
    this.#client = client;
    this.#queue = limits ? new BoundedQueue(limits) : null;
  }

  get bytes(): number {
    return this.#queue?.bytes ?? 0;
  }

  send(data: unknown): boolean {
    const message = toMessage(data);
    const client = this.#client;
    const { ready, state } = client;
    if (ready && (!this.#queue?.size || client.isOpening)) return this.#hand(message, ready);
    if (isOver(state)) return false;
    if (this.#queue) return this.#enqueue(message, this.#queue);
    if (state.phase === "open") return false;
    throw notOpen();
  }

  #enqueue(message: WebSocketData, queue: BoundedQueue): boolean {
    const kept = snapshot(message);
    const evicted = queue.add(kept, byteLength(kept));
    if (!evicted && this.#client.parts.doors.limits?.overflow === "throw") {
      throw new ReconnectingWebSocketError("queue-overflow", this.#client.state.series.attempt);
    }
    this.#drop(evicted ?? [kept], "queue-overflow");
    return !!evicted;
  }

  /** Gives a message to the socket. The platform may refuse it, which does not stop the others. */
  #hand(message: WebSocketData, socket: WebSocketLike): boolean {
    try {
      socket.send(message);
      return true;
    } catch (cause) {
      // The event may come later, and the caller may use its buffer again by then.
      this.#drop([snapshot(message)], "send-failed", cause);
      return false;
    }
  }

  /** Dispatches all in one go: nothing that a listener does comes in between. */
  #drop(
    messages: readonly WebSocketData[],
    code: ReconnectingWebSocketErrorCode,
    cause?: unknown,
  ): void {
    if (messages.length === 0) return;
    const client = this.#client;
    const error = new PendingError(code, client.state.series.attempt, cause);
    client.driver.post(() => {
      for (const data of messages) client.dispatch({ type: "drop", data, error }, null);
    });
  }

  flush(): void {
    for (let socket; (socket = this.#client.ready);) {
      const message = this.#queue?.take();
      if (message === undefined) return;
      this.#hand(message, socket);
    }
  }

  drain(): WebSocketData[] {
    return this.#queue?.drain() ?? [];
  }
}
