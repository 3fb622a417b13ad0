/**
 * The server that transformed clients talk to.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import { MortalServer } from "../../compatibility/mortal_server.ts";

type Answer = (accept: boolean, status?: number) => void;

/**
 * An echo server on the loopback interface that does what its clients want: cuts the connection
 * that sends "kill", answers 503 under `/refused` and closes with 4403 under `/forbidden`.
 */
export async function startServer(): Promise<MortalServer> {
  const server = new MortalServer((http) => {
    const wss = new WebSocketServer({
      server: http,
      verifyClient: ({ req }: { req: IncomingMessage }, answer: Answer) =>
        answer(req.url !== "/refused", 503),
    });
    wss.on("connection", (socket: WebSocket, { url }: IncomingMessage) => {
      if (url === "/forbidden") socket.close(4403, "no");
      socket.on("message", (data: Uint8Array, binary: boolean) => {
        if (!binary && String(data) === "kill") socket.terminate();
        else socket.send(data, { binary });
      });
    });
    return () => wss.close();
  });
  await server.start();
  return server;
}
