/**
 * A dead link noticed: a pulled cable sends nothing, so silence is probed, and what stays silent is
 * lost. Here within 15 + 5 s. Any message is a sign of life; the answers are not shown to anybody.
 */
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@holdfast/websocket";

export function openFeed(options?: ReconnectingWebSocketOptions): ReconnectingWebSocket {
  return new ReconnectingWebSocket("wss://example.com/feed", {
    ...options,
    heartbeat: {
      intervalMs: 15_000,
      timeoutMs: 5_000,
      message: () => JSON.stringify({ type: "ping", atMs: Date.now() }),
      isReply: (data) => String(data).startsWith('{"type":"pong"'),
    },
  });
}
