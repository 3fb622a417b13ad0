/**
 * Simulates fleets of clients under every delay policy, in virtual time, and prints what became of
 * them. See fleet.md for what it shows.
 *
 * ```sh
 * deno run -A bench/fleet.ts [--clients 100000] [--seed 1] [--only TEXT] [--json FILE]
 * ```
 *
 * `--only` keeps the runs whose "group/scenario/policy" contains the text.
 */

import { parseArgs } from "node:util";
import { type Report, report } from "./fleet/report.ts";
import { allRuns, type Run } from "./fleet/scenarios.ts";
import type { Outcome } from "./fleet/simulate.ts";
import type { Order } from "./fleet/worker.ts";
import { fleetTables } from "./page.ts";
import { rowPerLine } from "./results.ts";

const MAX_CLIENTS = 1_000_000;

/** Simulates the runs whose "group/scenario/policy" contains `only`, on every core. */
export async function simulateFleet(clients: number, seed: number, only: string): Promise<Report> {
  const runs = [...allRuns(clients, seed).entries()].filter(([, { group, scenario, policy }]) =>
    `${group}/${scenario}/${policy}`.includes(only)
  );
  if (runs.length === 0) {
    throw new TypeError(`Cannot simulate as 'only' must match a run: current value is ${only}`);
  }
  console.error(`${clients} clients, seed ${seed}, ${runs.length} runs`);
  const done: [Run, Outcome][] = [];
  // Who simulates what does not matter: each run has a seed of its own.
  const queue = runs.entries();
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL("./fleet/worker.ts", import.meta.url), { type: "module" });
    try {
      for (const [place, [index, run]] of queue) {
        done[place] = [run, await outcome(worker, { clients, seed, place: index })];
      }
    } finally {
      worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, work));
  return report(clients, seed, done);
}

function outcome(worker: Worker, order: Order): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Outcome>) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(order);
  });
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(
    `Cannot simulate as '${name}' must be between ${min} and ${max}: current value is ${text}`,
  );
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      clients: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
      only: { type: "string", default: "" },
      json: { type: "string" },
    },
  });
  const clients = integer("clients", values.clients, 1_000, MAX_CLIENTS);
  const seed = integer("seed", values.seed, 0, 2 ** 32 - 1);
  const startMs = performance.now();
  const { rows, ...head } = await simulateFleet(clients, seed, values.only);
  console.log(fleetTables(rows));
  if (values.json !== undefined) await Deno.writeTextFile(values.json, rowPerLine(head, rows));
  console.error(`${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
}
