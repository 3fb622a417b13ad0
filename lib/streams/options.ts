/**
 * What the entry `./streams` takes and gives: types only.
 *
 * @module
 */

import type { WebSocketData } from "../bounded_queue.ts";

/** The members of a client that `messages()` uses. */
export interface MessageSource {
  /** What the client is doing; `"closed"` when it is over for good. */
  readonly state: string;
  /** Resolves when it is over, with the error that was the reason if it was no `close()`. */
  readonly closed: Promise<{ readonly error: unknown }>;
  /** The number of the current attempt, for an error. */
  readonly attempt: number;
  /** Registers a listener. */
  // deno-lint-ignore no-explicit-any -- clients differ in their event types
  addEventListener(type: string, listener: (event: any) => void): void;
  /** Removes a listener. */
  // deno-lint-ignore no-explicit-any -- as above
  removeEventListener(type: string, listener: (event: any) => void): void;
}

/** The members of a client that `streams()` uses. */
export interface StreamSource extends MessageSource {
  /** Bytes that wait in the client and in its socket. */
  readonly bufferedAmount: number;
  /** Sends a message; false if it was refused. */
  send(data: WebSocketData): boolean;
}

/** What a {@linkcode SchemaLike} says of a value. */
export type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };

/** A schema of any library that follows Standard Schema 1. It gets the message as it came. */
export interface SchemaLike<T> {
  /** What the standard puts there. */
  readonly "~standard": {
    /** Checks a value; one that answers later cannot be used here. */
    validate(value: unknown): SchemaResult<T> | Promise<SchemaResult<T>>;
  };
}

/** Which message gives way when too many wait: the iteration ends, or some are dropped. */
export type MessageOverflow = "error" | "drop-oldest" | "drop-newest";

/** How messages are kept until they are read, and what they become. */
export interface CollectOptions<T> {
  /**
   * Makes a value of a message's data, when it is read: what is dropped is never decoded. Its throw ends
   * the iteration, unless `onError` is given.
   */
  // deno-lint-ignore no-explicit-any -- the data of a MessageEvent
  decode?: ((data: any) => T) | SchemaLike<T>;
  /** Gets what `decode` throws, and the message is skipped. Its own throw ends the iteration. */
  onError?: (error: unknown, data: unknown) => void;
  /**
   * Messages that wait to be read.
   *
   * @default {65_536} A platform may dispatch all that it has read from the network in one go, and 64 KiB
   * hold 32,768 messages at most: a loop that keeps up loses none.
   */
  maxMessages?: number;
  /**
   * Their bytes; UTF-8 for strings.
   *
   * @default {16_777_216} Sixteen messages of 1 MiB.
   */
  maxBytes?: number;
  /**
   * What happens to a message too many: the iteration ends with `queue-overflow` once what was kept is
   * read (`"error"`), the oldest ones make room (`"drop-oldest"`), or it is dropped (`"drop-newest"`).
   *
   * @default {"error"} A loss that is not noticed is worse than an end that is.
   */
  overflow?: MessageOverflow;
}

/** Options of `messages()`. */
export interface MessagesOptions<T> extends CollectOptions<T> {
  /** Aborting it ends the iteration with its reason; what was not read is discarded. */
  signal?: AbortSignal;
}

/** Options of `streams()`. */
export interface StreamsOptions<T> extends CollectOptions<T> {
  /**
   * A write waits while the client's `bufferedAmount` is above it.
   *
   * @default {1_048_576} It is sent within a second over most networks, and lasts longer than the pause
   * between two looks on fast ones.
   */
  highWaterBytes?: number;
}

/** A client as streams. */
export interface StreamPair<T> {
  /** The messages. Cancelling it does not close the client. */
  readonly readable: ReadableStream<T>;
  /** Sends what is written. Neither closing nor aborting it closes the client. */
  readonly writable: WritableStream<WebSocketData>;
}
