/**
 * Plays many runs, until one fails:
 *
 *     deno task soak:resume --runs 100000 --seed 1
 *
 * @module
 */

import { parseArgs } from "node:util";
import { play } from "./run.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 40)) },
    all: { type: "boolean", default: false },
  },
});
Error.stackTraceLimit = 0;
const runs = Number(values.runs);
const first = Number(values.seed);
const totals: Record<string, number> = {};
let failed = 0;
console.log(`${runs} runs, seed ${first}`);
const startedAt = performance.now();
for (let seed = first; seed < first + runs; seed++) {
  const { violations, history, world } = await play(seed);
  for (const { type } of history) totals[type] = (totals[type] ?? 0) + 1;
  for (const [name, count] of Object.entries(world.caused)) {
    totals[name] = (totals[name] ?? 0) + count;
  }
  totals["virtual ms"] = (totals["virtual ms"] ?? 0) + world.nowMs;
  if (violations.length === 0) continue;
  failed++;
  console.log(`seed ${seed}: ${violations.slice(0, 5).join("\n  ")}`);
  if (!values.all || failed >= 10) break;
}
const seconds = (performance.now() - startedAt) / 1_000;
console.log(`${failed} failed, ${seconds.toFixed(1)} s, ${JSON.stringify(totals)}`);
Deno.exit(failed === 0 ? 0 : 1);
