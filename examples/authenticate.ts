/**
 * Authentication before traffic, on every connection anew. `open` and the queued messages wait for
 * it; a server that says no has failed the attempt.
 */
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@holdfast/websocket";

export function openFeed(
  token: string,
  options?: ReconnectingWebSocketOptions,
): ReconnectingWebSocket {
  return new ReconnectingWebSocket("wss://example.com/feed", {
    ...options,
    handshake: async ({ send, receive }) => {
      send(JSON.stringify({ type: "auth", token }));
      const answer = await receive();
      if (answer !== "welcome") throw new Error(`Cannot authenticate: the server said ${answer}`);
    },
  });
}
