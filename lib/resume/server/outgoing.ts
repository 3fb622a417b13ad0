/**
 * A session's messages to its client: accepted, then stored, then sent, then confirmed.
 *
 * @module
 */

import type { WebSocketData } from "../../bounded_queue.ts";
import { wrap } from "../frames.ts";
import { Outbox } from "../half.ts";
import type { Change, Stored } from "./session_store.ts";

/** As many as one call of a Lua script can push. */
const MAX_COMMIT_MESSAGES = 1_000;

/** The messages of one session. */
export class Outgoing extends Outbox {
  readonly #write: (frame: WebSocketData) => void;
  /** What the store has. */
  #stored: { readonly tx: number; readonly acked: number };
  /** Bytes that the client takes unconfirmed; undefined while none is attached. */
  #window: number | undefined;

  constructor({ acked, messages }: Stored, write: (frame: WebSocketData) => void) {
    super(acked, messages);
    this.#stored = { tx: this.tx, acked };
    this.#write = write;
  }

  /** What may not be in the store, and so will not be sent by who goes on. */
  get notStored(): WebSocketData[] {
    return this.list(this.#stored.tx);
  }

  /** Whether something is not stored. */
  get isDirty(): boolean {
    return this.tx > this.#stored.tx;
  }

  /** Whether a client may have handled so many. */
  canHave(rx: number): boolean {
    return rx >= this.acked && rx <= this.#stored.tx;
  }

  /** A client goes on from what it has handled. */
  attach(window: number, rx: number): void {
    this.#window = window;
    this.resume(rx);
  }

  /** No client is attached. */
  detach(): void {
    this.#window = undefined;
  }

  /** Sends what the store has and the client's window takes. */
  pump(limit: number = this.#stored.tx): void {
    // A write may end the connection.
    while (this.#window !== undefined) {
      const data = this.next(this.#window, limit);
      if (data === undefined) return;
      this.#write(wrap(data));
    }
  }

  /** Whether the store must know of something. */
  get isNews(): boolean {
    return this.isDirty || this.acked > this.#stored.acked;
  }

  /** What it must know. The client confirms nothing that it has not had, and it has nothing that is not stored. */
  get due(): Pick<Change, "acked" | "first" | "messages"> {
    const { acked, isDirty } = this;
    const { tx } = this.#stored;
    const messages = isDirty ? this.list(tx, MAX_COMMIT_MESSAGES) : [];
    return { acked, first: tx + 1, messages };
  }

  /** It knows, and the messages may leave. */
  stored({ acked, first, messages }: Pick<Change, "acked" | "first" | "messages">): void {
    this.#stored = { tx: first + messages.length - 1, acked };
    this.pump();
  }
}
