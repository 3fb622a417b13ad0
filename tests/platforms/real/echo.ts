/**
 * The server that the programs of users talk to.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import { MortalServer } from "../../compatibility/mortal_server.ts";

type Answer = (accept: boolean, status?: number) => void;

/** What it does at a text, in place of sending it back. */
const commands: Readonly<Record<string, (socket: WebSocket) => void>> = {
  /** Ends the connection without a close frame. */
  kill: (socket) => socket.terminate(),
  /** Sends for a second, then ends it so. */
  "go on"(socket): void {
    const sending = setInterval(() => socket.send("more"), 50);
    setTimeout(() => {
      clearInterval(sending);
      socket.terminate();
    }, 1_000);
  },
};

/**
 * Starts an echo server on the loopback interface that obeys `kill` and `go on`, answers 503 at
 * `/refused` and closes with 4403 at `/forbidden`.
 */
export async function startEcho(): Promise<MortalServer> {
  const server = new MortalServer((http) => {
    const wss = new WebSocketServer({
      server: http,
      verifyClient: ({ req }: { req: IncomingMessage }, answer: Answer) =>
        answer(req.url !== "/refused", 503),
    });
    wss.on("connection", (socket: WebSocket, { url }: IncomingMessage) => {
      if (url === "/forbidden") socket.close(4403, "no");
      socket.on("error", () => {});
      socket.on("message", (data: Uint8Array, binary: boolean) => {
        const command = binary ? undefined : commands[String(data)];
        if (command) command(socket);
        else socket.send(data, { binary });
      });
    });
    return () => wss.close();
  });
  await server.start();
  return server;
}
