/**
 * The messages of a client as an async iterator, and a client as a pair of streams.
 *
 * By structure: a client is whatever has the members of {@linkcode MessageSource}, so that neither
 * class of this package is pulled into a bundle by the other.
 *
 * @example A loop over messages, for as long as the client lives
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { messages } from "@holdfast/websocket/streams";
 * import { fakeWorld } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { clock, network, sources } = fakeWorld();
 * const ws = new ReconnectingWebSocket("wss://example.com/quotes", { sources });
 * const quotes = messages(ws, { decode: (data): { price: number } => JSON.parse(data) });
 *
 * network.connections[0]?.accept();
 * network.connections[0]?.send('{"price":1}');
 * network.connections[0]?.drop();
 * clock.tick(2_000);
 * network.connections[1]?.accept();
 * network.connections[1]?.send('{"price":2}');
 *
 * const prices: number[] = [];
 * for await (const { price } of quotes) {
 *   prices.push(price);
 *   if (prices.length === 2) ws.close();
 *   clock.tick(0);
 * }
 * assertEquals(prices, [1, 2]);
 * ```
 *
 * @module
 */

import { checkNumber } from "./_check.ts";
import type { WebSocketData } from "./bounded_queue.ts";
import { invalidState, ReconnectingWebSocketError } from "./errors.ts";
import { ACTION, messages, MOST } from "./streams/messages.ts";
import type { StreamPair, StreamsOptions, StreamSource } from "./streams/options.ts";

export { messages };
export type {
  CollectOptions,
  MessageOverflow,
  MessagesOptions,
  MessageSource,
  SchemaLike,
  SchemaResult,
  StreamPair,
  StreamsOptions,
  StreamSource,
} from "./streams/options.ts";
export type { WebSocketData } from "./bounded_queue.ts";

/**
 * A client as streams: `readable` for its messages as {@linkcode messages} gives them, `writable` to send.
 *
 * A WebSocket cannot be made to wait, so there is no backpressure in: what is not read waits within
 * `maxMessages` and `maxBytes`, and then `overflow` decides. There is backpressure out: a write is done
 * when the client has taken the message for an open connection, and begins when there is one and
 * `bufferedAmount` is at most `highWaterBytes`. Closing `writable` waits until nothing is buffered any
 * more, which does not mean that it arrived; aborting it stops the wait, and both calls reject. When the
 * client is over, `readable` closes, or fails with the error, and the next write fails: with the error,
 * or after `close()` with an `InvalidStateError`. To use one of the two only, cancel `readable` or leave
 * `writable` alone.
 *
 * `bufferedAmount` is looked at every 4 to 100 ms, and only while something waits. workerd has none in
 * its sockets: there a write waits for a connection alone.
 *
 * @example Sending no faster than the network takes it
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { streams } from "@holdfast/websocket/streams";
 * import { fakeWorld } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { network, sources } = fakeWorld();
 * using ws = new ReconnectingWebSocket("wss://example.com/upload", { sources });
 * const { readable, writable } = streams(ws);
 * await readable.cancel();
 * network.connections[0]?.accept();
 * await ReadableStream.from(["a", "b"]).pipeTo(writable);
 * assertEquals(network.connections[0]?.received, ["a", "b"]);
 * ```
 *
 * @throws {TypeError} The platform has no streams, or an option is of the wrong type.
 * @throws {RangeError} A bound out of range.
 */
// deno-lint-ignore no-explicit-any -- the data of a MessageEvent
export function streams<T = any>(
  ws: StreamSource,
  options: StreamsOptions<T> = {},
): StreamPair<T> {
  // QUIRK(React Native): there are none.
  if (typeof WritableStream !== "function") {
    throw new TypeError("Cannot make streams as this platform has no WritableStream");
  }
  const { highWaterBytes = 1_048_576 } = options;
  checkNumber(ACTION, "highWaterBytes", highWaterBytes, 0, MOST);
  const source = messages(ws, options);
  const readable = new ReadableStream<T>({
    async pull(controller): Promise<void> {
      const { value, done } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: source.return as () => void,
  }, { highWaterMark: 0 });
  return { readable, writable: writableOf(ws, highWaterBytes) };
}

function writableOf(ws: StreamSource, highWaterBytes: number): WritableStream<WebSocketData> {
  /** Of the stream, as an abort during the close must end the wait, too; old platforms have none. */
  let signal: AbortSignal | undefined;
  /** Waits until there is a connection with no more than so many bytes before the next one. */
  async function room(maxBytes: number): Promise<void> {
    // No event says that bytes have left. The looks go from what is between two messages to what no
    // user notices.
    for (let lookMs = 4;; lookMs = Math.min(2 * lookMs, 100)) {
      if (signal?.aborted) throw signal.reason;
      if (/^clos/.test(ws.state)) {
        throw (await ws.closed).error ?? invalidState("write as the client is over");
      }
      if (ws.state === "open" && ws.bufferedAmount <= maxBytes) return;
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }

  return new WritableStream<WebSocketData>({
    start(controller): void {
      signal = controller.signal;
    },
    async write(data): Promise<void> {
      // Refused at first, the queue is full of what others sent; with room, the platform cannot send it.
      for (const maxBytes of [highWaterBytes, 0]) {
        await room(maxBytes);
        if (ws.send(data)) return;
      }
      throw new ReconnectingWebSocketError("send-failed", ws.attempt);
    },
    close: () => room(0),
  });
}
