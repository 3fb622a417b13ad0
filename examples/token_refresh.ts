/**
 * A fresh token for every attempt. A server that closes with 4401 says that the token has expired;
 * with a function for the URL that is retried, as the next token may be good.
 */
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@holdfast/websocket";

export function openFeed(
  fetchToken: (signal: AbortSignal) => Promise<string>,
  options?: ReconnectingWebSocketOptions,
): ReconnectingWebSocket {
  return new ReconnectingWebSocket(async ({ signal }) => {
    const url = new URL("wss://example.com/feed");
    url.searchParams.set("token", await fetchToken(signal));
    return url;
  }, options);
}
