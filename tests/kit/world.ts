import {
  type FakeClock,
  type FakeConnection,
  fakeWorld,
  type RuntimeProfile,
} from "@holdfast/websocket/testing";
import { record } from "./recorder.ts";

export const RUNTIMES = ["browser", "deno", "bun", "node22", "node24", "workerd"] as const;

export interface Line {
  readonly clock: FakeClock;
  readonly socket: WebSocket;
  readonly connection: FakeConnection;
  readonly log: string[];
}

/** One socket, its server end, and what the socket fires. */
export function dial(runtime?: RuntimeProfile, protocols?: string | string[]): Line {
  const { clock, network } = fakeWorld(runtime && { runtime });
  const socket = new network.WebSocket("wss://example.com/chat", protocols);
  const [connection] = network.connections;
  if (connection === undefined) throw new Error("The dial made no connection");
  return { clock, socket, connection, log: record(socket) };
}

/** As {@linkcode dial}, accepted. */
export function open(runtime?: RuntimeProfile): Line {
  const line = dial(runtime);
  line.connection.accept();
  line.log.length = 0;
  return line;
}
