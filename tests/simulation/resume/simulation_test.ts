/**
 * Client, engine and store together under random faults. `deno task soak:resume` plays more. What it found
 * is kept as scenarios, in `tests/client/resume/scenarios_test.ts`: a seed means something else after the
 * next change of the simulation.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { only } from "./history.ts";
import { play } from "./run.ts";

const RUNS = 2_000;

/** Fresh, unless one is to be repeated: `SEED=... deno task test`. */
const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 40));

Deno.test(`A session keeps its promises under random faults, seed ${seed}`, async () => {
  const seen = new Set<string>();
  let handled = 0;
  for (let current = seed; current < seed + RUNS; current++) {
    const { violations, history, world } = await play(current);
    assertEquals(violations, [], `seed ${current}`);
    handled += only(history, "handled").length;
    for (const { why } of only(history, "lost")) seen.add(`lost ${why}`);
    for (const { why } of only(history, "ended")) seen.add(`ended ${why}`);
    if (only(history, "handled").some(({ redelivered }) => redelivered)) seen.add("redelivered");
    for (const [name, count] of Object.entries(world.caused)) if (count > 0) seen.add(name);
  }
  // What the faults lead to was met: a simulation in which nothing happens proves nothing.
  assert(handled > 50 * RUNS);
  assertEquals([...seen].sort(), [
    "copies",
    "crashes",
    "cuts",
    "ended closed",
    "ended expired",
    "ended gap",
    "ended moved",
    "ended overflow",
    "ended store-failed",
    "endlessHandlers",
    "lateCloses",
    "lost ended",
    "lost expired",
    "lost gap",
    "lost overflow",
    "lost unknown",
    "lostAnswers",
    "moves",
    "pauses",
    "redelivered",
    "regressions",
    "reloads",
    "storeErrors",
    "zombies",
  ]);
});

Deno.test("A simulated run is the same each time", async () => {
  const strip = (history: unknown): unknown =>
    JSON.parse(JSON.stringify(history).replaceAll(/\d+(-\d+){15}/g, "token"));
  const runs = [await play(7), await play(7)];
  assertEquals(strip(runs[0]?.history), strip(runs[1]?.history));
});
