// deno-lint-ignore-file no-console no-explicit-any -- the parent reads it; libraries by their shape
/**
 * Sessions in Redis, through the client library that is named: `PORT LIBRARY REDIS_PORT`, on Node, Deno
 * or Bun.
 *
 * @module
 */

import process from "node:process";
import { bunHandlers } from "../../../../lib/resume/adapters/bun.ts";
import { serveDeno } from "../../../../lib/resume/adapters/deno.ts";
import { acceptWs, wsOptions } from "../../../../lib/resume/adapters/ws.ts";
import { ResumeServer } from "../../../../lib/resume/server/mod.ts";
import { type RedisClient, redisStore } from "../../../../lib/resume/stores/redis.ts";
import { echo } from "./program.ts";

const [port = "", library = "", redisPort = ""] = process.argv.slice(2);
const url = `redis://127.0.0.1:${redisPort}`;
const { Bun, Deno } = globalThis as any;

/** The same for ioredis and iovalkey. */
async function likeIoredis(): Promise<RedisClient> {
  const { default: Redis } = await import(library);
  const [redis, listening] = [new Redis(url), new Redis(url)];
  return {
    command: (name, ...args) => redis.call(name, ...args),
    subscribe(channel, listener): unknown {
      listening.on(
        "message",
        (from: string, message: string) => from === channel && listener(message),
      );
      return listening.subscribe(channel);
    },
  };
}

async function nodeRedis(): Promise<RedisClient> {
  const { createClient } = await import(library);
  const redis = await createClient({ url }).connect();
  const listening = await redis.duplicate().connect();
  return {
    command: (name, ...args) => redis.sendCommand([name, ...args]),
    subscribe: (channel, listener) => listening.subscribe(channel, listener),
  };
}

function bunRedis(): RedisClient {
  const [redis, listening] = [new Bun.RedisClient(url), new Bun.RedisClient(url)];
  return {
    command: (name, ...args) => redis.send(name, args),
    subscribe: (channel, listener) => listening.subscribe(channel, listener),
  };
}

const client = library === "bun"
  ? bunRedis()
  : await (library === "redis" ? nodeRedis() : likeIoredis());
const store = redisStore(client, { leaseMs: 1_000 });
const hostname = "127.0.0.1";
if (Bun) {
  const server = new ResumeServer<Request>({ ...echo(), store });
  Bun.serve({ port: Number(port), hostname, ...bunHandlers(server) });
} else if (Deno) {
  const server = new ResumeServer<Request>({ ...echo(), store });
  Deno.serve({ port: Number(port), hostname }, (request: Request) => serveDeno(server, request));
} else {
  const { WebSocketServer } = await import("ws" as string);
  const server = new ResumeServer<any>({ ...echo(), store });
  new WebSocketServer({ port: Number(port), host: hostname, ...wsOptions(server) })
    .on("connection", (socket: any, request: any) => acceptWs(server, socket, request));
}
console.log("listening");
