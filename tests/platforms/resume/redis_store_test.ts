/**
 * The Redis store on a real Redis: what every store must do, hand-overs, leases, and a store that is
 * wiped or restarted under a session.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { MiniRedis } from "../../../examples/resume/redis.ts";
import { RedisProcess } from "../../../examples/resume/servers.ts";
import { hasRedis } from "../../../examples/resume/story.ts";
import {
  type RedisStore,
  redisStore,
  type RedisStoreOptions,
} from "../../../lib/resume/stores/redis.ts";
import { type StoreRig, testStore } from "../../client/resume/store_contract.ts";

const LEASE_MS = 200;
const isWanted = (): boolean => true;

class RedisRig implements StoreRig {
  readonly redis: RedisProcess;
  readonly #folder: string;
  readonly #clients: MiniRedis[] = [];
  readonly #stores: RedisStore[] = [];
  readonly store: RedisStore;

  constructor(redis: RedisProcess, folder: string) {
    this.redis = redis;
    this.#folder = folder;
    this.store = this.open();
  }

  static async start(): Promise<RedisRig> {
    const folder = await Deno.makeTempDir();
    const redis = await RedisProcess.start(folder);
    if (!redis) throw new Error("Cannot test as redis-server must be installed");
    return new RedisRig(redis, folder);
  }

  /** Another process. */
  open(options: RedisStoreOptions = {}): RedisStore {
    const client = this.client();
    const store = redisStore(client, { leaseMs: LEASE_MS, ...options });
    this.#stores.push(store);
    return store;
  }

  client(): MiniRedis {
    const client = new MiniRedis(this.redis.port);
    this.#clients.push(client);
    return client;
  }

  restarted(): RedisStore {
    const [before] = this.#clients;
    void this.store.close().finally(() => before?.close());
    return this.open();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#stores) await store.close().catch(() => {});
    for (const client of this.#clients) client.close();
    await this.redis[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

for (
  const [leaseMs, error] of [
    [0, RangeError],
    [NaN, RangeError],
    [Infinity, RangeError],
    ["1", TypeError],
  ] as const
) {
  Deno.test(`redisStore() refuses ${leaseMs} of type ${typeof leaseMs} for leaseMs`, () => {
    const client = { command: () => Promise.resolve(), subscribe(): void {} };
    assertThrows(
      () => redisStore(client, { leaseMs: leaseMs as number }),
      error,
      "Cannot create a store as 'leaseMs' must be between 1 and 2147483647",
    );
  });
}

if (await hasRedis()) {
  testStore("redisStore()", () => RedisRig.start());

  Deno.test("redisStore() requests a session of its owner, and has it cleanly", async () => {
    await using rig = await RedisRig.start();
    const [one, two] = [rig.open(), rig.open()];
    const requested: string[] = [];
    one.bind?.(async (key) => {
      requested.push(key);
      await one.release?.(key, true);
    }, 1_000);
    await one.open("key", { new: true, n: 1, tx: 0 }, isWanted);
    const startedAt = performance.now();
    const opened = await two.open("key", { new: false, n: 2, tx: 5 }, isWanted);
    assertEquals([requested, opened.type === "session" && opened.session.doubt], [["key"], 0]);
    assert(performance.now() - startedAt < LEASE_MS);
  });

  Deno.test("redisStore() waits for an owner that does not answer, until its lease is over", async () => {
    await using rig = await RedisRig.start();
    const [one, two] = [rig.open(), rig.open()];
    one.bind?.(() => new Promise(() => {}), 1_000);
    await one.open("key", { new: true, n: 1, tx: 0 }, isWanted);
    let isOpened = false;
    const opening = two.open("key", { new: false, n: 2, tx: 5 }, isWanted);
    opening.then(() => isOpened = true);
    await new Promise((resolve) => setTimeout(resolve, 3 * LEASE_MS));
    assertEquals(isOpened, false);
    await one.close();
    const opened = await opening;
    assertEquals(opened.type === "session" && opened.session.doubt, 5);
  });

  Deno.test("redisStore() takes a commit that its library sends again as done", async () => {
    await using rig = await RedisRig.start();
    await rig.store.open("key", { new: true, n: 1, tx: 0 }, isWanted);
    const change = { n: 1, rx: 1, acked: 0, first: 1, messages: ["a", "b"] };
    assertEquals(await rig.store.sync("key", 1, change), "ok");
    assertEquals(await rig.store.sync("key", 1, change), "ok");
    const opened = await rig.store.open("key", { new: false, n: 2, tx: 1 }, isWanted);
    assertEquals(opened.type === "session" && opened.session.messages, ["a", "b"]);
  });

  Deno.test("redisStore() leaves nothing that does not expire", async () => {
    await using rig = await RedisRig.start();
    rig.store.bind?.(() => Promise.resolve(), 5_000);
    await rig.store.open("key", { new: true, n: 1, tx: 0 }, isWanted);
    await rig.store.sync("key", 1, { n: 1, rx: 0, acked: 0, first: 1, messages: ["a"] });
    await rig.store.open("over", { new: true, n: 1, tx: 0 }, isWanted);
    await rig.store.remove("over", 1, { n: 1, why: "expired" });
    const client = rig.client();
    const keys = await client.command("KEYS", "*") as string[];
    const lives = await Promise.all(keys.map((key) => client.command("PTTL", key)));
    assertEquals([keys.length, lives.map((ms) => Number(ms) > 0 && Number(ms) <= 10_000)], [
      4,
      [true, true, true, true],
    ]);
  });

  for (const [epoch, expected] of [[undefined, "lost"], ["constant", "session"]] as const) {
    Deno.test(`redisStore() answers '${expected}' after a failover with epoch: ${epoch}`, async () => {
      await using rig = await RedisRig.start();
      const options = epoch === undefined ? {} : { epoch };
      const store = rig.open(options);
      await store.open("key", { new: true, n: 1, tx: 0 }, isWanted);
      if (epoch === undefined) {
        // As a replica that has taken over: the same keys, written under another run id.
        const [key = ""] = await rig.client().command("KEYS", "*:session") as string[];
        await rig.client().command("HSET", key, "epoch", "the run id of before");
      }
      const opened = await store.open("key", { new: false, n: 2, tx: 0 }, isWanted);
      assertEquals(opened.type, expected);
    });
  }

  Deno.test("redisStore() answers 'lost' when the store was wiped, and fences what goes on", async () => {
    await using rig = await RedisRig.start();
    await rig.store.open("key", { new: true, n: 1, tx: 0 }, isWanted);
    await rig.client().command("FLUSHALL");
    const change = { n: 1, rx: 1, acked: 0, first: 1, messages: [] };
    assertEquals(await rig.store.sync("key", 1, change), "fenced");
    assertEquals(await rig.store.open("key", { new: false, n: 2, tx: 0 }, isWanted), {
      type: "lost",
      grave: { why: "unknown" },
    });
  });

  Deno.test("redisStore() takes fractions of a millisecond, which Redis does not", async () => {
    await using rig = await RedisRig.start();
    const store = rig.open({ leaseMs: 1_000 / 3 });
    store.bind?.(() => Promise.resolve(), 10_000 / 3);
    assertEquals((await store.open("a", { new: true, n: 1, tx: 0 }, isWanted)).type, "session");
  });

  Deno.test("redisStore() loads its scripts again when Redis has forgotten them", async () => {
    await using rig = await RedisRig.start();
    await rig.store.open("a", { new: true, n: 1, tx: 0 }, isWanted);
    await rig.client().command("SCRIPT", "FLUSH");
    assertEquals((await rig.store.open("b", { new: true, n: 1, tx: 0 }, isWanted)).type, "session");
  });
} else console.log("NOT RUN: the Redis store, as redis-server is not installed");
