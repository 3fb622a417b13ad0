/**
 * Runs a client library that others wrote on top of the client, kills its server again and again,
 * and tells what is alive in the end.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@holdfast/websocket";
import { MortalServer, type Serve } from "./mortal_server.ts";

/** What a library gets in place of the platform's WebSocket. */
export type SocketClass = typeof WebSocket;

/** A library at work. */
export interface Worker {
  /** Works until it has an answer of the server's current life. */
  work(life: number): Promise<unknown>;
  /** Ends it for good. */
  close(): unknown;
}

/** How a library is set up, and how its server is. */
export interface Trial {
  readonly serve: Serve;
  start(host: string, Socket: SocketClass): Worker;
}

/** What the server and we have seen. */
export interface Outcome {
  /** The most connections that the server ever had at once. */
  readonly peak: number;
  /** Connections after the last kill, when the library works again. */
  readonly live: number;
  /** Connections after the library was closed. */
  readonly left: number;
}

/** So that twenty outages take seconds. */
const QUICK: ReconnectingWebSocketOptions = { maxDelayMs: 20, closeTimeoutMs: 500 };
const OUTAGE_MS = 30;
const LIMIT_MS = 60_000;
/** Longer than the slowest leftover needs to come back. */
const SETTLE_MS = 150;
/** A connection that is still there so long after the library was closed is not being closed. */
const LINGER_MS = 1_500;

/** Fails if `promise` takes too long. */
export async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not in time: ${what}`)), LIMIT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits in real time. */
export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** Asks every few milliseconds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const endMs = Date.now() + LIMIT_MS;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`Not in time: ${what}`);
    await sleep(5);
  }
}

/**
 * Lets the library work through `kills` deaths of its server. What the library leaves behind is
 * closed at the end, so that the test leaks nothing even when clients multiply.
 */
export async function run(
  { serve, start }: Trial,
  options: ReconnectingWebSocketOptions,
  kills = 20,
): Promise<Outcome> {
  const made: ReconnectingWebSocket[] = [];
  class Socket extends ReconnectingWebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols, { ...QUICK, ...options });
      made.push(this);
    }
  }
  await using server = new MortalServer(serve);
  await server.start();
  const worker = start(server.host, Socket);
  try {
    for (let n = 1; n <= kills; n++) {
      await inTime(worker.work(server.life), `work before kill ${n}`);
      await server.kill();
      await sleep(OUTAGE_MS);
      await server.start();
    }
    await inTime(worker.work(server.life), "work after the last kill");
    await sleep(SETTLE_MS);
    const { peak, live } = server;
    await worker.close();
    const endMs = Date.now() + LINGER_MS;
    while (server.live > 0 && Date.now() < endMs) await sleep(5);
    return { peak, live, left: server.live };
  } finally {
    await worker.close();
    for (const socket of made) socket.close();
    await Promise.all(made.map(({ closed }) => closed));
    await until(() => server.live === 0, "the server sees all connections end");
    // The libraries' own timers, so that the sanitizer sees only what is really left.
    await sleep(SETTLE_MS);
  }
}

/** The setting that `docs/libraries.md` recommends: one connection at any time, none at the end. */
export async function assertNeverMultiplies(
  trial: Trial,
  options: ReconnectingWebSocketOptions,
): Promise<void> {
  assertEquals(await run(trial, options), { peak: 1, live: 1, left: 0 });
}
