/**
 * The coverage gate: `deno run -A tests/project/check_coverage.ts coverage/lcov.info` reads what
 * `deno coverage --lcov` wrote, prints a table, and fails if a threshold is missed or a file of
 * `lib/` was never imported (the report leaves such a file out, instead of counting it as 0 %).
 *
 * @module
 */

/** The pure core: every branch of it can be reached, so every one is. */
const WHOLE: readonly string[] = [
  "lib/_check.ts",
  "lib/_windows.ts",
  "lib/backoff.ts",
  "lib/bounded_queue.ts",
  "lib/client/close_arguments.ts",
  "lib/client/parts.ts",
  "lib/client/settings.ts",
  "lib/client/timing.ts",
  "lib/client/verdict.ts",
  "lib/features/decision.ts",
  "lib/features/retry.ts",
  "lib/machine/calls.ts",
  "lib/machine/close_codes.ts",
  "lib/machine/handshake_cells.ts",
  "lib/machine/heartbeat_cells.ts",
  "lib/machine/hint_cells.ts",
  "lib/machine/step.ts",
  "lib/machine/transition.ts",
];
/** Percent of lines, and of branches, over all of `lib/`. */
const OVERALL = 95;

interface Count {
  readonly hit: number;
  readonly found: number;
}

/** What a file's tests reached. */
export interface Coverage {
  readonly lines: Count;
  readonly branches: Count;
}

/** Reads the totals of each file from an lcov report; paths become relative to `root`. */
export function parseLcov(text: string, root: string): Map<string, Coverage> {
  const files = new Map<string, Coverage>();
  for (const record of text.split("end_of_record")) {
    const path = /^SF:(.*)$/m.exec(record)?.[1];
    const total = (key: string): number =>
      Number(new RegExp(`^${key}:(\\d+)$`, "m").exec(record)?.[1] ?? 0);
    if (!path?.startsWith(root)) continue;
    files.set(path.slice(root.length), {
      lines: { hit: total("LH"), found: total("LF") },
      branches: { hit: total("BRH"), found: total("BRF") },
    });
  }
  return files;
}

/** Whether a module has anything to run; one of types alone is never in a report. */
export function hasCode(source: string): boolean {
  return /^(export )?(default |abstract |async )*(const|let|var|function|class)\b/m.test(source);
}

/** A line of the table: what was measured, and why it is not enough. */
export interface Row extends Coverage {
  readonly file: string;
  readonly complaint: string | null;
}

/**
 * Compares the coverage with the thresholds.
 *
 * @param expected The files of `lib/` that have code.
 * @returns A row for each of them and one for all.
 */
export function check(
  covered: ReadonlyMap<string, Coverage>,
  expected: readonly string[],
  whole: readonly string[] = WHOLE,
): Row[] {
  const nothing: Coverage = { lines: { hit: 0, found: 0 }, branches: { hit: 0, found: 0 } };
  const rows = expected.map((file): Row => {
    const coverage = covered.get(file) ?? nothing;
    const { hit, found } = coverage.branches;
    const complaint = !covered.has(file)
      ? "no test imports it"
      : whole.includes(file) && hit < found
      ? "must be 100 % of branches"
      : null;
    return { file, ...coverage, complaint };
  });
  for (const file of whole) {
    if (!expected.includes(file)) rows.push({ file, ...nothing, complaint: "does not exist" });
  }
  const sum = (key: "lines" | "branches"): Count => ({
    hit: rows.reduce((total, row) => total + row[key].hit, 0),
    found: rows.reduce((total, row) => total + row[key].found, 0),
  });
  const all: Coverage = { lines: sum("lines"), branches: sum("branches") };
  const isLow = percent(all.lines) < OVERALL || percent(all.branches) < OVERALL;
  return [...rows, {
    file: "lib, overall",
    ...all,
    complaint: isLow ? `must be ${OVERALL} % of lines and of branches` : null,
  }];
}

/** A file without branches has missed none. */
function percent({ hit, found }: Count): number {
  return found === 0 ? 100 : 100 * hit / found;
}

/** One line of the table. */
export function format({ file, lines, branches, complaint }: Row): string {
  const [line, branch] = [lines, branches].map((count) => percent(count).toFixed(1).padStart(5));
  return `${file.padEnd(36)} lines ${line} %  branches ${branch} %${
    complaint ? `  FAILED: ${complaint}` : ""
  }`;
}

async function* modulesIn(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* modulesIn(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield new URL(name, folder);
  }
}

async function main(report = "coverage/lcov.info"): Promise<void> {
  const root = new URL("../../", import.meta.url);
  const expected: string[] = [];
  for await (const module of modulesIn(new URL("lib/", root))) {
    const isCode = hasCode(await Deno.readTextFile(module));
    if (isCode) expected.push(module.pathname.slice(root.pathname.length));
  }
  const covered = parseLcov(await Deno.readTextFile(report), decodeURI(root.pathname));
  const rows = check(covered, expected.sort());
  for (const row of rows) console.log(format(row));
  const failed = rows.filter(({ complaint }) => complaint).length;
  console.log(failed === 0 ? "coverage: enough" : `coverage: ${failed} thresholds missed`);
  if (failed > 0) Deno.exit(1);
}

if (import.meta.main) await main(Deno.args[0]);
