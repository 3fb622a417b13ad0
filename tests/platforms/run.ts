/**
 * Runs rows on real platforms, networks and tools: `deno run -A tests/platforms/run.ts [GROUP] [--only=TEXT]
 * [--jobs=N] [NAME...]`, where a NAME is the beginning of a row's, TEXT a part of the name of a case of the
 * suite, and N how many rows run side by side. Prints one row each, as it ends, and their sum; exit code 1
 * if one failed, or, with CI=true, if what it needs is missing.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { pack, type Package } from "../packaging/package.ts";
import { rows as packaging } from "../packaging/rows.ts";
import { rows as frameworks } from "./frameworks/rows.ts";
import { rows as networks } from "./networks/rows.ts";
import { formatRow, formatTally, tally } from "./report.ts";
import type { Outcome, Row, Rows, Stage } from "./rows.ts";
import { removeFolder } from "./runtimes/processes.ts";
import { rows as runtimes } from "./runtimes/rows.ts";
import { missing } from "./runtimes/runners.ts";

const groups: Readonly<Record<string, Rows>> = { runtimes, networks, frameworks, packaging };

type Named = readonly [name: string, row: Row];

/** The rows that the arguments name; null, and a message, if one names none. */
function choose(args: readonly string[]): readonly Named[] | null {
  const [first = ""] = args;
  const group = groups[first];
  const names = group ? args.slice(1) : args;
  const rows = (group ? [group] : Object.values(groups)).flatMap((rows) => Object.entries(rows));
  const unknown = names.filter((name) => !rows.some(([row]) => row.startsWith(name)));
  if (unknown.length > 0) {
    console.error(`Unknown: ${unknown.join(", ")}; known:`);
    for (const [name] of rows) console.error(`  ${name}`);
    return null;
  }
  return rows.filter(([row]) => names.length === 0 || names.some((name) => row.startsWith(name)));
}

/** A row's outcome, whatever happens to it. */
async function play(row: Row, stage: Stage): Promise<Outcome> {
  const absent = await missing(row);
  if (absent.length > 0) {
    const how = `missing: ${absent.join(", ")}; tests/platforms/runtimes/install.sh ${row.install}`;
    const ok = Deno.env.get("CI") !== "true";
    return { results: [{ name: "what it needs", ok, error: how, notPossible: how }], details: "" };
  }
  try {
    return await row.run(stage);
  } catch (error) {
    const text = error instanceof Error ? error.message : `${error}`;
    return { results: [{ name: "the row as a whole", ok: false, error: text }], details: "" };
  }
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: "string", default: "" },
      jobs: { type: "string", default: "1" },
    },
  });
  const rows = choose(positionals);
  if (!rows) return 1;
  const jobs = Number(values.jobs);
  if (!(jobs >= 1)) {
    console.error(`--jobs must be at least 1: ${values.jobs}`);
    return 1;
  }
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => interruption.abort());
  }
  const { signal } = interruption;
  const folder = await Deno.makeTempDir({ prefix: "platforms-" });
  let packing: Promise<Package> | undefined;
  const outcomes: Outcome[] = [];
  // All jobs take from it.
  const rest = rows.values();
  const work = async (): Promise<void> => {
    for (const [name, row] of rest) {
      const startMs = Date.now();
      const outcome = await play(row, {
        ...{ only: values.only, signal, folder: `${folder}/${name}` },
        pack: () => packing ??= pack(folder),
      });
      if (signal.aborted) return;
      outcomes.push(outcome);
      console.log(formatRow(name, outcome, Date.now() - startMs));
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    await removeFolder(folder);
  }
  if (signal.aborted) return 130;
  const counts = tally(outcomes);
  console.log(formatTally(counts));
  return counts.failed > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
