/**
 * Simulates fleets of clients under every delay policy, in virtual time, and prints what became of
 * them. See fleet.md for what it shows.
 *
 * ```sh
 * deno run -A bench/fleet.ts [--clients 100000] [--seed 1] [--only TEXT] [--json FILE]
 * ```
 *
 * `--only` keeps the runs whose "group/scenario/policy" contains the text.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { type Report, summarize, tables } from "./fleet/report.ts";
import { allRuns, BOUND_S, type Run } from "./fleet/scenarios.ts";
import type { Outcome } from "./fleet/simulate.ts";
import type { Answer, Order } from "./fleet/worker.ts";

const MAX_CLIENTS = 1_000_000;

if (import.meta.main) await main();

async function main(): Promise<void> {
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
  const runs = allRuns(clients, seed);
  const wanted = runs.flatMap((run, i) =>
    `${run.group}/${run.scenario}/${run.policy}`.includes(values.only) ? [i] : []
  );
  if (wanted.length === 0) {
    throw new TypeError(
      `Cannot simulate as 'only' must match a run: current value is ${values.only}`,
    );
  }
  console.error(`${clients} clients, seed ${seed}, ${wanted.length} runs`);
  const startedMs = performance.now();
  const outcomes = await simulateAll({ clients, seed }, wanted);
  const done = wanted.map((i, place): [Run, Outcome] => [at(runs, i), at(outcomes, place)]);
  const rows = summarize(done);
  console.log(tables(rows));
  const report: Report = { seed, clients, boundS: BOUND_S, rows };
  if (values.json !== undefined) {
    await Deno.writeTextFile(values.json, `${JSON.stringify(report)}\n`);
  }
  const tookS = (performance.now() - startedMs) / 1_000;
  const rssMiB = Deno.memoryUsage().rss / 2 ** 20;
  console.error(
    `${wanted.length} runs in ${tookS.toFixed(1)} s, ${rssMiB.toFixed(0)} MiB resident`,
  );
}

/** Shares the runs out to one worker for each core. The outcomes do not depend on who gets which. */
async function simulateAll(list: Order, wanted: readonly number[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const startedMs = performance.now();
  let toldMs = startedMs;
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL("./fleet/worker.ts", import.meta.url), { type: "module" });
    try {
      worker.postMessage(list);
      while (next < wanted.length) {
        const place = next++;
        outcomes[place] = await answer(worker, { run: at(wanted, place) });
        done++;
        const nowMs = performance.now();
        if (nowMs - toldMs < 2_000) continue;
        toldMs = nowMs;
        const leftS = (nowMs - startedMs) / done * (wanted.length - done) / 1_000;
        console.error(`${done} of ${wanted.length} runs, about ${leftS.toFixed(0)} s left`);
      }
    } finally {
      worker.terminate();
    }
  };
  const workers = Math.min(navigator.hardwareConcurrency, wanted.length);
  await Promise.all(Array.from({ length: workers }, work));
  return outcomes;
}

function answer(worker: Worker, order: Order): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data.outcome);
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

function at<T>(list: readonly T[], place: number): T {
  const found = list[place];
  if (found === undefined) throw new RangeError(`Cannot read place ${place} of ${list.length}`);
  return found;
}
