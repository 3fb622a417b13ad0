/**
 * What is measured, of whom, and which budgets it must keep (the budget table of the project).
 */

import type { Name } from "./contestants.ts";
import { designs } from "./designs.ts";

/** Where a contestant runs. */
export type Runtime = "deno" | "node" | "bun";

/** One figure of a measurement, its unit, and by whose figure of the same round it is divided. */
export type Metric = readonly [name: string, unit: string, against?: Name];

/** One measurement. */
export interface Row {
  /** What `--only` takes, and the name of the measurement. */
  readonly name: string;
  readonly runtimes: readonly Runtime[];
  readonly contestants: readonly Name[];
  readonly rounds: number;
  readonly metrics: readonly Metric[];
  /** The server that the contestants connect to. */
  readonly server?: "flood" | "accept";
}

/** A limit for our own figure, on Deno where the runtime matters. */
export interface Budget {
  readonly row: string;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** States in which timers are counted. */
const STATES = ["connecting", "just open", "stable", "waiting"];

/** The limits. `size` and `fleet` are measured by `size.ts` and `fleet.ts`. */
export const BUDGETS: readonly Budget[] = [
  { row: "size of all exports", unit: "B gzip", atMost: 16_350 },
  { row: "size of ./core", unit: "B gzip", atMost: 7_320 },
  { row: "size of ./core with queue, connectivity, retry", unit: "B gzip", atMost: 10_390 },
  { row: "size of ./backoff", unit: "B gzip", atMost: 700 },
  { row: "size of ./streams on top", unit: "B gzip", atMost: 925 },
  { row: "size of ./preflight on top", unit: "B gzip", atMost: 500 },
  { row: "size of ./wait on top", unit: "B gzip", atMost: 560 },
  { row: "size of ./hidden on top", unit: "B gzip", atMost: 550 },
  { row: "size of ./react on top", unit: "B gzip", atMost: 600 },
  { row: "size of ./resume on top", unit: "B gzip", atMost: 3_400 },
  { row: "size of ./resume/server", unit: "B gzip", atMost: 6_600 },
  { row: "size of ./resume/server with ./resume/redis", unit: "B gzip", atMost: 8_600 },
  { row: "fleet after a 5 s outage", unit: "p99 / (N/C)", atMost: 1.25 },
  { row: "fleet after a 60 s outage", unit: "p99 / (N/C)", atMost: 1.25 },
  { row: "fleet after a 10 min outage", unit: "p99 / (N/C)", atMost: 1.25 },
  { row: "receive", unit: "x fake", atMost: 2.1 },
  { row: "receive", unit: "x rews", atMost: 0.85 },
  // One commit had 0.75 on a machine of one day, and 0.68 on that of three days later.
  { row: "receiveText", unit: "x raw rate", atLeast: 0.65 },
  { row: "sendText", unit: "x raw", atMost: 1.25 },
  { row: "queue growth", unit: "x t(100 k)", atMost: 12 },
  { row: "bufferedAmount", unit: "x t(100)", atMost: 2 },
  { row: "openTcp", unit: "x naive", atMost: 1.9 },
  { row: "heap", unit: "x naive", atMost: 2.2 },
  { row: "failuresTcp", unit: "x naive", atMost: 1.5 },
  { row: "timers just open", unit: "timers", atMost: 1 },
  { row: "timers stable", unit: "timers", atMost: 0 },
  ...STATES.map((state) => ({ row: `timers closed while ${state}`, unit: "timers", atMost: 0 })),
];

/** Ours and the peers that dispatch messages as events. */
const EVENTS: readonly Name[] = [
  "holdfast",
  "rews",
  "partysocket",
  "reconnecting-websocket",
  "websocket-ts",
  "sockette",
];
/** Ours and all peers. */
export const CLIENTS: readonly Name[] = [...EVENTS, "ws-client"];
/** Ways to deliver a message, with no client around them. */
export const DESIGNS = Object.keys(designs) as (keyof typeof designs)[];
/** Those that count what they queue. websocket-ts needs minutes for a million: it shifts an array. */
const QUEUEING: readonly Name[] = ["holdfast", "rews", "partysocket", "reconnecting-websocket"];
const EVERYWHERE: readonly Runtime[] = ["deno", "node", "bun"];
const DENO: readonly Runtime[] = ["deno"];

function row(
  name: string,
  runtimes: readonly Runtime[],
  contestants: readonly Name[],
  rounds: number,
  metrics: readonly Metric[],
  server?: "flood" | "accept",
): Row {
  return { name, runtimes, contestants, rounds, metrics, ...server && { server } };
}

const BY_FAKE: Metric = ["ns", "x fake", "bare"];
const RECONNECTING: readonly Name[] = ["naive", ...CLIENTS];

/** All measurements that run in processes of contestants. */
export const ROWS: readonly Row[] = [
  row("receive", EVERYWHERE, ["bare", ...EVENTS], 7, [BY_FAKE, ["ns", "x rews", "rews"]]),
  row("receiveAmongOthers", EVERYWHERE, ["bare", ...EVENTS], 5, [BY_FAKE]),
  row("designs", EVERYWHERE, ["bare", ...DESIGNS], 5, [BY_FAKE]),
  row("designsAmongOthers", EVERYWHERE, ["bare", ...DESIGNS], 3, [BY_FAKE]),
  // The last of them is the least that is possible.
  row("receiveText", EVERYWHERE, ["bare", ...CLIENTS, "own-class"], 9, [
    ["perSecond", "x raw rate", "bare"],
  ], "flood"),
  row("sendText", EVERYWHERE, ["bare", ...CLIENTS], 9, [["ns", "x raw", "bare"]], "flood"),
  row("queue", DENO, QUEUEING, 3, [["growth", "x t(100 k)"], ["largeMs", "x rews", "rews"]]),
  row("bufferedAmount", DENO, QUEUEING, 3, [["growth", "x t(100)"]]),
  row("openTcp", EVERYWHERE, RECONNECTING, 5, [["us", "x naive", "naive"]], "accept"),
  row("heap", DENO, RECONNECTING, 3, [["bytes", "x naive", "naive"]]),
  row("failuresTcp", DENO, RECONNECTING, 5, [["us", "x naive", "naive"]]),
  row("timers", DENO, RECONNECTING, 1, [
    ...STATES.map((state): Metric => [state, "timers"]),
    ...STATES.map((state): Metric => [`closed while ${state}`, "timers"]),
  ]),
  row("restart", DENO, RECONNECTING, 2, [
    ["seconds", "s until all are back"],
    ["peakShare", "of all in 1 s"],
    ["attempts", "dials each"],
  ], "accept"),
];
