/**
 * What is measured over loopback TCP, against a server in another process.
 */

import type { Connect, Connection } from "../connection.ts";
import { cpuMs, type Figures, installVirtualTime, settle } from "./tools.ts";

/** How many messages the server sends for each request. */
const BATCH = 2_000;

/**
 * How often, and for how much processor time, a rate is taken. The best counts, as of all rounds here:
 * each is long enough to hold the collection of its own garbage.
 */
const WINDOWS = 7;
const WINDOW_MS = 200;

/**
 * Incoming text of 64 bytes: messages a second of processor time. Two batches are always on their way,
 * so that the client never waits for the server.
 */
export async function receiveText(connect: Connect, port: number): Promise<Figures> {
  const connection = await opened(connect, `ws://127.0.0.1:${port}/text`);
  return new Promise((resolve) => {
    const rates: number[] = [];
    let received = 0;
    let counted = 0;
    let startMs = 0;
    connection.on("message", ({ data }) => {
      received++;
      if (received % BATCH) return;
      const nowMs = cpuMs();
      const isFull = startMs > 0 && nowMs - startMs > WINDOW_MS;
      if (isFull) {
        if (data.length !== 64) throw new Error("Cannot trust this: other data than was sent");
        rates.push((received - counted) / (nowMs - startMs) * 1e3);
      }
      if (isFull || received === 20 * BATCH) [startMs, counted] = [nowMs, received];
      if (rates.length < WINDOWS) connection.send("more");
      else resolve({ perSecond: Math.max(...rates) });
    });
    connection.send("more");
    // In a message of its own also on the wire: the server answers each read once.
    setTimeout(() => connection.send("more"), 20);
  });
}

/** Processor time of sending 64 characters over a real socket. */
export async function sendText(connect: Connect, port: number): Promise<Figures> {
  const connection = await opened(connect, `ws://127.0.0.1:${port}/sink`);
  const text = "x".repeat(64);
  const messages = 1_000;
  const rounds: number[] = [];
  for (let round = 0; round < 60; round++) {
    const startMs = cpuMs();
    for (let i = 0; i < messages; i++) connection.send(text);
    // The platform sends in the background: until then it is not done.
    await pause(10);
    rounds.push(cpuMs() - startMs);
  }
  return { ns: Math.min(...rounds) / messages * 1e6 };
}

/** Processor time of one connection, from the constructor until the `open` listener ran. */
export async function openTcp(connect: Connect, port: number): Promise<Figures> {
  const clients = 100;
  const rounds: number[] = [];
  for (let round = 0; round < 15; round++) {
    const startMs = cpuMs();
    const dials = Array.from({ length: clients }, () => opened(connect, `ws://127.0.0.1:${port}/`));
    const connections = await Promise.all(dials);
    rounds.push((cpuMs() - startMs) / clients * 1e3);
    for (const connection of connections) connection.close();
    await pause(100);
  }
  return { us: Math.min(...rounds) };
}

/** Processor time of one attempt that a port refuses; the waits between them are virtual. */
export async function failuresTcp(connect: Connect, port: number): Promise<Figures> {
  const { setTimeout: setRealTimeout } = globalThis;
  const sockets = countSockets();
  const clock = installVirtualTime();
  const connection = connect(`ws://127.0.0.1:${port}/`);
  const attempt = async (count: number): Promise<number> => {
    const startMs = cpuMs();
    for (const last = sockets.dials + count; sockets.dials < last;) {
      while (sockets.ends < sockets.dials) {
        await new Promise<void>((resolve) => setRealTimeout(resolve, 0));
      }
      await settle();
      if (!clock.next()) throw new Error("Cannot go on as no timer is pending");
      await settle();
    }
    return (cpuMs() - startMs) / count * 1e3;
  };
  await attempt(200);
  const rounds: number[] = [];
  for (let round = 0; round < 9; round++) rounds.push(await attempt(200));
  connection.close();
  return { us: Math.min(...rounds) };
}

/**
 * 2,000 clients whose server goes away for a second: seconds until all are back, the most
 * connections in one second, and the attempts for each client.
 */
export async function restart(connect: Connect, port: number): Promise<Figures> {
  const clients = 2_000;
  const openedAtMs: number[] = [];
  const sockets = countSockets();
  const connections: Connection[] = [];
  for (let i = 0; i < clients; i++) {
    const connection = connect(`ws://127.0.0.1:${port}/`);
    connection.on("open", () => void openedAtMs.push(performance.now()));
    connections.push(connection);
    if (i % 50 === 0) await pause(5);
  }
  while (openedAtMs.length < clients) await pause(10);
  // Long enough for every contestant to call the connection stable.
  await pause(6_000);
  openedAtMs.length = sockets.dials = 0;
  const start = performance.now();
  console.log("restart");
  while (openedAtMs.length < clients && performance.now() - start < 60_000) await pause(10);
  if (openedAtMs.length < clients) {
    throw new Error(`Cannot finish: ${openedAtMs.length} of ${clients} are back after 60 s`);
  }
  let peak = 0;
  let from = 0;
  for (const [i, atMs] of openedAtMs.entries()) {
    while (atMs - (openedAtMs[from] as number) > 1_000) from++;
    peak = Math.max(peak, i - from + 1);
  }
  return {
    seconds: ((openedAtMs.at(-1) as number) - start) / 1e3,
    peakShare: peak / clients,
    attempts: sockets.dials / clients,
  };
}

/** Counts, from now on, the sockets that are made and those of them that have closed. */
function countSockets(): { dials: number; ends: number } {
  const sockets = { dials: 0, ends: 0 };
  const { WebSocket: Native } = globalThis;
  globalThis.WebSocket = class extends Native {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      sockets.dials++;
      this.addEventListener("close", () => sockets.ends++);
    }
  };
  return sockets;
}

function opened(connect: Connect, url: string): Promise<Connection> {
  const connection = connect(url);
  return new Promise((resolve) => connection.on("open", () => resolve(connection)));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
