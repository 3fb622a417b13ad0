/** What happens in the demo: cuts, and servers that die, freeze and leave. */
import { Clients } from "./clients.ts";
import type { DemoEvent } from "./history.ts";
import { Proxy } from "./proxy.ts";
import { delay, RedisProcess, Servers } from "./servers.ts";

export interface StoryOptions {
  readonly cuts: number;
  readonly clients: number;
  /** Where sessions live; `none` is the same without sessions. */
  readonly store: "redis" | "sqlite" | "memory" | "none";
  /** Whether servers suffer, or only connections. */
  readonly harmsServers: boolean;
  readonly print: (line: string) => void;
}

/** What came of it. */
export interface Findings {
  readonly events: readonly DemoEvent[];
  /** Milliseconds without a connection, ascending. */
  readonly gaps: readonly number[];
  readonly connections: number;
  readonly resumed: number;
  readonly seconds: number;
}

/** Servers stand still for longer than their lease. */
const FREEZE_MS = 2_500;
/** How long a round of cuts waits for the clients: less than a server stands still. */
const RETURN_MS = 1_000;
/** Every so many cuts the server notices late. */
const LINGERING = 5;
const LINGER_MS = 1_500;

/** Whether Redis is installed. */
export async function hasRedis(): Promise<boolean> {
  try {
    return (await new Deno.Command("redis-server", { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

/** Plays it. */
export async function runStory(options: StoryOptions): Promise<Findings> {
  const folder = await Deno.makeTempDir({ prefix: "holdfast-resume-" });
  try {
    return await play(options, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function play(options: StoryOptions, folder: string): Promise<Findings> {
  const { cuts, store, clients: count, print } = options;
  const file = `${folder}/events.jsonl`;
  await using redis = store === "redis" ? await RedisProcess.start(folder) : null;
  const where = { redis: `redis:${redis?.port}`, sqlite: `sqlite:${folder}/sessions.db` };
  const kind = store === "redis" || store === "sqlite" ? where[store] : store;
  await using servers = new Servers(kind, file);
  const places = store === "redis" ? [0, 1] : [0];
  await Promise.all(places.map((place) => servers.start(place)));
  await using proxy = await Proxy.start(() => servers.ports);
  await using clients = new Clients(proxy.url, count, store !== "none");
  await clients.start();
  const startedAt = performance.now();
  const troubles = planTroubles(options, servers, proxy, places);
  const pending: Promise<void>[] = [];
  for (let cut = 0; cut < cuts; cut++) {
    await delay(20 + cut * 37 % 60);
    // On a busy machine cuts would else meet no connection.
    if (cut % count === 0) await clients.open(RETURN_MS);
    proxy.cut(cut, cut % LINGERING === 0 ? LINGER_MS : 0);
    const trouble = troubles.get(cut);
    if (!trouble) continue;
    print(`  after ${cut} cuts: ${trouble.what}`);
    pending.push(trouble.act());
  }
  await Promise.all(pending);
  await delay(200);
  await clients.stop();
  // What is on its way to the clients arrives, and servers that were fenced learn of it.
  await delay(store === "none" ? 300 : 1_000);
  const lines = (await Deno.readTextFile(file)).trim().split("\n");
  const events = [...clients.events, ...lines.map((line): DemoEvent => JSON.parse(line))];
  return {
    events,
    gaps: clients.gaps.toSorted((a, b) => a - b),
    connections: proxy.connections,
    resumed: clients.resumed,
    seconds: (performance.now() - startedAt) / 1_000,
  };
}

interface Trouble {
  readonly what: string;
  act(): Promise<void>;
}

/** What befalls the servers, by the number of the cut after which it does. */
function planTroubles(
  { cuts, harmsServers }: StoryOptions,
  servers: Servers,
  proxy: Proxy,
  places: readonly number[],
): Map<number, Trouble> {
  const troubles = new Map<number, Trouble>();
  if (!harmsServers) return troubles;
  const other = places.at(-1) as number;
  const at = (share: number, what: string, act: () => Promise<void>): void => {
    troubles.set(Math.floor(cuts * share), { what, act });
  };
  at(0.2, "kill -9 of server A", () => servers.restart(0, "SIGKILL", 300));
  at(0.45, `kill -9 of server ${"AB"[other]}`, () => servers.restart(other, "SIGKILL", 300));
  at(0.6, `server A stands still for ${FREEZE_MS / 1_000} s`, () => {
    const frozen = servers.freeze(0, FREEZE_MS);
    proxy.cutAll();
    return frozen;
  });
  at(0.9, "server A leaves in order", () => servers.restart(0, "SIGTERM", 100));
  return troubles;
}
