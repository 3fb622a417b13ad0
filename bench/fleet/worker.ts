/**
 * Simulates runs, one at a time. Policies cannot be posted to a worker, so it makes the same list of
 * runs for itself and receives places in it.
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { allRuns } from "./scenarios.ts";
import { simulate } from "./simulate.ts";

/** The first message sets up the list, each later one is the place of a run. */
export type Order = { readonly clients: number; readonly seed: number } | { readonly run: number };

let runs: ReturnType<typeof allRuns> = [];

self.addEventListener("message", ({ data }: MessageEvent<Order>) => {
  if (!("run" in data)) {
    runs = allRuns(data.clients, data.seed);
    return;
  }
  const run = runs[data.run];
  if (run === undefined) throw new RangeError(`Cannot simulate run ${data.run} as there is none`);
  self.postMessage(simulate(run.setting, run.play, run.seed));
});
