/**
 * The private conversation on a new connection before the application sees it, and the inbox that
 * holds what arrives before anybody may see it.
 *
 * @module
 */

import { isNumber, MAX_DELAY_MS } from "../_check.ts";
import { type Deferred, deferred } from "../deferred.ts";
import {
  byteLength,
  SendQueue,
  type SendQueueLimits,
  type WebSocketData,
} from "../bounded_queue.ts";
import type { Pace } from "../machine/state.ts";

/** The fastest pace that a server may choose. */
const MIN_PACE_MS = 1_000;

/** A new connection, as the `handshake` option sees it. */
export interface HandshakeLink {
  /** The attempt; 0 is the first connection. */
  readonly attempt: number;
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /** Aborted when the attempt ends. */
  readonly signal: AbortSignal;
  /**
   * Sends at once, ahead of everything queued.
   *
   * @throws {DOMException} `InvalidStateError`: the handshake is over.
   */
  send(data: WebSocketData): void;
  /**
   * The data of the next message. What is not taken here is dispatched as `message` right after
   * `open`. Rejects when the attempt ends.
   */
  receive(): Promise<unknown>;
}

/** What a handshake may return. */
export interface HandshakeResult {
  /**
   * The pace of the heartbeat on this connection, as the server wants it; without the `heartbeat` option
   * it has no effect. Each number is kept within 1 s, so that a server's 0 makes no storm, and 2^31 - 1 ms.
   */
  readonly heartbeat?: { readonly intervalMs?: number; readonly timeoutMs?: number };
}

/** What a handshake returned about the heartbeat, within bounds; null: nothing. */
export function readPace(result: unknown): Pace | null {
  const { intervalMs, timeoutMs } = Object((result as HandshakeResult | undefined)?.heartbeat);
  const pace = { ...bound("intervalMs", intervalMs), ...bound("timeoutMs", timeoutMs) };
  return "intervalMs" in pace || "timeoutMs" in pace ? pace : null;
}

function bound(name: keyof Pace, value: unknown): Pace {
  return isNumber(value) ? { [name]: Math.min(Math.max(value, MIN_PACE_MS), MAX_DELAY_MS) } : {};
}

/** The part of a message event that is kept. */
export interface Arrival {
  readonly data: unknown;
  readonly origin: string;
}

/** Arrived messages in order, within the bounds of a queue. */
export class Inbox {
  readonly #arrivals: SendQueue<Arrival>;
  #takers: Deferred<unknown>[] = [];
  #closedFor: unknown;

  constructor(limits: SendQueueLimits) {
    this.#arrivals = new SendQueue({ ...limits, overflow: "drop-newest" });
  }

  /** Keeps a message or hands it to who waits; false if it does not fit. */
  put(arrival: Arrival): boolean {
    const taker = this.#takers.shift();
    taker?.resolve(arrival.data);
    return !!taker ||
      !!this.#arrivals.add(arrival, byteLength(arrival.data as WebSocketData) || 0);
  }

  /** The data of the oldest message, or of the next. */
  receive(): Promise<unknown> {
    const taker = deferred<unknown>();
    const arrival = this.#arrivals.take();
    if (arrival) taker.resolve(arrival.data);
    else if (this.#closedFor) taker.reject(this.#closedFor);
    else this.#takers.push(taker);
    // The handshake may have stopped listening; its attempt reports the end.
    taker.promise.catch(() => {});
    return taker.promise;
  }

  /** The oldest message, if there is one. */
  take(): Arrival | undefined {
    return this.#arrivals.take();
  }

  /** Rejects whoever waits, now and later. */
  close(reason: unknown): void {
    this.#closedFor = reason;
    for (const { reject } of this.#takers.splice(0)) reject(reason);
  }
}
