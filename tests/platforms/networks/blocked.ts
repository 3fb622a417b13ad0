/**
 * Scenarios of a loop that is blocked while an answer is on its way: a client loses neither a live
 * connection nor a handshake that was accepted. Only answers count that the server wrote before the
 * deadline, by the clock that both processes share: what comes later is no failure of the client.
 *
 * `BLOCKED_RUNS=30` plays more runs of each length.
 *
 * @module
 */

import { bun, nodeOf, tools } from "../runtimes/runners.ts";
import { ACTORS, parseLine, type Runtime, runtimes } from "./actors.ts";
import type { Scenario } from "./scenario.ts";
import { expect, type Scope } from "./scope.ts";

const RUNS = Number(Deno.env.get("BLOCKED_RUNS") ?? 2);
/** How long the loop is blocked, in deadlines. */
const BLOCKS = [1, 2, 3, 5];

const here = (name: string): string => new URL(name, import.meta.url).pathname;

/** What became of the answers that were there in time. */
interface Tally {
  readonly type: string;
  readonly deadlines: number;
  readonly kept: number;
  readonly lost: number;
  /** Answers that were not. */
  readonly late: number;
}

async function play(
  scope: Scope,
  { name, program, args, client }: Runtime,
  kind: string,
): Promise<string> {
  const server = scope.start([nodeOf("node-24"), here("blocked_server.mjs"), `${tools}/base`]);
  const { value: first = "" } = await server.lines.next();
  const { port } = JSON.parse(first);
  const job = JSON.stringify({ client, port, kind, blocks: BLOCKS, runs: RUNS });
  const running = scope.start([program, ...args, here("blocked_client.mjs"), job]);
  const tallies: Tally[] = [];
  for await (const line of running.lines) {
    const seen = parseLine(line) as Tally | null;
    if (seen?.type === "done") break;
    if (seen) tallies.push(seen);
  }
  scope.signal.throwIfAborted();
  // Of a loss it says by how much the answer was early, and after what time it was given up.
  const what = JSON.stringify(tallies);
  expect(tallies.length === BLOCKS.length, `${name} plays each length: ${what}`);
  expect(tallies.every(({ lost }) => lost === 0), `${name} loses nothing: ${what}`);
  expect(tallies.every(({ kept }) => kept === RUNS), `${name} gets answers in time: ${what}`);
  return tallies.map(({ deadlines, kept, late }) =>
    `${deadlines}x: ${kept} kept, 0 lost${late > 0 ? ` (${late} answered too late)` : ""}`
  ).join("; ");
}

/** In each runtime that reads what has arrived in the next turns of its loop. */
export const blocked: readonly Scenario[] = [
  ...runtimes,
  { name: "bun", program: bun, args: [], client: `file://${tools}/holdfast.bundle.mjs` },
].flatMap((runtime) =>
  ["heartbeat", "compressed", "handshake"].map((kind) => ({
    name: `blocked-${kind}-${runtime.name}`,
    needs: [...ACTORS, runtime.program],
    install: "node-24 bun networks",
    play: (scope: Scope): Promise<string> => play(scope, runtime, kind),
  }))
);
