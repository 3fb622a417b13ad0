/**
 * The client under random schedules (see `simulation/run.ts`), for about half a minute with a fresh
 * seed, and every counterexample that was ever found. `deno task soak` plays more.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { judgeBatch } from "./batch.ts";
import { watchUncaught } from "./run.ts";
import { counterexample, judgeScenario } from "./scenario.ts";

const FOUND = new URL("./scenarios/found/", import.meta.url);
const LIMIT_MS = 30_000;
const LIMIT_RUNS = 10_000;

watchUncaught();

for (const { name } of [...Deno.readDirSync(FOUND)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  Deno.test(`ReconnectingWebSocket keeps its guarantees in found/${name}`, async () => {
    assertEquals(await judgeScenario(await Deno.readTextFile(new URL(name, FOUND))), null);
  });
}

/** Fresh, unless one is to be repeated: `SEED=... deno task test`. */
const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 40));

Deno.test(`ReconnectingWebSocket keeps its guarantees under random schedules, seed ${seed}`, async () => {
  const startedAt = performance.now();
  let runs = 0;
  let inputs = 0;
  while (performance.now() - startedAt < LIMIT_MS && runs < LIMIT_RUNS) {
    const report = await judgeBatch({ seed: seed + runs, runs: 100 });
    assertEquals(report.failure && await counterexample(report.failure), null);
    runs += report.runs;
    inputs += report.inputs;
  }
  console.log(`${runs} runs of ${(inputs / runs).toFixed(1)} inputs, seed ${seed}`);
  assert(inputs / runs >= 50);
});
