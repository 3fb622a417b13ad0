/**
 * Simulates the runs that it is told, one at a time. Policies cannot be posted to a worker, so it
 * makes the same list of runs for itself and is told places in it.
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { allRuns } from "./scenarios.ts";
import { type Outcome, simulate } from "./simulate.ts";

/** The first message sets up the list, each later one asks for a run of it. */
export type Order = { readonly clients: number; readonly seed: number } | { readonly run: number };

/** What the worker answers to an order for a run. */
export interface Answer {
  readonly run: number;
  readonly outcome: Outcome;
}

let runs: ReturnType<typeof allRuns> = [];

self.addEventListener("message", ({ data }: MessageEvent<Order>) => {
  if (!("run" in data)) {
    runs = allRuns(data.clients, data.seed);
    return;
  }
  const run = runs[data.run];
  if (run === undefined) throw new RangeError(`Cannot simulate run ${data.run} as there is none`);
  const outcome = simulate(run.setting, run.play, run.seed);
  const kept = run.keepSeries ? outcome : { ...outcome, perSecond: [] };
  self.postMessage({ run: data.run, outcome: kept } satisfies Answer);
});
