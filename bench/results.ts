/**
 * From the figures of rounds to lines of a result file: medians of ratios, their spread, and the
 * budgets.
 */

import type { Budget, Row, Runtime } from "./rows.ts";

/** The median, the least and the greatest of all rounds. */
export type Spread = readonly [median: number, min: number, max: number];

/** One figure of a row on one runtime, for all who were measured. */
export interface Line {
  readonly row: string;
  /** What the figures count; ratios where it starts with "x". */
  readonly unit: string;
  readonly runtime: Runtime | "any";
  /** On what, and on which day. */
  readonly measured: string;
  readonly figures: Readonly<Record<string, Spread>>;
}

/** What `--json` writes. */
export interface BenchFile {
  /** The peers' versions on npm. */
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Line[];
}

/** What was measured of one row on one runtime: by contestant, one entry a round. */
export type Rounds = ReadonlyMap<string, readonly Readonly<Record<string, number>>[]>;

/** A budget, our figure and whether it keeps it. */
export interface Verdict extends Budget {
  /** Absent where it could not be measured, which counts as missed. */
  readonly spread?: Spread;
  readonly met: boolean;
}

/** All lines of one row. */
export function linesOf(row: Row, runtime: Runtime, measured: string, rounds: Rounds): Line[] {
  const isOne = new Set(row.metrics.map(([name]) => name)).size === 1;
  return row.metrics.map(([name, unit, against]) => {
    const figures = [...rounds.keys()].flatMap((contestant) => {
      const ratios = ratiosOf(rounds, contestant, name, against);
      return ratios.length ? [[contestant, spreadOf(ratios)] as const] : [];
    });
    const title = isOne ? row.name : `${row.name} ${name}`;
    return { row: title, unit, runtime, measured, figures: Object.fromEntries(figures) };
  });
}

/** A contestant's figure of each round, divided by the baseline's of the same round. */
function ratiosOf(rounds: Rounds, contestant: string, name: string, against?: string): number[] {
  const base = against === undefined ? undefined : rounds.get(against) ?? [];
  return (rounds.get(contestant) ?? [])
    .map((round, i) => (round[name] ?? NaN) / (base ? base[i]?.[name] ?? NaN : 1))
    .filter((ratio) => !Number.isNaN(ratio));
}

/** The median, the least and the greatest. */
export function spreadOf(ratios: readonly number[]): Spread {
  const sorted = ratios.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
  return [median, sorted[0] ?? NaN, sorted.at(-1) ?? NaN];
}

/** Judges budgets by the medians: ours, on Deno where the runtime matters. */
export function judge(budgets: readonly Budget[], lines: readonly Line[]): Verdict[] {
  return budgets.map((budget) => {
    const { row, unit, atMost = Infinity, atLeast = -Infinity } = budget;
    const spread = lines.find((line) =>
      line.row === row && line.unit === unit && ["deno", "any"].includes(line.runtime)
    )?.figures["holdfast"];
    if (!spread) return { ...budget, met: false };
    return { ...budget, spread, met: spread[0] <= atMost && spread[0] >= atLeast };
  });
}

/** Whether a line, or a budget, is of the row that `--only` names. */
export function isOf({ row }: { readonly row: string }, name: string): boolean {
  return row === name || row.startsWith(`${name} `);
}

/** A file with lines replaced by those of a later run, which may add some. */
export function merge(file: BenchFile, later: BenchFile): BenchFile {
  for (const [name, version] of Object.entries(file.versions)) {
    if (later.versions[name] === version) continue;
    throw new Error(
      `Cannot add to figures of ${name} ${version} as both runs must have the same peers: ` +
        `current value is ${later.versions[name]}`,
    );
  }
  const keyOf = ({ row, unit, runtime }: Line): string => [row, unit, runtime].join();
  const lines = new Map([...file.rows, ...later.rows].map((line) => [keyOf(line), line]));
  return { versions: later.versions, rows: [...lines.values()] };
}

/** JSON with one row on a line and six digits a figure, so that a change of it can be read. */
export function rowPerLine(head: object, rows: readonly object[]): string {
  const round = (_: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  const start = JSON.stringify(head).slice(1, -1);
  const lines = rows.map((row) => JSON.stringify(row, round));
  return `{${start},"rows":[\n${lines.join(",\n")}\n]}\n`;
}
