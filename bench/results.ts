/**
 * From the figures of rounds to rows of a table: medians of ratios, their spread, and the budgets.
 *
 * @module
 */

import type { Name } from "./contestants.ts";
import type { Budget, Metric, Row, Runtime } from "./rows.ts";

/** One line of the result. `ratio` is the figure in `unit`, a ratio wherever the unit says "x". */
export interface Result {
  readonly row: string;
  readonly runtime: Runtime | "any";
  readonly contestant: string;
  readonly ratio: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  readonly budget?: string;
  readonly met?: boolean;
}

/** When, and with which version of a runtime. */
export interface Origin {
  readonly date: string;
  readonly version: string;
}

/** What `--json` writes. */
export interface BenchFile {
  readonly meta: {
    /** When the rows were measured that are not in `again`. */
    readonly date: string;
    readonly runtimes: Readonly<Record<string, string>>;
    readonly versions: Readonly<Record<string, string>>;
    readonly seed: number;
    /** The rows that were measured later: what `--only` took, and on which runtimes. */
    readonly again?: Readonly<Record<string, Readonly<Record<string, Origin>>>>;
  };
  readonly rows: readonly Result[];
}

/** The figures of one row on one runtime: by contestant, one entry a round. */
export type Figures = ReadonlyMap<Name, readonly Readonly<Record<string, number>>[]>;

/** All lines of one row. */
export function resultsOf(row: Row, runtime: Runtime, figures: Figures): Result[] {
  return Object.entries(row.metrics).flatMap(([name, metric]) => {
    const title = Object.keys(row.metrics).length > 1 ? `${row.name} ${name}` : row.name;
    return metricResults(title, name, metric, runtime, figures);
  });
}

function metricResults(
  row: string,
  name: string,
  metric: Metric,
  runtime: Runtime,
  figures: Figures,
): Result[] {
  const { unit, against, budgets = [] } = metric;
  const lines: Result[] = [];
  for (const contestant of figures.keys()) {
    const ratios = paired(figures, contestant, name, against);
    const own = contestant === "holdfast" && runtime === "deno"
      ? budgets.find((budget) => !budget.against)
      : undefined;
    // What could not be measured has no line, unless that would hide a budget.
    if (!ratios.length && !own) continue;
    lines.push(summarize({ row, runtime, contestant, unit }, ratios, own));
  }
  for (const budget of budgets) {
    if (!budget.against || runtime !== "deno") continue;
    const ratios = paired(figures, "holdfast", name, budget.against);
    const line = { row, runtime, contestant: "holdfast", unit: `x ${budget.against}` };
    lines.push(summarize(line, ratios, budget));
  }
  return lines;
}

/** A contestant's figure of each round, divided by the baseline's of the same round. */
function paired(
  figures: Figures,
  contestant: Name,
  metric: string,
  against: Name | undefined,
): number[] {
  const own = figures.get(contestant) ?? [];
  const base = against && figures.get(against);
  return own.map((round, i) => (round[metric] ?? NaN) / (base ? base[i]?.[metric] ?? NaN : 1))
    .filter((ratio) => !Number.isNaN(ratio));
}

/** The median, the spread, and whether the median keeps the budget. */
export function summarize(
  line: Pick<Result, "row" | "runtime" | "contestant" | "unit">,
  ratios: readonly number[],
  budget?: Budget,
): Result {
  const sorted = ratios.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const ratio = ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
  const { atMost = Infinity, atLeast = -Infinity } = budget ?? {};
  return {
    ...line,
    ratio,
    min: sorted[0] ?? NaN,
    max: sorted.at(-1) ?? NaN,
    ...budget && {
      budget: atMost === Infinity ? `>= ${atLeast}` : `<= ${atMost}`,
      met: ratio <= atMost && ratio >= atLeast,
    },
  };
}

/**
 * A file with the lines of one row replaced by those of a later run. Where that run had fewer runtimes
 * the lines of the others stay.
 */
export function replaceRow(file: BenchFile, name: string, later: BenchFile): BenchFile {
  const versions = JSON.stringify(file.meta.versions);
  if (versions !== JSON.stringify(later.meta.versions)) {
    throw new Error(
      `Cannot replace a row as both runs must have the same peers: current value is ${versions}`,
    );
  }
  const runtimes = new Set(later.rows.map(({ runtime }) => runtime));
  const isReplaced = (line: Result): boolean => isOf(line, name) && runtimes.has(line.runtime);
  const place = file.rows.findIndex(isReplaced);
  const rows = file.rows.filter((line) => !isReplaced(line));
  rows.splice(place < 0 ? rows.length : place, 0, ...later.rows);
  const origins = [...runtimes].map((runtime) => {
    const name = runtime === "any" ? "deno" : runtime;
    return [name, { date: later.meta.date, version: later.meta.runtimes[name] ?? "" }];
  });
  const again = { ...file.meta.again?.[name], ...Object.fromEntries(origins) };
  return { meta: { ...file.meta, again: { ...file.meta.again, [name]: again } }, rows };
}

/** Whether a line is of the row that `--only` names. */
export function isOf({ row }: Result, name: string): boolean {
  return row === name || row.startsWith(`${name} `);
}

/** The results as aligned text. */
export function formatTable(results: readonly Result[]): string {
  const cells = [
    ["row", "runtime", "contestant", "median", "min..max", "unit", "budget", ""],
    ...results.map((result) => [
      result.row,
      result.runtime,
      result.contestant,
      formatNumber(result.ratio),
      `${formatNumber(result.min)}..${formatNumber(result.max)}`,
      result.unit,
      result.budget ?? "",
      result.met === undefined ? "" : result.met ? "met" : "MISSED",
    ]),
  ];
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? [];
  return cells
    .map((line) =>
      line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
    )
    .join("\n");
}

/** Three digits or so, and none after the point where there are none. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(Number.isInteger(value) || size >= 1_000 ? 0 : size >= 100 ? 1 : 2);
}
