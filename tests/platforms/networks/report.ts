/**
 * What became of the scenarios, a row each.
 *
 * @module
 */

/** How one scenario ended. */
export type Outcome =
  | { readonly type: "pass"; readonly details: string }
  | { readonly type: "fail"; readonly details: string }
  | { readonly type: "not-here"; readonly details: string }
  /** A package is missing: a failure where everything should be installed. */
  | { readonly type: "missing"; readonly details: string };

/** Whether an outcome is a failure; `isComplete`: everything should be installed. */
export function isFailure({ type }: Outcome, isComplete: boolean): boolean {
  return type === "fail" || (isComplete && type === "missing");
}

/** One row. */
export function formatRow(name: string, outcome: Outcome, isComplete: boolean): string {
  const label = isFailure(outcome, isComplete)
    ? "FAIL"
    : outcome.type === "pass"
    ? "PASS"
    : "NOT HERE";
  const details = label === "NOT HERE" ? `(${outcome.details})` : outcome.details;
  return `${label} ${name}  ${details}`;
}

/** The last line. */
export function formatSum(outcomes: readonly Outcome[], isComplete: boolean): string {
  const failed = outcomes.filter((outcome) => isFailure(outcome, isComplete)).length;
  const passed = outcomes.filter(({ type }) => type === "pass").length;
  const notHere = outcomes.length - passed - failed;
  return `${passed} passed, ${failed} failed, ${notHere} not possible here`;
}

/** A duration as people read it. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`;
}
