/**
 * Plays a scenario on the platform's class and on ours, which must behave alike.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { MortalServer, type Serve } from "./mortal_server.ts";
import { inTime, type SocketClass, until } from "./trial.ts";

/** What `docs/libraries.md` recommends to whoever reconnects by other means. */
export class SingleWebSocket extends ReconnectingWebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, { maxAttempts: 0 });
  }
}

/** What a library does on a class; it returns what it has seen. */
export type Scenario = (Socket: SocketClass) => Promise<unknown>;

/** Fails if either class gives anything but `expected`. */
export async function assertBoth(scenario: Scenario, expected: unknown): Promise<void> {
  for (const Socket of [WebSocket, SingleWebSocket]) {
    const seen = await inTime(scenario(Socket), `the scenario on ${Socket.name}`);
    assertEquals(seen, expected, Socket.name);
  }
}

/** A server that is up. */
export async function openServer(serve: Serve): Promise<MortalServer> {
  const server = new MortalServer(serve);
  await server.start();
  return server;
}

/** Waits until the server has no connection. */
export async function emptied(server: MortalServer): Promise<void> {
  await until(() => server.live === 0, "the end of all connections");
}
