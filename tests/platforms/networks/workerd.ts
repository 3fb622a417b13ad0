/**
 * Scenarios in workerd: what becomes of a client whose request has ended.
 *
 * @module
 */

import { tools } from "../runtimes/runners.ts";
import { ACTORS, echoServer, type Server } from "./actors.ts";
import { seconds } from "../report.ts";
import type { Scenario } from "./scenario.ts";
import { freePort } from "../ports.ts";
import { expect, type Scope } from "./scope.ts";
import { workerd, workerServer } from "./workerd_process.ts";

const here = (name: string): string => new URL(name, import.meta.url).pathname;
const WAIT_MS = 20_000;
const HEARTBEAT = { intervalMs: 500, timeoutMs: 5_000, message: "ping" };
const DELAY_MS = 200;
const WATCH_MS = 3_000;
/** workerd may evict an object that nobody asked for 10 s. */
const EVICTION_MS = 12_000;

interface Play {
  readonly server: Server;
  readonly worker: Server;
  /** When the worker answered. */
  readonly answeredMs: number;
}

/** A client that is open when the answer to its request has come. */
async function open(scope: Scope, path: string, options: object): Promise<Play> {
  const port = freePort();
  const workerPort = freePort();
  const server = echoServer(scope, { port });
  await server.start();
  const modules = {
    "worker_client.mjs": here("worker_client.mjs"),
    "holdfast": `${tools}/holdfast.bundle.mjs`,
  };
  const worker = await workerServer(scope, { modules, object: "Keeper", port: workerPort });
  await worker.start();
  const answer = await fetch(`http://127.0.0.1:${workerPort}${path}`, {
    method: "POST",
    body: JSON.stringify({ url: `ws://127.0.0.1:${port}/`, ...options }),
    signal: AbortSignal.any([scope.signal, AbortSignal.timeout(WAIT_MS)]),
  });
  const text = await answer.text();
  expect(answer.ok && text === "open", `the worker answers: ${text}`);
  return { server, worker, answeredMs: Date.now() };
}

/** Kills the server of a client that is open, and starts it again. */
async function restart(scope: Scope, { server, worker }: Play): Promise<number> {
  const killedMs = Date.now();
  await server.kill();
  await scope.until("the client hears of the loss", WAIT_MS, () => {
    return worker.all("close", killedMs).some(({ error }) => error === "connection-lost");
  });
  await server.start();
  return killedMs;
}

async function reopened(scope: Scope, { server }: Play, killedMs: number): Promise<number> {
  const look = (): number | null => server.all("open", killedMs)[0]?.atMs ?? null;
  return await scope.until("the client is back", WAIT_MS, look) - killedMs;
}

/** The socket outlives its request, but once it is lost no timer fires that could dial. */
async function playRequest(scope: Scope): Promise<string> {
  const play = await open(scope, "/request", { delayMs: DELAY_MS, heartbeat: HEARTBEAT });
  await scope.sleep(WATCH_MS);
  const { answeredMs, server, worker } = play;
  const pings = await scope.until("its timers fire while it is open", WAIT_MS, () => {
    return server.all("message", answeredMs).length;
  });
  expect(server.all("end").length === 0, "the connection outlives the answer");
  const killedMs = await restart(scope, play);
  await scope.sleep(WATCH_MS);
  expect(worker.all("retry", killedMs).length === 1, "the client means to try again once");
  expect(server.all("tcp", killedMs).length === 0, "the client never dials again");
  return `open, with ${pings} probes in ${
    seconds(WATCH_MS)
  } after the answer; a lost connection is told, and never replaced`;
}

/** `waitUntil(ws.closed)` keeps the request, and with it the client. */
async function playWaitUntil(scope: Scope): Promise<string> {
  const play = await open(scope, "/wait-until", { delayMs: DELAY_MS });
  await scope.sleep(WATCH_MS);
  const killedMs = await restart(scope, play);
  return `reconnected ${seconds(await reopened(scope, play, killedMs))} after the kill`;
}

/** In a Durable Object a lone timer lives on, without any request. */
async function playObject(scope: Scope): Promise<string> {
  const play = await open(scope, "/object", { delayMs: EVICTION_MS });
  await scope.sleep(EVICTION_MS);
  expect(play.server.all("end").length === 0, "the connection stays open while nobody asks");
  const killedMs = await restart(scope, play);
  const afterMs = await reopened(scope, play, killedMs);
  return `open through ${seconds(EVICTION_MS)} without a request, and reconnected ${
    seconds(afterMs)
  } after the kill by a timer of ${seconds(EVICTION_MS)}`;
}

const needs = [...ACTORS, workerd];
const install = "node-24 workerd networks";

/** In workerd. */
export const workers: readonly Scenario[] = [
  { name: "workerd-request", needs, install, play: playRequest },
  { name: "workerd-wait-until", needs, install, play: playWaitUntil },
  { name: "workerd-durable-object", needs, install, play: playObject },
];
