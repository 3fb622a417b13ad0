/**
 * Simulates runs, one at a time. Policies cannot be posted to a worker, so it makes the same list of
 * runs for itself and receives places in it.
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { allRuns } from "./scenarios.ts";
import { simulate } from "./simulate.ts";

/** The place of a run in the list for so many clients and a seed, which are always the same. */
export interface Order {
  readonly clients: number;
  readonly seed: number;
  readonly place: number;
}

let runs: ReturnType<typeof allRuns> | undefined;

self.addEventListener("message", ({ data: { clients, place, seed } }: MessageEvent<Order>) => {
  const run = (runs ??= allRuns(clients, seed))[place];
  if (run === undefined) throw new RangeError(`Cannot simulate run ${place} as there is none`);
  self.postMessage(simulate(run.setting, run.play, run.seed));
});
