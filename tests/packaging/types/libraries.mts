// The client inside of libraries, and the classes of libraries inside of the client.
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { type Client, createClient } from "graphql-ws";
import { WebSocket as MockWebSocket } from "mock-socket";
import { webSocket, type WebSocketSubject } from "rxjs/webSocket";
import { WebSocket as UndiciWebSocket } from "undici";
import { WebSocket as WsWebSocket } from "ws";

const url = "wss://example.com/";
export const subject: WebSocketSubject<string> = webSocket({
  url,
  WebSocketCtor: ReconnectingWebSocket,
});
export const client: Client = createClient({ url, webSocketImpl: ReconnectingWebSocket });
export const clients: readonly ReconnectingWebSocket[] = [
  new ReconnectingWebSocket(url, { sources: { WebSocket: WsWebSocket } }),
  new ReconnectingWebSocket(url, { sources: { WebSocket: MockWebSocket } }),
  new ReconnectingWebSocket(url, { sources: { WebSocket: UndiciWebSocket } }),
];
