/**
 * What waits for a connection: a first-in first-out queue bounded by messages and bytes, with every
 * operation O(1), and the conversion of a value to the message that `send()` would send.
 *
 * @module
 */

import { IS_WORKERD } from "./platform.ts";

/** What can be sent: as the platform's `WebSocket.send`. Shared memory is refused, as there. */
export type WebSocketData = string | ArrayBufferLike | ArrayBufferView | Blob;

/** Which message gives way when the queue is full. */
export type Overflow = "drop-newest" | "drop-oldest" | "throw";

/** The bounds of a queue. */
export interface QueueLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly overflow: Overflow;
  /** Of the socket: above it, messages wait. */
  readonly maxBufferedBytes?: number | undefined;
}

/** Shared by all queues that want no others; the `queue` option says why. */
export const DEFAULT_LIMITS: QueueLimits = {
  maxMessages: 1_024,
  maxBytes: 1_048_576,
  overflow: "drop-newest",
};

/** What a message may bring along. */
export interface Label {
  /** No other message of this name is kept beside it. */
  readonly key: string | undefined;
  /** When it is worth nothing any more. */
  readonly untilMs: number;
}

/** A message in its place. */
export interface Entry<T = WebSocketData> {
  readonly message: T;
  readonly bytes: number;
  readonly label: Label | undefined;
  next: Entry<T> | undefined;
  previous: Entry<T> | undefined;
}

const NONE: readonly never[] = [];

/** A bounded first-in first-out queue: a linked list, which holds no room that it does not use. */
export class BoundedQueue<T = WebSocketData> {
  readonly #limits: QueueLimits;
  oldest: Entry<T> | undefined;
  #newest: Entry<T> | undefined;
  /** Made when needed. */
  #keyed: Map<string, Entry<T>> | undefined;
  #size = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** The number of messages held. */
  get size(): number {
    return this.#size;
  }

  /** The bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is held of this key. */
  find(key: string | undefined): Entry<T> | undefined {
    return this.#keyed?.get(key as string);
  }

  /** Whether there is room, once an entry has given way. */
  fits(bytes: number, old?: Entry<T>): boolean {
    const { maxMessages, maxBytes } = this.#limits;
    return this.#size - (old ? 1 : 0) < maxMessages &&
      this.#bytes - (old ? old.bytes : 0) + bytes <= maxBytes;
  }

  /**
   * Adds a message at the end.
   *
   * @param label An entry of the same key is replaced, unless the message is refused.
   * @returns The older messages that gave way to it, oldest first, or null when it is refused.
   */
  add(message: T, bytes: number, label?: Label): readonly T[] | null {
    const key = label?.key;
    const old = this.find(key);
    const { maxMessages, maxBytes, overflow } = this.#limits;
    const evicts = overflow === "drop-oldest" && bytes <= maxBytes && maxMessages > 0;
    if (!evicts && !this.fits(bytes, old)) return null;
    if (old) this.remove(old);
    let lost: T[] | undefined;
    while (!this.fits(bytes)) (lost ??= []).push(this.take() as T);
    const previous = this.#newest;
    const entry: Entry<T> = { message, bytes, label, next: undefined, previous };
    if (previous) previous.next = entry;
    else this.oldest = entry;
    this.#newest = entry;
    if (key !== undefined) (this.#keyed ??= new Map()).set(key, entry);
    this.#size++;
    this.#bytes += bytes;
    return lost ?? NONE;
  }

  /** Removes an entry that is held. */
  remove(entry: Entry<T>): void {
    const { label, next, previous } = entry;
    if (label) this.#keyed?.delete(label.key as string);
    if (previous) previous.next = next;
    else this.oldest = next;
    if (next) next.previous = previous;
    else this.#newest = previous;
    // A removed entry that the collector counts as old would keep all the later ones alive.
    entry.next = entry.previous = undefined;
    this.#size--;
    this.#bytes -= entry.bytes;
  }

  /** Removes the oldest message. */
  take(): T | undefined {
    const entry = this.oldest;
    if (!entry) return;
    this.remove(entry);
    return entry.message;
  }

  /** Removes all messages. */
  drain(): T[] {
    const messages: T[] = [];
    while (this.oldest) messages.push(this.take() as T);
    return messages;
  }
}

/**
 * Converts as the Web IDL type `(BufferSource or Blob or USVString)` does.
 *
 * @throws {TypeError} The value has no conversion: a symbol, or shared memory.
 */
export function toMessage(value: unknown): WebSocketData {
  // QUIRK(workerd): a lone surrogate is sent as invalid UTF-8, where Web IDL asks for U+FFFD. Elsewhere
  // the platform sees to it, and to do so twice would be most of the price of a `send()`.
  if (typeof value === "string") {
    return IS_WORKERD ? value.toWellFormed?.() ?? value : value;
  }
  if (ArrayBuffer.isView(value)) {
    if (tagOf(value.buffer) !== "ArrayBuffer") throw sharedMemory();
    return value;
  }
  switch (tagOf(value)) {
    case "ArrayBuffer":
    case "Blob":
    case "File":
      return value as ArrayBuffer | Blob;
    case "SharedArrayBuffer":
      throw sharedMemory();
  }
  // QUIRK(React Native): its Blob has no Symbol.toStringTag.
  if (typeof Blob === "function" && value instanceof Blob) return value;
  // A template, unlike String(), throws for a symbol, as Web IDL asks.
  return toMessage(`${value}`);
}

/** A copy that later changes of a buffer do not reach; strings and Blobs cannot change. */
export function snapshot(message: WebSocketData): WebSocketData {
  if (typeof message === "string" || isBlob(message)) return message;
  const isView = ArrayBuffer.isView(message);
  // A detached buffer has no bytes, and cannot be sliced.
  if ((isView ? message.buffer : message).byteLength === 0) return new ArrayBuffer(0);
  if (!isView) return message.slice(0);
  return message.buffer.slice(message.byteOffset, message.byteOffset + message.byteLength);
}

/** The size on the wire: UTF-8 for strings, counted without encoding them. */
export function byteLength(message: WebSocketData): number {
  if (typeof message !== "string") return isBlob(message) ? message.size : message.byteLength;
  let bytes = message.length;
  // Most strings are ASCII, and a regular expression sees it in half the time of the loop.
  if (!/[\u0080-\uffff]/.test(message)) return bytes;
  for (let i = 0; i < message.length; i++) {
    const unit = message.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    // A surrogate pair is two units and four bytes; a lone one is sent as U+FFFD, three bytes.
    if (unit >> 10 === 0x36 && message.charCodeAt(i + 1) >> 10 === 0x37) i++;
  }
  return bytes;
}

function isBlob(message: Exclude<WebSocketData, string>): message is Blob {
  return "size" in message;
}

/** Unlike `instanceof`, recognises the buffers of another realm (a frame, a test runner's sandbox). */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function sharedMemory(): TypeError {
  return new TypeError("Cannot send shared memory: copy it first");
}
