/**
 * Authentication before traffic, on every connection anew. `open` and the queued messages wait for
 * it. What a handshake throws fails the attempt, and may decide about the next: a token that was denied
 * will not be better then, so an own `retry: false` ends the client.
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
      if (answer === "denied") {
        throw Object.assign(new Error("Cannot authenticate: denied"), { retry: false });
      }
      if (answer !== "welcome") throw new Error(`Cannot authenticate: the server said ${answer}`);
    },
  });
}
