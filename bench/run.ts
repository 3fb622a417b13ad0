/**
 * Every row of the budget table, side by side with the peers:
 *
 * ```sh
 * deno run -A bench/run.ts [--json FILE] [--only ROW] [--runtime deno|node|bun] [--rounds N]
 * ```
 *
 * With `--only`, `--json` replaces that row in a FILE that is there. See `bench/README.md`.
 */

import { parseArgs } from "node:util";
import { VERSIONS } from "./contestants.ts";
import { simulateFleet } from "./fleet.ts";
import { budgetTable, comparisonTables } from "./page.ts";
import { measureRow, setUpLab } from "./processes.ts";
import { type BenchFile, isOf, judge, type Line, linesOf, merge, rowPerLine } from "./results.ts";
import { BUDGETS, ROWS, type Runtime } from "./rows.ts";
import { measureSizes } from "./size.ts";

const NAMES = ["size", "fleet", ...ROWS.map(({ name }) => name)];
const RUNTIMES: readonly Runtime[] = ["deno", "node", "bun"];

type Options = ReturnType<typeof readOptions>;

// deno-lint-ignore explicit-function-return-type -- what the parser says
function readOptions() {
  const type = "string" as const;
  const { values } = parseArgs({
    // `rounds` is instead of each row's own number.
    options: { json: { type }, only: { type }, runtime: { type }, rounds: { type } },
  });
  oneOf("only", values.only, NAMES);
  oneOf("runtime", values.runtime, RUNTIMES);
  oneOf("rounds", values.rounds, Array.from({ length: 9 }, (_, i) => `${i + 1}`));
  return values;
}

function oneOf(option: string, value: string | undefined, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw new Error(
    `Cannot run as '${option}' must be one of ${allowed.join(", ")}: current value is ${value}`,
  );
}

/** One line that is written over on a terminal, and lines elsewhere. */
function report(text: string): void {
  const line = Deno.stdout.isTerminal() ? `\r\x1b[K${text}` : `${text}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

async function measure({ only, runtime: onlyRuntime, rounds }: Options): Promise<Line[]> {
  const day = new Date().toISOString().slice(0, 10);
  const lines: Line[] = [];
  if (!only || only === "size") lines.push(...await measureSizes(day, report));
  if (!only || only === "fleet") lines.push(...await measureFleet(day));
  const rows = ROWS.filter(({ name }) => !only || name === only);
  if (rows.length === 0) return lines;
  const lab = await setUpLab();
  for (const [i, row] of rows.entries()) {
    for (const runtime of row.runtimes) {
      const found = lab.runtimes.get(runtime);
      if (!found || (onlyRuntime && runtime !== onlyRuntime)) continue;
      const title = `[${i + 1}/${rows.length}] ${row.name} ${runtime}`;
      const wanted = { ...row, rounds: Number(rounds ?? row.rounds) };
      const figures = await measureRow(wanted, runtime, lab, (text) => report(`${title} ${text}`));
      lines.push(...linesOf(row, runtime, `${runtime} ${found.version}, ${day}`, figures));
    }
  }
  await Deno.remove(lab.script);
  return lines;
}

/** How long 99 % of a fleet with the default policy take to be back, by the least possible. */
async function measureFleet(measured: string): Promise<Line[]> {
  const { rows } = await simulateFleet(100_000, 1, "outage/windowed (default)");
  return rows.map(({ scenario, p99ToBound, p99ToBoundMin, p99ToBoundMax }) => ({
    row: `fleet after a ${scenario}`,
    unit: "p99 / (N/C)",
    runtime: "any",
    measured,
    figures: { holdfast: [p99ToBound, p99ToBoundMin, p99ToBoundMax] },
  }));
}

async function write(path: string, later: BenchFile, isWhole: boolean): Promise<void> {
  let file = later;
  try {
    if (!isWhole) file = merge(JSON.parse(await Deno.readTextFile(path)), later);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.writeTextFile(path, rowPerLine({ versions: file.versions }, file.rows));
}

if (import.meta.main) {
  const options = readOptions();
  const { json, only, runtime } = options;
  const rows = await measure(options);
  const verdicts = judge(
    BUDGETS.filter((budget) =>
      (!only || isOf(budget, only)) &&
      // What runs on no runtime is judged wherever it was measured.
      (!runtime || runtime === "deno" ||
        rows.some((line) => line.row === budget.row && line.runtime === "any"))
    ),
    rows,
  );
  console.log(`\n${comparisonTables(rows)}\n`);
  if (verdicts.length > 0) console.log(`${budgetTable(verdicts)}\n`);
  if (json) await write(json, { versions: VERSIONS, rows }, !only && !runtime);
  const missed = verdicts.filter(({ met }) => !met).length;
  console.log(`budgets: ${verdicts.length - missed} met, ${missed} missed`);
  if (missed) Deno.exitCode = 1;
}
