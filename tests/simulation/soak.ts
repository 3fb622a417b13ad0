/**
 * Plays many random schedules:
 *
 *     deno task soak --runs 100000 --seed 1 --workers 2
 *
 * Without `--seed` it takes a fresh one and prints it; with `--brief` it does not look for the
 * shortest schedule. `deno task soak FILE` plays a scenario.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { type Batch, judgeBatch, type Report } from "./batch.ts";
import { watchUncaught } from "./run.ts";
import { counterexample, judgeScenario } from "./scenario.ts";

const BATCH_RUNS = 250;

let toldAt = 0;

/** Where batches are judged. */
type Judge = (batch: Batch) => Promise<Report>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 40)) },
    workers: { type: "string", default: "2" },
    brief: { type: "boolean", default: false },
  },
});
async function replay(path: string): Promise<number> {
  const violation = await judgeScenario(await Deno.readTextFile(path));
  console.log(violation ?? "no violation");
  return violation ? 1 : 0;
}

async function soak(): Promise<number> {
  const runs = Number(values.runs);
  const seed = Number(values.seed);
  const total = { runs: 0, inputs: 0, events: 0 };
  console.log(`${runs} runs, seed ${seed}`);
  const startedAt = performance.now();
  let next = seed;
  let failure: Report["failure"] = null;
  const work = async (judge: Judge): Promise<void> => {
    while (next < seed + runs && !failure) {
      const batch = { seed: next, runs: Math.min(BATCH_RUNS, seed + runs - next) };
      next += batch.runs;
      const report = await judge(batch);
      total.runs += report.runs;
      total.inputs += report.inputs;
      total.events += report.events;
      failure ??= report.failure;
      progress(total, runs, (performance.now() - startedAt) / 1_000);
    }
  };
  await Promise.all(judges(Number(values.workers)).map(work));
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(
    `${total.inputs} inputs, ${(total.inputs / total.runs).toFixed(1)} a run, ` +
      `${Math.round(total.inputs / seconds)} a second`,
  );
  const found = failure as Report["failure"];
  if (!found) {
    console.log(`${total.runs} runs, ${total.events} events, 0 violations`);
    return 0;
  }
  console.log(values.brief ? found.violation : await counterexample(found));
  return 1;
}

/** With one worker, this thread. */
function judges(workers: number): Judge[] {
  if (workers <= 1) return [judgeBatch];
  return Array.from({ length: workers }, () => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    return (batch) =>
      new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(batch);
      });
  });
}

/** About one line in two seconds. */
function progress({ runs, inputs }: { runs: number; inputs: number }, of: number, s: number): void {
  if (performance.now() - toldAt < 2_000) return;
  toldAt = performance.now();
  const remaining = Math.round(s * (of - runs) / runs);
  console.log(`${runs} runs, ${Math.round(inputs / s)} inputs/s, ${remaining} s remaining`);
}

watchUncaught();
const [file] = positionals;
try {
  Deno.exit(file === undefined ? await soak() : await replay(file));
} catch (error) {
  // Rejections are watched here: this one would be taken for a client's.
  console.error(error);
  Deno.exit(2);
}
