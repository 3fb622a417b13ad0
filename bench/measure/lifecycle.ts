/**
 * What an instance, a connection and a failed attempt cost.
 *
 * @module
 */

import type { Connect, Connection } from "../connection.ts";
import {
  dialled,
  type FakeWebSocket,
  installFakeWebSocket,
  lastSocket,
  network,
  sockets,
} from "../fake_web_socket.ts";
import { installVirtualTime, settle } from "../virtual_time.ts";
import { collectGarbage, cpuMs, heapUsed, type Metrics } from "./tools.ts";

const URL = "wss://example.test/";

/** From the constructor until the `open` listener ran. */
export async function open(connect: Connect): Promise<Metrics> {
  installFakeWebSocket();
  const clock = installVirtualTime();
  const instances = 2_000;
  const constructs: number[] = [];
  const opens: number[] = [];
  for (let round = 0; round < 15; round++) {
    sockets.length = 0;
    let opened = 0;
    const connections: Connection[] = [];
    const start = cpuMs();
    for (let i = 0; i < instances; i++) {
      const connection = connect(URL);
      connection.on("open", () => void opened++);
      connections.push(connection);
    }
    const constructed = cpuMs();
    await dialled(instances, () => clock.tickAsync(1));
    for (const socket of sockets) socket.open();
    if (opened < instances) await settle();
    const end = cpuMs();
    if (opened !== instances) throw new Error(`Cannot trust this: ${opened} of ${instances} open`);
    constructs.push((constructed - start) / instances * 1e3);
    opens.push((end - start) / instances * 1e3);
    for (const connection of connections) connection.close();
    await settle();
  }
  return { constructUs: Math.min(...constructs), openUs: Math.min(...opens) };
}

/** Heap of one open instance with one listener, its fake socket included. */
export async function heap(connect: Connect): Promise<Metrics> {
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

/** Processor time of one attempt that fails, its fake socket, its events and its timers included. */
export async function failures(connect: Connect): Promise<Metrics> {
  installFakeWebSocket();
  const clock = installVirtualTime();
  network.refuses = true;
  const connection = connect(URL);
  const attempt = async (count: number): Promise<number> => {
    sockets.length = 0;
    const start = cpuMs();
    while (sockets.length < count) {
      await settle();
      if (!clock.next()) throw new Error("Cannot go on as no timer is pending");
    }
    return (cpuMs() - start) / count * 1e3;
  };
  await attempt(5_000);
  const rounds = [];
  for (let round = 0; round < 9; round++) rounds.push(await attempt(2_000));
  connection.close();
  return { us: Math.min(...rounds) };
}

/** Heap that 9,000 reconnections leave behind, after the first 1,000. */
export async function reconnections(connect: Connect): Promise<Metrics> {
  installFakeWebSocket();
  const clock = installVirtualTime();
  const connection = connect(URL);
  let opened = 0;
  connection.on("open", () => void opened++);
  await dialled(1, () => clock.tickAsync(10));
  const cycle = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const socket = lastSocket();
      socket.open();
      await clock.tickAsync(10_000);
      sockets.length = 0;
      socket.end(1006, true);
      await settle();
      while (!sockets.length) {
        if (!clock.next()) throw new Error("Cannot go on as no timer is pending");
        await settle();
      }
    }
  };
  await cycle(1_000);
  collectGarbage();
  const before = heapUsed();
  await cycle(9_000);
  collectGarbage();
  if (opened !== 10_000) throw new Error(`Cannot trust this: ${opened} of 10000 open`);
  return { bytes: (heapUsed() - before) / 9_000 };
}

/** How many timers are pending in each state. */
export async function timers(connect: Connect): Promise<Metrics> {
  installFakeWebSocket();
  const clock = installVirtualTime();
  const metrics: Metrics = {};
  const start = async (): Promise<[Connection, FakeWebSocket]> => {
    sockets.length = 0;
    const connection = connect(URL);
    await dialled(1, () => clock.tickAsync(1));
    return [connection, lastSocket()];
  };
  /** Notes the timers of a state, and those that `close()` leaves once the socket has closed. */
  const note = async (state: string, connection: Connection): Promise<void> => {
    metrics[state] = clock.pending.length;
    connection.close();
    await settle();
    metrics[`closed while ${state}`] = clock.pending.length;
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
  return metrics;
}
