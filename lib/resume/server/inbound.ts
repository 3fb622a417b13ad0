/**
 * What came from a client and waits for its handler: in order, one at a time.
 *
 * @module
 */

import { OVERHEAD_BYTES, sizeOf } from "../half.ts";

/** What is done with the messages. */
export interface InboundHost {
  /** Handles one; a promise stops all that follow until it is settled. */
  handle(data: unknown): unknown;
  /** What it throws or rejects with; it counts as handled. */
  report(error: unknown): void;
  /** The message was handled. */
  handled(data: unknown): void;
  /** Nothing is left to handle. */
  drained(): void;
}

/** A queue in front of a handler. */
export class Inbound {
  /** Whether a handler runs. */
  isWorking = false;
  readonly #host: InboundHost;
  #queue: unknown[] = [];
  /** The bytes of the queue, each message with its overhead. */
  #bytes = 0;

  constructor(host: InboundHost) {
    this.#host = host;
  }

  /** How many messages wait, the one that is being handled included. */
  get size(): number {
    return this.#queue.length + Number(this.isWorking);
  }

  /** Handles a message now or in its turn; false if more waits than `maxBytes`. */
  add(data: unknown, maxBytes: number): boolean {
    if (!this.isWorking) {
      this.#work(data);
      return true;
    }
    this.#queue.push(data);
    this.#bytes += sizeOf(data) + OVERHEAD_BYTES;
    return this.#bytes <= maxBytes || this.#queue.length === 1;
  }

  /** Throws away what waits: its sender still has it. */
  clear(): void {
    this.#queue = [];
    this.#bytes = 0;
  }

  #work(first: unknown): void {
    for (let data = first;; data = this.#take()) {
      // A handler may lead to more messages, which wait for it.
      this.isWorking = true;
      const pending = this.#handle(data);
      if (pending) {
        void pending.then(() => {
          this.#done(data);
          if (this.#queue.length > 0) this.#work(this.#take());
          else this.#host.drained();
        });
        return;
      }
      this.#done(data);
      if (this.#queue.length === 0) return this.#host.drained();
    }
  }

  #handle(data: unknown): Promise<unknown> | undefined {
    const host = this.#host;
    try {
      const pending = host.handle(data) as Promise<unknown> | undefined;
      // Not `instanceof`: promises of other realms and libraries are waited for, too.
      if (typeof pending?.then !== "function") return undefined;
      return Promise.resolve(pending).catch((error) => host.report(error));
    } catch (error) {
      host.report(error);
      return undefined;
    }
  }

  #take(): unknown {
    const data = this.#queue.shift();
    this.#bytes -= sizeOf(data) + OVERHEAD_BYTES;
    return data;
  }

  #done(data: unknown): void {
    this.isWorking = false;
    this.#host.handled(data);
  }
}
