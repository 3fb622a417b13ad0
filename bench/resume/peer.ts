// deno-lint-ignore-file no-console no-explicit-any -- the parent reads it; ws and ioredis by their shape
/**
 * One side of the measurement, on Node: `server KIND PORT REDIS_PORT` or `client KIND PORT`, where KIND is
 * `plain`, `memory` or `redis`. A client prints its figures as JSON.
 */

import process from "node:process";
import { ReconnectingWebSocket } from "../../mod.ts";
import { acceptWs, wsOptions } from "../../lib/resume/adapters/ws.ts";
import { ResumableWebSocket } from "../../lib/resume/mod.ts";
import { ResumeServer } from "../../lib/resume/server/mod.ts";
import { redisStore } from "../../lib/resume/stores/redis.ts";

const MESSAGE = "x".repeat(100);
const IN_FLIGHT = 256;
const WARM_UP = 20_000;
const MESSAGES = 50_000;
const LATENCIES = 1_500;

const [side = "", kind = "", port = "", redisPort = ""] = process.argv.slice(2);
if (side === "server") await serve();
else await measure();

async function serve(): Promise<void> {
  const { WebSocketServer } = await import("ws" as string);
  const where = { port: Number(port), host: "127.0.0.1", perMessageDeflate: false };
  const listening = (): void => console.log("listening");
  if (kind === "plain") {
    const wss = new WebSocketServer(where, listening);
    wss.on("connection", (socket: any) => {
      socket.on("message", (data: any) => socket.send(data.toString()));
    });
    return;
  }
  const server = new ResumeServer<any>({
    ...kind === "redis" && { store: await redis() },
    session: (session) => ({ message: (data) => void session.send(data as string) }),
  });
  new WebSocketServer({ ...where, ...wsOptions(server) }, listening)
    .on("connection", (socket: any, request: any) => acceptWs(server, socket, request));
}

async function redis(): Promise<ReturnType<typeof redisStore>> {
  const { default: Redis } = await import("ioredis" as string);
  const [client, listening] = [new Redis(Number(redisPort)), new Redis(Number(redisPort))];
  return redisStore({
    command: (name, ...args) => client.call(name, ...args),
    subscribe(channel, listener): unknown {
      listening.on(
        "message",
        (from: string, message: string) => from === channel && listener(message),
      );
      return listening.subscribe(channel);
    },
  });
}

async function measure(): Promise<void> {
  const url = `ws://127.0.0.1:${port}`;
  const ws = kind === "plain" ? new ReconnectingWebSocket(url) : new ResumableWebSocket(url);
  await ws.opened;
  await flood(ws, WARM_UP);
  const perSecond = await flood(ws, MESSAGES);
  const delaysMs: number[] = [];
  for (let i = 0; i < LATENCIES; i++) {
    const startedAt = performance.now();
    await new Promise<void>((resolve) => {
      ws.onmessage = (): void => resolve();
      ws.send(MESSAGE);
    });
    delaysMs.push(performance.now() - startedAt);
  }
  const medianUs = 1_000 * (delaysMs.toSorted((a, b) => a - b)[LATENCIES >> 1] as number);
  console.log(JSON.stringify({ perSecond, medianUs }));
  ws.close();
}

/** Echoes a second, with so many on their way. */
async function flood(ws: ReconnectingWebSocket, count: number): Promise<number> {
  const startedAt = performance.now();
  let sent = 0;
  let came = 0;
  await new Promise<void>((resolve) => {
    ws.onmessage = (): void => {
      if (++came === count) resolve();
      else if (sent < count) {
        sent++;
        ws.send(MESSAGE);
      }
    };
    for (; sent < Math.min(count, IN_FLIGHT); sent++) ws.send(MESSAGE);
  });
  return count / (performance.now() - startedAt) * 1_000;
}
