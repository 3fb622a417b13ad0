/**
 * `deno run -A bench/run.ts [--json FILE] [--only NAME] [--runtime deno|node|bun]`: every row of the
 * budget table, side by side with the peers. With `--only`, `--json` replaces that row in a FILE that
 * is there. See `bench/README.md`.
 *
 * @module
 */

import { VERSIONS } from "./contestants.ts";
import { measureRow } from "./drivers.ts";
import { FLEET_SEED, measureFleet } from "./fleet_row.ts";
import { setUpLab } from "./processes.ts";
import { type BenchFile, formatTable, replaceRow, type Result, resultsOf } from "./results.ts";
import { ROWS } from "./rows.ts";
import { measureSizes } from "./size.ts";

interface Options {
  readonly json: string | undefined;
  readonly only: string | undefined;
  readonly runtime: string | undefined;
}

const USAGE = "bench/run.ts [--json FILE] [--only NAME] [--runtime deno|node|bun]";

function readOptions(args: readonly string[]): Options {
  const options: Record<string, string | undefined> = {};
  for (let i = 0; i < args.length; i += 2) {
    const [name = "", value] = args.slice(i, i + 2);
    if (!["--json", "--only", "--runtime"].includes(name) || value === undefined) {
      throw new Error(
        `Cannot run as the usage is '${USAGE}': current value is '${args.join(" ")}'`,
      );
    }
    options[name.slice(2)] = value;
  }
  const { json, only, runtime } = options;
  const names = ["size", "fleet", ...ROWS.map(({ name }) => name)];
  if (only !== undefined && !names.includes(only)) {
    throw new Error(
      `Cannot run as '--only' must be one of ${names.join(", ")}: current value is ${only}`,
    );
  }
  return { json, only, runtime };
}

/** One line that is written over where somebody watches, and lines where nobody does. */
function report(text: string): void {
  const line = Deno.stdout.isTerminal() ? `\r\x1b[K${text}` : `${text}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

async function run({ only, runtime: onlyRuntime }: Options): Promise<{
  results: Result[];
  runtimes: Record<string, string>;
}> {
  const lab = await setUpLab();
  const results: Result[] = [];
  const jobs = ROWS.filter(({ name }) => !only || name === only).flatMap((row) =>
    row.runtimes
      .filter((runtime) => lab.runtimes.has(runtime) && (!onlyRuntime || runtime === onlyRuntime))
      .map((runtime) => ({ row, runtime }))
  );
  const total = jobs.length + 2;
  if (!only || only === "size") {
    results.push(...await measureSizes((text) => report(`[1/${total}] ${text}`)));
  }
  if (!only || only === "fleet") {
    report(`[2/${total}] fleet`);
    results.push(...await measureFleet());
  }
  for (const [i, { row, runtime }] of jobs.entries()) {
    const title = `[${i + 3}/${total}] ${row.name} ${runtime}`;
    const figures = await measureRow(row, runtime, lab, (text) => report(`${title} ${text}`));
    results.push(...resultsOf(row, runtime, figures));
  }
  await Deno.remove(lab.script);
  const runtimes = [...lab.runtimes].map(([name, { version }]) => [name, version]);
  return { results, runtimes: Object.fromEntries(runtimes) };
}

async function write(path: string, file: BenchFile, only: string | undefined): Promise<void> {
  const old = only && await read(path);
  const whole = old ? replaceRow(old, only, file) : file;
  await Deno.writeTextFile(path, `${JSON.stringify(whole, null, 2)}\n`);
}

async function read(path: string): Promise<BenchFile | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

if (import.meta.main) {
  const options = readOptions(Deno.args);
  const { results, runtimes } = await run(options);
  console.log(`\n${formatTable(results)}\n`);
  if (options.json) {
    const date = new Date().toISOString();
    const meta = { date, runtimes, versions: VERSIONS, seed: FLEET_SEED };
    await write(options.json, { meta, rows: results }, options.only);
  }
  const judged = results.filter(({ met }) => met !== undefined);
  const missed = judged.filter(({ met }) => !met).length;
  console.log(`budgets: ${judged.length - missed} met, ${missed} missed`);
  if (missed) Deno.exitCode = 1;
}
