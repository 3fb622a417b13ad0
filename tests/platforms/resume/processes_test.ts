/**
 * The story of `examples/resume` with real processes and sockets, judged by the judge of the simulation,
 * which knows nothing of the engine. More cuts: `CUTS=200 deno test -A tests/platforms/resume`.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  type Findings,
  hasRedis,
  runStory,
  type StoryOptions,
} from "../../../examples/resume/story.ts";
import type { Event } from "../../simulation/resume/history.ts";
import { judge } from "../../simulation/resume/judge.ts";

const CUTS = Number(Deno.env.get("CUTS") ?? 60);
/** The lease of the demo's servers, and what is added to it; in the gate, beside all other tests, more. */
const LONGEST_GAP_MS = 1_500 + (Deno.env.has("CUTS") ? 500 : 3_000);

async function play(options: Pick<StoryOptions, "store" | "harmsServers">): Promise<Findings> {
  const findings = await runStory({ clients: 4, cuts: CUTS, print: () => {}, ...options });
  // The story breaks every server: an owner of each session may have died.
  const broken = options.harmsServers
    ? [0, 1, 2, 3].map((i): Event => ({ type: "broken", session: `user${i}` }))
    : [];
  const history: Event[] = [...broken, ...findings.events];
  for (const current of ["user0", "user1", "user2", "user3"]) {
    const mine = history.filter(({ session }) => session === current);
    assertEquals(judge(mine, { current }), []);
    assert(mine.some(({ type }) => type === "handled"));
  }
  assert(findings.resumed > CUTS / 4);
  return findings;
}

Deno.test("Sessions in memory survive cuts", async () => {
  await play({ store: "memory", harmsServers: false });
});

Deno.test("Sessions in SQLite survive cuts and kill -9 of their server", async () => {
  await play({ store: "sqlite", harmsServers: true });
});

if (await hasRedis()) {
  Deno.test("Sessions in Redis survive cuts, kill -9 and standstill of two servers", async () => {
    const { gaps } = await play({ store: "redis", harmsServers: true });
    assert((gaps.at(-1) ?? 0) <= LONGEST_GAP_MS, `the longest gap was ${gaps.at(-1)} ms`);
  });
} else console.log("NOT RUN: sessions in Redis, as redis-server is not installed");
