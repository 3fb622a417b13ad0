/**
 * The server that the programs of users talk to.
 *
 * @module
 */

import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import { MortalServer } from "../compatibility/mortal_server.ts";

/** An echo server that can be killed. */
export class EchoServer extends MortalServer {
  constructor() {
    super((server) => {
      const wss = new WebSocketServer({ server });
      wss.on("connection", (socket: WebSocket) => {
        socket.on("message", (data: Uint8Array, binary: boolean) => socket.send(data, { binary }));
      });
      return () => wss.close();
    });
  }

  /** Where it listens. */
  get url(): string {
    return `ws://${this.host}/`;
  }
}

/** Starts an echo server on the loopback interface. */
export async function startEcho(): Promise<EchoServer> {
  const server = new EchoServer();
  await server.start();
  return server;
}
