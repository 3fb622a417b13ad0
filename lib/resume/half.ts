/**
 * The two directions of a session, each as one of its ends sees it: counters and what is kept. The
 * same code on both sides; nothing here knows of sockets, stores or time.
 *
 * ```
 * accepted (tx) >= put on this connection (sent) >= confirmed (acked)
 * ```
 *
 * @module
 */

import { byteLength, type WebSocketData } from "../bounded_queue.ts";

interface Entry {
  readonly data: WebSocketData;
  readonly bytes: number;
}

/** When a receiver confirms: whichever comes first. */
export const ACK_MESSAGES = 64;
export const ACK_BYTES = 65_536;
export const ACK_DELAY_MS = 250;

/** What a message counts in a window beside its bytes, so that empty ones are bounded, too. */
export const OVERHEAD_BYTES = 16;

/** Entries that were confirmed are cut off in one go: a shift for each would move all the others. */
const COMPACT_FROM = 1_024;

/** The sending half: what was accepted and is not confirmed, (acked, tx]. */
export class Outbox {
  /** Messages accepted since the session began. */
  tx: number;
  /** Messages confirmed. */
  acked: number;
  /** The last message put on the current connection. */
  sent: number;
  /** Bytes in (acked, tx]. */
  bytes = 0;
  /** Bytes in (acked, sent]. */
  #flightBytes = 0;
  /** The last message put on any connection before. */
  #sentBefore: number;
  #entries: Entry[] = [];
  /** The index of message `acked + 1`. */
  #head = 0;

  constructor(acked = 0, messages: readonly WebSocketData[] = [], everSent: number = acked) {
    this.tx = this.acked = this.sent = acked;
    this.#sentBefore = everSent;
    for (const data of messages) this.add(data);
  }

  /** How many messages are not confirmed. */
  get size(): number {
    return this.tx - this.acked;
  }

  /** The last message put on any connection. */
  get everSent(): number {
    return Math.max(this.sent, this.#sentBefore);
  }

  /** Whether a message of so many bytes may be kept; the first one always may. */
  fits(bytes: number, maxBytes: number): boolean {
    return this.size === 0 || this.bytes + bytes + OVERHEAD_BYTES * (this.size + 1) <= maxBytes;
  }

  /** Accepts a message; false if too much is unconfirmed. */
  accept(data: WebSocketData, maxBytes: number): boolean {
    const bytes = byteLength(data);
    if (!this.fits(bytes, maxBytes)) return false;
    this.add(data, bytes);
    return true;
  }

  /** Adds a message, whatever waits. */
  add(data: WebSocketData, bytes: number = byteLength(data)): void {
    this.#entries.push({ data, bytes });
    this.bytes += bytes;
    this.tx++;
  }

  /**
   * Forgets what the peer confirmed; false if it cannot mean that.
   *
   * @param limit The last message that it can have: by default the last one on this connection.
   */
  ack(rx: number, limit: number = this.sent): boolean {
    if (rx < this.acked || rx > limit) return false;
    while (this.acked < rx) {
      const { bytes } = this.#entries[this.#head] as Entry;
      // A confirmed message is let go of now, not at the next compaction.
      this.#entries[this.#head++] = undefined as unknown as Entry;
      this.bytes -= bytes;
      if (++this.acked <= this.sent) this.#flightBytes -= bytes;
    }
    this.sent = Math.max(this.sent, rx);
    if (this.#head >= COMPACT_FROM && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return true;
  }

  /** There is a new connection, whose peer has so many: what it has not is sent again. */
  resume(rx: number): void {
    this.ack(rx, this.tx);
    this.#sentBefore = this.everSent;
    this.sent = this.acked;
    this.#flightBytes = 0;
  }

  /**
   * The next message for the wire, which counts as sent then; undefined when there is none, or the
   * peer's window is full. A message larger than the window goes alone.
   *
   * @param limit The last message that may go.
   */
  next(window: number, limit: number = this.tx): WebSocketData | undefined {
    if (this.sent >= limit) return undefined;
    const inFlight = this.sent - this.acked;
    const { data, bytes } = this.#entries[this.#head + inFlight] as Entry;
    const cost = this.#flightBytes + bytes + OVERHEAD_BYTES * (inFlight + 1);
    if (inFlight > 0 && cost > window) return undefined;
    this.#flightBytes += bytes;
    this.sent++;
    return data;
  }

  /** The messages after number `from`, oldest first, at most `count`. */
  list(from: number = this.acked, count = Infinity): WebSocketData[] {
    const start = this.#head + Math.max(0, from - this.acked);
    return this.#entries.slice(start, start + count).map(({ data }) => data);
  }
}

/** The receiving half: what was handled, and how much of it was reported to the peer. */
export class Inlet {
  /** Messages handled since the session began. */
  rx: number;
  /** Messages confirmed to the peer. */
  reported: number;
  #bytes = 0;

  constructor(rx = 0) {
    this.rx = this.reported = rx;
  }

  /** Counts a message as handled; true if it is time to confirm. */
  count(data: unknown): boolean {
    this.rx++;
    this.#bytes += sizeOf(data);
    return this.rx - this.reported >= ACK_MESSAGES || this.#bytes >= ACK_BYTES;
  }

  /** The count to confirm now. */
  report(rx: number = this.rx): number {
    this.#bytes = 0;
    return this.reported = rx;
  }
}

/** About the bytes of a message that arrived: never more than its sender counted. */
export function sizeOf(data: unknown): number {
  if (typeof data === "string") return data.length;
  const { byteLength, size } = data as { readonly byteLength?: number; readonly size?: number };
  return byteLength ?? size ?? 0;
}
