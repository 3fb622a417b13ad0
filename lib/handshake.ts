/**
 * The private conversation on a new connection before the application sees it, and the inbox that
 * holds what arrives before anybody may see it.
 *
 * @module
 */

import { type Deferred, deferred } from "./deferred.ts";
import { byteLength, SendQueue, type SendQueueLimits, type WebSocketData } from "./send_queue.ts";

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
