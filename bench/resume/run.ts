/**
 * What sessions cost: echoes of 100 B through the same client and `ws` on Node 24, plain, with sessions in
 * memory and in Redis, in turns: `deno run -A bench/resume/run.ts [ROUNDS]`.
 *
 * Needs what `tests/platforms/runtimes/install.sh node-24 resume` installs.
 *
 * @module
 */

import { delay, RedisProcess } from "../../examples/resume/servers.ts";
import { modulesOf, nodeOf } from "../../tests/platforms/runtimes/paths.ts";

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
  const rates = results[kind]?.map(({ perSecond }) => perSecond) ?? [];
  const delays = results[kind]?.map(({ medianUs }) => medianUs) ?? [];
  console.log(
    `${kind.padEnd(7)} ${median(rates).toFixed(0).padStart(7)} echoes/s  ${
      median(delays).toFixed(0).padStart(4)
    } us`,
  );
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
    `${kind}: ${rate.toFixed(2)} of the plain rate (${spreadOf(rates)}; at least ${atLeast}), ` +
      `${wait.toFixed(2)} x its delay (${spreadOf(waits)}; at most ${atMost})  ` +
      `${holds ? "ok" : "MISSED"}`,
  );
}
Deno.exit(isMet ? 0 : 1);

async function measure(bundle: string, kind: string, redisPort: number): Promise<Figures> {
  const port = freePort();
  const server = new Deno.Command(node, {
    args: [bundle, "server", kind, `${port}`, `${redisPort}`],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const reader = server.stdout.getReader();
    await reader.read();
    reader.cancel();
    const { stdout } = await new Deno.Command(node, {
      args: [bundle, "client", kind, `${port}`],
      stderr: "inherit",
      signal: AbortSignal.timeout(60_000),
    }).output();
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    server.kill("SIGKILL");
    await server.status;
    await delay(50);
  }
}

async function bundleOf(folder: string): Promise<string> {
  const outfile = `${folder}/peer.mjs`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "npm:esbuild@0.28.2", "--bundle", "--format=esm", "--target=esnext"],
      ...["--external:node:*", "--external:ws", "--external:ioredis", `--outfile=${outfile}`],
      ...["--log-level=error", new URL("./peer.ts", import.meta.url).pathname],
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  await Deno.mkdir(`${folder}/node_modules`);
  for (const group of ["base", "resume"]) {
    for await (const { name } of Deno.readDir(modulesOf(group))) {
      if (name.startsWith(".")) continue;
      await Deno.symlink(`${modulesOf(group)}/${name}`, `${folder}/node_modules/${name}`);
    }
  }
  return outfile;
}

function spreadOf(ratios: readonly number[]): string {
  return `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function freePort(): number {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  return port;
}
