/**
 * The queue: messages wait for a connection, within bounds, and a `drop` event reports each that will not be
 * sent.
 *
 * @module
 */

import { DEFAULT_LIMITS, type Overflow, type QueueLimits } from "../bounded_queue.ts";
import type { DoorFeature, Feature } from "../client/feature.ts";
import { shared } from "../client/parts.ts";
import { check, checkNumber, own, read, type Rules } from "../_check.ts";
import { QueuedOutbox } from "./outbox.ts";

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
  /**
   * While open, messages wait in the queue as long as `bufferedAmount` of the socket is above this, and a
   * `drain` event follows when they have left: a peer that reads slowly cannot fill the memory. What
   * listeners of `open` send is exempt; where a platform has no `bufferedAmount` (workerd) nothing waits.
   * Not limited unless given, as the platform's WebSocket is not.
   */
  maxBufferedBytes?: number | undefined;
}

/** What becomes of one message where it cannot leave at once; without a queue nothing does. */
export interface SendOptions {
  /**
   * Older than this, in milliseconds of `sources.clock.now()`, it is not sent any more: `drop` reports it as
   * `expired` when its turn comes, its room is needed, or the client ends; no timer looks at it.
   */
  ttlMs?: number;
  /**
   * The message takes the place of a queued one with this key, at the end of the queue; `drop` reports that
   * one as `replaced`. If it does not fit, the old one stays.
   */
  key?: string;
  /** With `false` it is not queued: `send` returns false, without a `drop`. */
  queue?: boolean;
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
    maxBufferedBytes,
  } = options;
  return withLimits({ maxMessages, maxBytes, overflow, maxBufferedBytes });
}

/** Without a queue: checks what is sent, and reports what the platform refuses. */
export function noQueue(): Feature {
  return withLimits(null);
}

function withLimits(limits: QueueLimits | null): DoorFeature {
  return { ...PLAIN, limits: limits && shared("limits", limits) };
}

const OVERFLOWS: readonly Overflow[] = ["drop-newest", "drop-oldest", "throw"];

/** To `Number.MAX_SAFE_INTEGER`, which bundlers would keep as a side effect. */
const COUNT = [0, 9_007_199_254_740_991] as const;

const RULES: Rules<SendQueueOptions> = {
  maxMessages: COUNT,
  maxBytes: COUNT,
  overflow(value, name): Overflow {
    check(OVERFLOWS.includes(value), `'${name}'`, "one of drop-newest, drop-oldest, throw", value);
    return value;
  },
  maxBufferedBytes: COUNT,
};

/** The `queue` option, checked. */
export function readQueue(given: SendQueueOptions | false): SendQueueOptions | false {
  return given === false ? given : read("queue", given, RULES);
}

/** The second argument of `send()`, checked; what is no object is the index of a `forEach()`, or the like. */
export function readSendOptions(given: SendOptions | undefined): SendOptions | undefined {
  if (typeof given !== "object" || !given) return;
  const bag = own("", given);
  if (bag.ttlMs !== undefined) checkNumber("send", "ttlMs", bag.ttlMs, 0, Infinity);
  return bag;
}
