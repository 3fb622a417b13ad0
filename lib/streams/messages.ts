/**
 * The messages of a client as an async iterator.
 *
 * @module
 */

import { checkNumber } from "../_check.ts";
import {
  BoundedQueue,
  byteLength,
  DEFAULT_LIMITS,
  type Overflow,
  toMessage,
} from "../bounded_queue.ts";
import { ReconnectingWebSocketError } from "../errors.ts";
import type { CollectOptions, MessagesOptions, MessageSource } from "./options.ts";

/** What fails, in messages of errors. */
export const ACTION = "stream";
/** The greatest bound. */
export const MOST: number = Number.MAX_SAFE_INTEGER;

/** A call of `next()` that waits. */
interface Reader<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

/** What the first reader after the last message gets. */
type Ending = (reader: Reader<unknown>) => void;

/** What all others get, and those after `return()`. */
const conclude: Ending = ({ resolve }) => resolve({ value: undefined, done: true });
/** Not the same: an abort may still come before it is read. */
const finish: Ending = (reader) => conclude(reader);
const fail = (error: unknown): Ending => ({ reject }) => reject(error);

/**
 * The messages of a client from this call on, over all its reconnections, until it is over.
 *
 * Nothing is lost before the first `next()`: what was not read waits, within bounds. Each call has its
 * own view, and gets every message. `break`, or `return()`, stops collecting, leaves no listener behind
 * and does not close the client. When the client is over the iteration ends, and throws the error unless
 * `close()` was the reason. Calls of `next()` that overlap are served in order.
 *
 * An iterator that is never read keeps up to `maxBytes`; `return()` frees them.
 *
 * @example The newest message only, however slow the reader
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { messages } from "@holdfast/websocket/streams";
 * import { fakeWorld } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { network, sources } = fakeWorld();
 * using ws = new ReconnectingWebSocket("wss://example.com/quotes", { sources });
 * const newest = messages<string>(ws, { maxMessages: 1, overflow: "drop-oldest" });
 * network.connections[0]?.accept();
 * for (const price of ["1", "2", "3"]) network.connections[0]?.send(price);
 * assertEquals(await newest.next(), { value: "3", done: false });
 * ```
 *
 * @throws {TypeError} An option of the wrong type.
 * @throws {RangeError} A bound out of range.
 */
// deno-lint-ignore no-explicit-any -- the data of a MessageEvent
export function messages<T = any>(
  ws: MessageSource,
  options: MessagesOptions<T> = {},
): AsyncIterableIterator<T> {
  const { decode, onError, signal, maxMessages = 65_536, maxBytes = 16_777_216, overflow } =
    options;
  checkNumber(ACTION, "maxMessages", maxMessages, 1, MOST);
  checkNumber(ACTION, "maxBytes", maxBytes, 0, MOST);
  // The queue knows no more of it than whether the oldest give way.
  const kept = new BoundedQueue<unknown>({ maxMessages, maxBytes, overflow: overflow as Overflow });
  const readers = new BoundedQueue<Reader<T>>({ ...DEFAULT_LIMITS, maxMessages: MOST });
  let ending: Ending | undefined;
  let isServing = false;

  function collect({ data }: { readonly data: unknown }): void {
    // Bounds are for what waits, and this does not.
    const bytes = readers.size > 0 && !isServing ? 0 : byteLength(toMessage(data));
    if (kept.add(data, bytes)) serve();
    else if (overflow !== "drop-oldest" && overflow !== "drop-newest") {
      end(fail(new ReconnectingWebSocketError("queue-overflow", ws.attempt)));
    }
  }

  /** What waits for the promise cannot be taken back, so nothing does before the client is over. */
  function check(): void {
    if (ws.state !== "closed") return;
    ws.closed.then(({ error }) => end(error ? fail(error) : finish));
  }

  function abort(): void {
    end(fail(signal?.reason), true);
  }

  /** Ends the iteration, after what is kept or now. What is decided first stands, unless it is now. */
  function end(outcome: Ending, isNow = false): void {
    signal?.removeEventListener("abort", abort);
    ws.removeEventListener("message", collect);
    ws.removeEventListener("close", check);
    if (isNow) kept.drain();
    if (!ending || isNow && ending !== conclude) ending = outcome;
    serve();
  }

  /** The only place that gives to readers: not nested, as `decode` may read, or bring messages. */
  function serve(): void {
    if (isServing) return;
    isServing = true;
    while (readers.size > 0 && (kept.size > 0 || ending)) {
      if (kept.size > 0) hand(kept.take());
      else {
        ending?.(readers.take() as Reader<T>);
        ending = conclude;
      }
    }
    isServing = false;
  }

  function hand(data: unknown): void {
    try {
      const value = convert(decode, data);
      readers.take()?.resolve({ value, done: false });
    } catch (error) {
      try {
        if (!onError) throw error;
        onError(error, data);
      } catch (error) {
        end(fail(error), true);
      }
    }
  }

  // First, as it throws for what is no signal, and nothing may stay behind then.
  signal?.addEventListener("abort", abort);
  ws.addEventListener("message", collect);
  ws.addEventListener("close", check);
  check();
  if (signal?.aborted) abort();
  return {
    next: () =>
      new Promise((resolve, reject) => {
        readers.add({ resolve, reject }, 0);
        // Once the client is over nothing listens to the signal.
        if (signal?.aborted) abort();
        else serve();
      }),
    // deno-lint-ignore require-await -- a promise, whatever happens
    async return(value?: unknown): Promise<IteratorResult<T>> {
      end(conclude, true);
      return { value, done: true };
    },
    [Symbol.asyncIterator](): AsyncIterableIterator<T> {
      return this;
    },
  };
}

function convert<T>(decode: CollectOptions<T>["decode"], data: unknown): T {
  if (!decode) return data as T;
  // Some schemas are functions themselves.
  if (!("~standard" in decode)) return decode(data);
  const result = decode["~standard"].validate(data);
  if ("value" in result && !result.issues) return result.value;
  // One that answers later may reject, and nobody else waits for it.
  Promise.resolve(result).catch(() => {});
  throw new TypeError("Cannot decode a message", { cause: result });
}
