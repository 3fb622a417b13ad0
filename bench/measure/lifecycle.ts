/**
 * What an instance costs while nothing happens: memory and timers.
 */

import type { Connect, Connection } from "../connection.ts";
import {
  dialled,
  type FakeWebSocket,
  installFakeWebSocket,
  lastSocket,
  sockets,
} from "../fake_web_socket.ts";
import { collectGarbage, engine, type Figures, installVirtualTime, settle } from "./tools.ts";

const URL = "wss://example.test/";

/** Heap of one open instance with one listener, its fake socket included. */
export async function heap(connect: Connect): Promise<Figures> {
  installFakeWebSocket();
  const clock = installVirtualTime();
  const instances = 10_000;
  const make = async (count: number): Promise<Connection[]> => {
    sockets.length = 0;
    const connections = Array.from({ length: count }, () => connect(URL));
    for (const connection of connections) connection.on("message", () => {});
    await dialled(count, () => clock.tickAsync(1));
    for (const socket of sockets) socket.open();
    await settle();
    return connections;
  };
  const kept = [await make(1_000)];
  collectGarbage();
  const heapUsed = (): number => engine.process.memoryUsage().heapUsed;
  const before = heapUsed();
  kept.push(await make(instances));
  collectGarbage();
  const bytes = (heapUsed() - before) / instances;
  if (kept[1]?.length !== instances) throw new Error("Cannot trust this: instances are missing");
  return { bytes };
}

/** How many timers are pending in each state, and how many `close()` leaves once the socket has closed. */
export async function timers(connect: Connect): Promise<Figures> {
  installFakeWebSocket();
  const clock = installVirtualTime();
  const figures: Figures = {};
  /** How a client gets into each state. */
  const lives: Readonly<Record<string, (socket: FakeWebSocket) => unknown>> = {
    connecting: () => {},
    "just open": (socket) => socket.open(),
    stable(socket): Promise<unknown> {
      socket.open();
      return clock.tickAsync(60_000);
    },
    waiting: (socket) => socket.end(1006, true),
  };
  for (const [state, live] of Object.entries(lives)) {
    sockets.length = 0;
    const connection = connect(URL);
    await dialled(1, () => clock.tickAsync(1));
    await live(lastSocket());
    await settle();
    figures[state] = clock.pending.length;
    connection.close();
    await settle();
    figures[`closed while ${state}`] = clock.pending.length;
    while (clock.next()) await settle();
  }
  return figures;
}
