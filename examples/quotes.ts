/**
 * A feed as a loop: what was a generator of thirty lines around the events of a client, with a queue,
 * a bound, a promise to wake the reader, and listeners to take back.
 */
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@holdfast/websocket";
import { messages } from "@holdfast/websocket/streams";

export interface Quote {
  readonly symbol: string;
  readonly price: number;
}

/** Ends with the signal; the client lives no longer than the loop. */
export async function* quotes(
  symbol: string,
  signal: AbortSignal,
  options?: ReconnectingWebSocketOptions,
): AsyncGenerator<Quote> {
  using ws = new ReconnectingWebSocket("wss://example.com/quotes", options);
  ws.addEventListener("open", () => ws.send(symbol));
  yield* messages(ws, { decode: (data): Quote => JSON.parse(data), signal });
}
