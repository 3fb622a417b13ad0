/** Gives up after five attempts in a row that failed, and tells how many messages were never sent. */
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@holdfast/websocket";

export function openFeed(
  tell: (sorry: string) => void,
  options?: ReconnectingWebSocketOptions,
): ReconnectingWebSocket {
  const ws = new ReconnectingWebSocket("wss://example.com/feed", { ...options, maxAttempts: 5 });
  ws.closed.then(({ error, undelivered }) => {
    if (error?.code === "retry-limit") tell(`Gave up with ${undelivered.length} messages unsent`);
  });
  return ws;
}
