/**
 * As much of a GraphQL server over WebSocket as the tests of its client need, under their control: those
 * of the libraries cannot break their own protocol. Served by a MortalServer.
 *
 * @module
 */

import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import type { Serve } from "./mortal_server.ts";

/** Where the server differs from a good one; it acknowledges, and answers with one value. */
export interface Manners {
  /** Called for each connection, the first is number 1. */
  readonly connected?: (socket: WebSocket, count: number) => void;
  /** Sends something else than the acknowledgement. */
  readonly initialized?: (socket: WebSocket) => void;
  /** Acts on a subscription in place of sending one value. */
  readonly subscribed?: (socket: WebSocket, id: string, count: number) => void;
  /** Gets the end of each connection. */
  readonly closed?: (code: number, reason: string) => void;
}

/** A message of the protocol. */
export function sendMessage(
  socket: WebSocket,
  type: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  socket.send(JSON.stringify({ type, ...more }));
}

/** The value of a subscription: the number of the connection. */
export function sendValue(socket: WebSocket, id: string, connection: number): void {
  sendMessage(socket, "next", { id, payload: { data: { connection } } });
}

/** Serves `graphql-transport-ws`. */
export function graphqlServer(manners: Manners = {}): Serve {
  return (http) => {
    let count = 0;
    const wss = new WebSocketServer({ server: http });
    wss.on("connection", (socket: WebSocket) => {
      const number = ++count;
      manners.connected?.(socket, number);
      socket.on("close", (code: number, reason: Uint8Array) => manners.closed?.(code, `${reason}`));
      socket.on("message", (data: Uint8Array) => {
        const { type, id } = JSON.parse(`${data}`);
        if (type === "connection_init") {
          if (manners.initialized) manners.initialized(socket);
          else sendMessage(socket, "connection_ack");
        } else if (type === "subscribe") {
          if (manners.subscribed) manners.subscribed(socket, id, number);
          else sendValue(socket, id, number);
        }
      });
    });
    return () => wss.close();
  };
}
