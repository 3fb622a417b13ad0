/**
 * From outcomes to averages.
 */

import { BOUND_S, CHARTED, type Run } from "./scenarios.ts";
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
  /** Attempts in each second from the loss, where the chart shows them. */
  readonly perSecond?: readonly number[];
}

/** What `--json` writes. */
export interface Report {
  readonly seed: number;
  readonly clients: number;
  readonly boundS: number;
  readonly rows: readonly Row[];
}

/** How much of an outage and of what follows the chart shows. */
export const SERIES_S = 300;

/** One row for each policy in each scenario, in the order of the runs. */
export function summarize(done: readonly (readonly [Run, Outcome])[]): Row[] {
  const together = Map.groupBy(
    done,
    ([{ group, scenario, policy }]) => [group, scenario, policy].join("/"),
  );
  return [...together.values()].map(row);
}

function row(done: readonly (readonly [Run, Outcome])[]): Row {
  const [first] = done;
  if (first === undefined) throw new RangeError("Cannot summarize as there is no run");
  const { group, scenario, policy } = first[0];
  const of = (measure: Measure): number[] => done.map(([, outcome]) => outcome[measure]);
  const charted = done.find(([{ setting }]) => scenario === CHARTED && setting.upAtMs === 60_000);
  const { perSecond: _, ...measures } = first[1];
  const means = (Object.keys(measures) as Measure[])
    .map((measure) => [measure, rounded(mean(of(measure)))]);
  return {
    group,
    scenario,
    policy,
    runs: done.length,
    ...Object.fromEntries(means) as Record<Measure, number>,
    mostAttempts: Math.max(...of("mostAttempts")),
    p99ToBoundMin: rounded(Math.min(...of("p99ToBound"))),
    p99ToBoundMax: rounded(Math.max(...of("p99ToBound"))),
    ...charted && { perSecond: charted[1].perSecond.slice(0, SERIES_S) },
  };
}

/** The report of a whole run. */
export function report(
  clients: number,
  seed: number,
  done: readonly (readonly [Run, Outcome])[],
): Report {
  return { seed, clients, boundS: BOUND_S, rows: summarize(done) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Four digits are more than the model is worth, and keep the file small. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
