/**
 * What sessions cost: echoes of 100 B through the same client and `ws` on Node 24, plain, with sessions in
 * memory and in Redis, in turns: `deno run -A bench/resume/run.ts [ROUNDS]`.
 *
 * Needs what `tests/platforms/runtimes/install.sh node-24 resume` installs.
 */

import { RedisProcess } from "../../examples/resume/servers.ts";
import { freePort } from "../../tests/platforms/ports.ts";
import { modulesOf, nodeOf } from "../../tests/platforms/runtimes/paths.ts";
import { start } from "../../tests/platforms/runtimes/processes.ts";
import { esbuild } from "../bundle.ts";
import { spreadOf } from "../results.ts";

const KINDS = ["plain", "memory", "redis"] as const;
/** Against plain, in the same round. */
const BUDGETS = {
  memory: { atLeast: 0.8, atMost: 1.3 },
  redis: { atLeast: 0.6, atMost: Infinity },
};

interface Figures {
  readonly perSecond: number;
  readonly medianUs: number;
}

const rounds = Number(Deno.args[0] ?? 5);
const folder = await Deno.makeTempDir({ prefix: "bench-resume-" });
const node = nodeOf("node-24");
const results: Record<string, Figures[]> = { plain: [], memory: [], redis: [] };
try {
  await using redis = await RedisProcess.start(folder);
  if (!redis) throw new Error("Cannot measure as redis-server must be installed");
  const bundle = await bundleOf(folder);
  for (let round = 0; round < rounds; round++) {
    for (const kind of KINDS) results[kind]?.push(await measure(bundle, kind, redis.port));
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
for (const kind of KINDS) {
  const of = (name: keyof Figures): string =>
    median(results[kind]?.map((figures) => figures[name]) ?? []).toFixed(0);
  const [rate, delay] = [of("perSecond").padStart(7), of("medianUs").padStart(4)];
  console.log(`${kind.padEnd(7)} ${rate} echoes/s  ${delay} us`);
}
let isMet = true;
for (const [kind, { atLeast, atMost }] of Object.entries(BUDGETS)) {
  const ratios = (name: keyof Figures): number[] =>
    (results[kind] ?? []).map((figures, i) =>
      figures[name] / (results["plain"]?.[i]?.[name] ?? NaN)
    );
  const [rates, waits] = [ratios("perSecond"), ratios("medianUs")];
  const [rate, wait] = [median(rates), median(waits)];
  const holds = rate >= atLeast && wait <= atMost;
  isMet &&= holds;
  console.log(
    `${kind}: ${rate.toFixed(2)} of the plain rate (${between(rates)}; at least ${atLeast}), ` +
      `${wait.toFixed(2)} x its delay (${between(waits)}; at most ${atMost})  ` +
      `${holds ? "ok" : "MISSED"}`,
  );
}
Deno.exit(isMet ? 0 : 1);

async function measure(bundle: string, kind: string, redisPort: number): Promise<Figures> {
  const port = freePort();
  await using server = start([node, bundle, "server", kind, `${port}`, `${redisPort}`]);
  await server.lines.next();
  await using client = start([node, bundle, "client", kind, `${port}`]);
  const { value } = await client.lines.next();
  if (!value) throw new Error(`Cannot measure ${kind}: ${server.errors()}${client.errors()}`);
  return JSON.parse(value);
}

async function bundleOf(folder: string): Promise<string> {
  const outfile = `${folder}/peer.mjs`;
  await esbuild([
    ...["--bundle", "--format=esm", "--target=esnext", "--log-level=error"],
    ...["--external:node:*", "--external:ws", "--external:ioredis", `--outfile=${outfile}`],
    new URL("./peer.ts", import.meta.url).pathname,
  ]);
  await Deno.mkdir(`${folder}/node_modules`);
  for (const group of ["base", "resume"]) {
    for await (const { name } of Deno.readDir(modulesOf(group))) {
      if (name.startsWith(".")) continue;
      await Deno.symlink(`${modulesOf(group)}/${name}`, `${folder}/node_modules/${name}`);
    }
  }
  return outfile;
}

function between(ratios: readonly number[]): string {
  const [, least, greatest] = spreadOf(ratios);
  return `${least.toFixed(2)} to ${greatest.toFixed(2)}`;
}

function median(values: readonly number[]): number {
  return spreadOf(values)[0];
}
