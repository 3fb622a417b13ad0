/**
 * A server that restarts. Its 1012 alone spreads the clients over 5 to 30 s; one that knows better
 * says so in the reason, here "back in 90 s". The hint is spread by up to a half, and `maxDelayMs`
 * has to allow it.
 */
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@holdfast/websocket";

export function openFeed(options?: ReconnectingWebSocketOptions): ReconnectingWebSocket {
  return new ReconnectingWebSocket("wss://example.com/feed", {
    ...options,
    maxDelayMs: 180_000,
    shouldRetry: ({ code, reason }) => {
      const [, seconds] = reason.match(/^back in (\d+) s$/) ?? [];
      return code === 1012 && seconds ? { delayMs: Number(seconds) * 1_000 } : undefined;
    },
  });
}
