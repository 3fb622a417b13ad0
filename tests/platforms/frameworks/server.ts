/**
 * The server that clients on platforms talk to.
 *
 * @module
 */

import type { Server } from "node:http";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import { MortalServer } from "../../compatibility/mortal_server.ts";

/**
 * Echoes what it gets, but at `kill` it ends the connection without a close frame, and at `go on` it
 * sends for a second, then ends it so.
 */
function serve(http: Server): () => void {
  const wss = new WebSocketServer({ server: http });
  wss.on("connection", (socket: WebSocket) => {
    socket.on("error", () => {});
    socket.on("message", (data: Uint8Array, binary: boolean) => {
      if (String(data) === "kill") socket.terminate();
      else if (String(data) === "go on") goOn(socket);
      else socket.send(data, { binary });
    });
  });
  return () => wss.close();
}

function goOn(socket: WebSocket): void {
  const sending = setInterval(() => socket.send("more"), 50);
  setTimeout(() => {
    clearInterval(sending);
    socket.terminate();
  }, 1_000);
}

/** Starts it on the loopback interface. */
export async function startServer(): Promise<MortalServer> {
  const server = new MortalServer(serve);
  await server.start();
  return server;
}

/** Where it listens. */
export function urlOf({ host }: MortalServer): string {
  return `ws://${host}/`;
}
