/**
 * The server that the contract is observed against.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";

/**
 * Serves `/echo`, `/forbidden` (an HTTP status), `/drop` (no close frame) and
 * `/close?code=N&reason=TEXT&greet=1`; the last two act at the first message.
 */
export function serveContract(http: Server): () => void {
  const wss = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://contract");
    if (pathname === "/forbidden") {
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    wss.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      ws.on("message", (data: Uint8Array, binary: boolean) => {
        if (pathname === "/drop") socket.destroy();
        else if (pathname === "/close") {
          if (searchParams.has("greet")) ws.send("hello");
          const code = searchParams.get("code");
          if (code) ws.close(Number(code), searchParams.get("reason") ?? "");
          else ws.close();
        } else ws.send(data, { binary });
      });
    });
  });
  return () => wss.close();
}
