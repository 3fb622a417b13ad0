/**
 * What became of the rows, a line each.
 *
 * @module
 */

import type { Outcome } from "./rows.ts";

/** How many cases ended how. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly impossible: number;
}

/** Counts the cases of rows. */
export function tally(outcomes: readonly Outcome[]): Tally {
  const results = outcomes.flatMap(({ results }) => results);
  const failed = results.filter(({ ok }) => !ok).length;
  const impossible = results.filter(({ ok, notPossible }) => ok && notPossible !== undefined);
  return {
    passed: results.length - failed - impossible.length,
    failed,
    impossible: impossible.length,
  };
}

/** The sum of rows. */
export function formatTally({ passed, failed, impossible }: Tally): string {
  return `${passed} passed, ${failed} failed, ${impossible} not possible here`;
}

/** One row, and below it what failed. */
export function formatRow(name: string, outcome: Outcome, durationMs: number): string {
  const { results, details } = outcome;
  const counts = tally([outcome]);
  const reasons = new Set(results.flatMap(({ ok, notPossible }) => ok && notPossible || []));
  const label = counts.failed > 0 ? "FAIL" : counts.passed > 0 ? "PASS" : "NOT HERE";
  const failed = results.filter(({ ok }) => !ok);
  return [
    [
      `${label} ${name}  ${formatTally(counts)}`,
      ...(reasons.size > 0 ? [`(${[...reasons].join("; ")})`] : []),
      `[${[...(details ? [details] : []), seconds(durationMs)].join(", ")}]`,
    ].join(" "),
    ...failed.map(({ name, error }) => `  failed: ${name}\n    ${error}`),
  ].join("\n");
}

/** A duration as people read it. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`;
}
