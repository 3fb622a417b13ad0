/**
 * What an instance costs while nothing happens: memory and timers.
 *
 * @module
 */

import type { Connect, Connection } from "../connection.ts";
import {
  dialled,
  type FakeWebSocket,
  installFakeWebSocket,
  lastSocket,
  sockets,
} from "../fake_web_socket.ts";
import { collectGarbage, type Figures, heapUsed, installVirtualTime, settle } from "./tools.ts";

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
  const before = heapUsed();
  kept.push(await make(instances));
  collectGarbage();
  const bytes = (heapUsed() - before) / instances;
  if (kept[1]?.length !== instances) throw new Error("Cannot trust this: instances are missing");
  return { bytes };
}

/** How many timers are pending in each state. */
export async function timers(connect: Connect): Promise<Figures> {
  installFakeWebSocket();
  const clock = installVirtualTime();
  const figures: Figures = {};
  const start = async (): Promise<[Connection, FakeWebSocket]> => {
    sockets.length = 0;
    const connection = connect(URL);
    await dialled(1, () => clock.tickAsync(1));
    return [connection, lastSocket()];
  };
  /** Notes the timers of a state, and those that `close()` leaves once the socket has closed. */
  const note = async (state: string, connection: Connection): Promise<void> => {
    figures[state] = clock.pending.length;
    connection.close();
    await settle();
    figures[`closed while ${state}`] = clock.pending.length;
    while (clock.next()) await settle();
  };

  const [connecting] = await start();
  await note("connecting", connecting);

  const [opened, openedSocket] = await start();
  openedSocket.open();
  await settle();
  await note("just open", opened);

  const [stable, stableSocket] = await start();
  stableSocket.open();
  await clock.tickAsync(60_000);
  await note("stable", stable);

  const [waiting, waitingSocket] = await start();
  waitingSocket.end(1006, true);
  await settle();
  await note("waiting", waiting);
  return figures;
}
