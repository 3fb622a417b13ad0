/**
 * A session's messages to its client: accepted, then stored, then sent, then confirmed.
 *
 * @module
 */

import { byteLength, type WebSocketData } from "../../bounded_queue.ts";
import { wrap } from "../frames.ts";
import { Outbox } from "../half.ts";
import type { Change, Stored } from "./session_store.ts";

/** As many as one call of a Lua script can push. */
const MAX_COMMIT_MESSAGES = 1_000;

/** The messages of one session. */
export class Outgoing {
  readonly #outbox: Outbox;
  readonly #write: (frame: WebSocketData) => void;
  /** What the store has. */
  #stored: { readonly tx: number; readonly acked: number };
  /** Bytes that the client takes unconfirmed; undefined while none is attached. */
  #window: number | undefined;

  constructor({ acked, messages }: Stored, write: (frame: WebSocketData) => void) {
    this.#outbox = new Outbox(acked, messages);
    this.#stored = { tx: this.#outbox.tx, acked };
    this.#write = write;
  }

  /** Bytes that are not confirmed. */
  get bytes(): number {
    return this.#outbox.bytes;
  }

  /** What is not confirmed. */
  get unacked(): readonly WebSocketData[] {
    return this.#outbox.list();
  }

  /** What may not be in the store, and so will not be sent by who goes on. */
  get notStored(): readonly WebSocketData[] {
    return this.#outbox.list(Math.max(this.#stored.tx, this.#outbox.acked));
  }

  /** Whether something is not stored. */
  get isDirty(): boolean {
    return this.#outbox.tx > this.#stored.tx;
  }

  /** Accepts a message; false if too much is unconfirmed. */
  add(message: WebSocketData, maxBytes: number): boolean {
    const bytes = byteLength(message);
    if (!this.#outbox.fits(bytes, maxBytes)) return false;
    this.#outbox.add(message, bytes);
    return true;
  }

  /** Whether a client may have handled so many. */
  fits(rx: number): boolean {
    return rx >= this.#outbox.acked && rx <= this.#stored.tx;
  }

  /** A client goes on from what it has handled. */
  attach(window: number, rx: number): void {
    this.#window = window;
    this.#outbox.ack(rx);
    this.#outbox.rewind();
  }

  /** No client is attached. */
  detach(): void {
    this.#window = undefined;
  }

  /** The client confirms; false if it cannot mean that. */
  ack(rx: number): boolean {
    if (rx > this.#outbox.sent || !this.#outbox.ack(rx)) return false;
    this.pump();
    return true;
  }

  /** Sends what the store has and the client's window takes. */
  pump(limit: number = this.#stored.tx): void {
    // A write may end the connection.
    while (this.#window !== undefined) {
      const data = this.#outbox.next(this.#window, limit);
      if (data === undefined) return;
      this.#write(wrap(data));
    }
  }

  /** Sends all, stored or not: for a session that is not looked for in the store again. */
  flush(): void {
    this.pump(this.#outbox.tx);
  }

  /** What the store must know. */
  get due(): Pick<Change, "acked" | "first" | "messages"> {
    const { acked } = this.#outbox;
    const { tx } = this.#stored;
    const messages = this.isDirty
      ? this.#outbox.list(Math.max(tx, acked), MAX_COMMIT_MESSAGES)
      : [];
    return { acked: Math.min(acked, tx), first: tx + 1, messages };
  }

  /** Whether that is news to it. */
  isNews({ acked, messages }: Pick<Change, "acked" | "messages">): boolean {
    return messages.length > 0 || acked > this.#stored.acked;
  }

  /** It knows, and the messages may leave. */
  stored({ acked, first, messages }: Pick<Change, "acked" | "first" | "messages">): void {
    this.#stored = { tx: first + messages.length - 1, acked };
    this.pump();
  }
}
