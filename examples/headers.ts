/**
 * Request headers, where the platform can: Deno, Bun and Node take an object in place of the
 * subprotocols. Browsers let nobody set headers; there, use the handshake or a subprotocol.
 */
import {
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
  type WebSocketConstructor,
} from "@holdfast/websocket";

function withHeaders(headers: Readonly<Record<string, string>>): WebSocketConstructor {
  return class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, { headers, protocols } as unknown as string[]);
    }
  };
}

export function openFeed(
  url: string,
  apiKey: string,
  options?: ReconnectingWebSocketOptions,
): ReconnectingWebSocket {
  const WebSocket = withHeaders({ "x-api-key": apiKey });
  return new ReconnectingWebSocket(url, { ...options, sources: { WebSocket } });
}
