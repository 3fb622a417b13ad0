/**
 * From outcomes to averages, tables and a JSON file.
 *
 * @module
 */

import type { Run } from "./scenarios.ts";
import type { Outcome } from "./simulate.ts";

type Measure = Exclude<keyof Outcome, "perSecond">;

/** All runs of one policy in one scenario: means, and the extremes of what is promised. */
export interface Row extends Record<Measure, number> {
  readonly group: string;
  readonly scenario: string;
  readonly policy: string;
  readonly runs: number;
  readonly p99ToBoundMin: number;
  readonly p99ToBoundMax: number;
  /** Attempts in each second from the loss, and when the server was back; where a chart needs it. */
  readonly series?: { readonly upAtS: number; readonly attempts: readonly number[] };
}

/** What `--json` writes. */
export interface Report {
  readonly seed: number;
  readonly clients: number;
  readonly boundS: number;
  readonly rows: readonly Row[];
}

const MEASURES: readonly Measure[] = [
  "attemptsPerClient",
  "attemptsWhileDown",
  "peakWhileDown",
  "peakAfterRecovery",
  "meanS",
  "p50S",
  "p99S",
  "maxS",
  "p99ToBound",
];
/** A chart needs the first quarter of an hour; the slowest herds take three. */
const SERIES_S = 900;

/** One row for each policy in each scenario, in the order of the runs. */
export function summarize(done: readonly (readonly [Run, Outcome])[]): Row[] {
  const together = new Map<string, [Run, Outcome][]>();
  for (const [run, outcome] of done) {
    const key = [run.group, run.scenario, run.policy].join("/");
    const others = together.get(key) ?? [];
    together.set(key, [...others, [run, outcome]]);
  }
  return [...together.values()].map(row);
}

function row(done: readonly (readonly [Run, Outcome])[]): Row {
  const [first] = done;
  if (first === undefined) throw new RangeError("Cannot summarize as there is no run");
  const { group, scenario, policy } = first[0];
  const of = (measure: Measure): number[] => done.map(([, outcome]) => outcome[measure]);
  const means = MEASURES.map((measure) => [measure, rounded(mean(of(measure)))]);
  const kept = done.find(([run]) => run.keepSeries);
  return {
    group,
    scenario,
    policy,
    runs: done.length,
    ...Object.fromEntries(means) as Record<Measure, number>,
    p99ToBoundMin: rounded(Math.min(...of("p99ToBound"))),
    p99ToBoundMax: rounded(Math.max(...of("p99ToBound"))),
    ...kept && {
      series: {
        upAtS: kept[0].setting.upAtMs / 1_000,
        attempts: kept[1].perSecond.slice(0, SERIES_S),
      },
    },
  };
}

/** All tables, as Markdown. */
export function tables(rows: readonly Row[]): string {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return groups.map((group) => {
    const inGroup = rows.filter((one) => one.group === group);
    return `## ${group}\n\n${table(inGroup)}`;
  }).join("\n\n");
}

const COLUMNS: readonly (readonly [title: string, cell: (row: Row) => string])[] = [
  ["scenario", ({ scenario }) => scenario],
  ["policy", ({ policy }) => policy],
  ["attempts a client", ({ attemptsPerClient }) => attemptsPerClient.toFixed(1)],
  ["while down", ({ attemptsWhileDown }) => attemptsWhileDown.toFixed(1)],
  ["peak second while down", ({ peakWhileDown }) => percent(peakWhileDown)],
  ["after recovery", ({ peakAfterRecovery }) => percent(peakAfterRecovery)],
  ["wait: mean", ({ meanS }) => seconds(meanS)],
  ["p50", ({ p50S }) => seconds(p50S)],
  ["p99", ({ p99S }) => seconds(p99S)],
  ["max", ({ maxS }) => seconds(maxS)],
  ["p99 / bound", ({ p99ToBound }) => p99ToBound.toFixed(2)],
  [
    "min..max",
    ({ runs, p99ToBoundMin, p99ToBoundMax }) =>
      runs === 1 ? "" : `${p99ToBoundMin.toFixed(2)}..${p99ToBoundMax.toFixed(2)}`,
  ],
];

function table(rows: readonly Row[]): string {
  const cells = [COLUMNS.map(([title]) => title), ...rows.map((r) => COLUMNS.map(([, c]) => c(r)))];
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  const lines = cells.map((line) =>
    `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`
  );
  lines.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  return lines.join("\n");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function seconds(value: number): string {
  return `${value.toFixed(value < 100 ? 1 : 0)} s`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Four digits are more than the model is worth, and keep the file small. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
