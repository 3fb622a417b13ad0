/**
 * What a client sees when the store of its session was wiped or restarted while it was away, with a
 * real Redis.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Proxy } from "../../../examples/resume/proxy.ts";
import { MiniRedis } from "../../../examples/resume/redis.ts";
import { RedisProcess } from "../../../examples/resume/servers.ts";
import { hasRedis } from "../../../examples/resume/story.ts";
import { serveDeno } from "../../../lib/resume/adapters/deno.ts";
import { ResumableWebSocket } from "../../../lib/resume/mod.ts";
import { ResumeServer, type SessionHandlers } from "../../../lib/resume/server/mod.ts";
import { redisStore, type RedisStoreOptions } from "../../../lib/resume/stores/redis.ts";

const COUNT = 50;
const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];

/** A server that goes with its memory. */
class Server {
  readonly handled: string[] = [];
  readonly #redis: MiniRedis;
  readonly #http: Deno.HttpServer<Deno.NetAddr>;
  readonly #abort = new AbortController();

  constructor(redisPort: number, options: RedisStoreOptions) {
    this.#redis = new MiniRedis(redisPort);
    const server = new ResumeServer<Request>({
      store: redisStore(this.#redis, { leaseMs: 300, ...options }),
      onError: () => {},
      session: (session): SessionHandlers => ({
        message: (data) => {
          this.handled.push(`${data}`);
          session.send(`echo ${data}`);
        },
      }),
    });
    this.#http = Deno.serve({
      port: 0,
      hostname: "127.0.0.1",
      signal: this.#abort.signal,
      onListen: () => {},
    }, (request) => serveDeno(server, request));
  }

  get port(): number {
    return this.#http.addr.port;
  }

  async die(): Promise<void> {
    this.#redis.close();
    this.#abort.abort();
    await this.#http.finished;
  }
}

interface Outcome {
  readonly lost: string[];
  readonly resumed: boolean;
  readonly handled: number;
  readonly echoes: number;
}

/**
 * Plays one fault: what is done to Redis while the client is away, and the server replaced; and perhaps what is
 * done when half of the messages are confirmed.
 */
async function play(
  extra: readonly string[],
  options: RedisStoreOptions,
  fault: (redis: RedisProcess, again: () => Promise<RedisProcess>) => Promise<RedisProcess>,
  halfway: (redis: RedisProcess) => Promise<void> = () => Promise.resolve(),
): Promise<Outcome> {
  const folder = await Deno.makeTempDir();
  let redis = await RedisProcess.start(folder, undefined, extra) as RedisProcess;
  const { port } = redis;
  let server = new Server(port, options);
  const proxy = await Proxy.start(() => [server.port]);
  const ws = new ResumableWebSocket(proxy.url, { backoff: () => 50 });
  const lost: string[] = [];
  let echoes = 0;
  ws.addEventListener("message", () => echoes++);
  ws.addEventListener("lost", ({ why, unacked, isExact }) => {
    lost.push(`${why}: ${unacked.length} given back, ${isExact ? "exact" : "in doubt"}`);
    for (const data of unacked) ws.send(data);
  });
  try {
    for (let i = 0; i < COUNT / 2; i++) ws.send(`${i}`);
    await ws.confirmed();
    await halfway(redis);
    for (let i = COUNT / 2; i < COUNT; i++) ws.send(`${i}`);
    await ws.confirmed();
    const { handled } = server;
    const closed = new Promise((resolve) => ws.addEventListener("close", resolve, { once: true }));
    proxy.cutAll();
    await Promise.all([closed, server.die()]);
    ws.send("while it was away");
    redis = await fault(
      redis,
      async () => await RedisProcess.start(folder, port, extra) as RedisProcess,
    );
    server = new Server(port, options);
    while (ws.bufferedAmount > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { resumed } = ws;
    return { lost, resumed, handled: handled.length + server.handled.length, echoes };
  } finally {
    ws.close();
    await ws.closed;
    await server.die();
    await proxy[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
}

const restart = async (
  redis: RedisProcess,
  again: () => Promise<RedisProcess>,
): Promise<RedisProcess> => {
  await redis[Symbol.asyncDispose]();
  return await again();
};

/** Redis begins from here when it is started again. */
async function backUp({ port }: RedisProcess): Promise<void> {
  const client = new MiniRedis(port);
  await client.command("SAVE");
  client.close();
}

/** A process that dies takes its timers along; this one only plays dead. */
const UNTIDY = { sanitizeOps: false, sanitizeResources: false } as const;

if (await hasRedis()) {
  const LOST: Outcome = {
    lost: ["unknown: 1 given back, exact"],
    resumed: false,
    handled: COUNT + 1,
    echoes: COUNT + 1,
  };

  Deno.test("A store that was wiped shows as 'lost'", UNTIDY, async () => {
    const outcome = await play([], {}, async (redis) => {
      const client = new MiniRedis(redis.port);
      await client.command("FLUSHALL");
      client.close();
      return redis;
    });
    assertEquals(outcome, LOST);
  });

  Deno.test(
    "A store that was killed and restarted shows as 'lost', as a commit may be missing",
    UNTIDY,
    async () => {
      assertEquals(await play(DURABLE, {}, restart), LOST);
    },
  );

  Deno.test("A store that was restored from a backup shows as 'lost'", UNTIDY, async () => {
    assertEquals(await play([], {}, restart, backUp), LOST);
  });

  Deno.test(
    "A store that was restored shows as 'lost' by a gap where its epoch hides it",
    UNTIDY,
    async () => {
      assertEquals(await play([], { epoch: "wrongly constant" }, restart, backUp), {
        ...LOST,
        lost: ["gap: 1 given back, in doubt"],
      });
    },
  );

  Deno.test(
    "A store that forgets nothing goes on after kill -9, with a constant epoch",
    UNTIDY,
    async () => {
      assertEquals(await play(DURABLE, { epoch: "durable" }, restart), {
        lost: [],
        resumed: true,
        handled: COUNT + 1,
        echoes: COUNT + 1,
      });
    },
  );
} else console.log("NOT RUN: faults of the store, as redis-server is not installed");
