/**
 * What is measured, of whom, and which budget it must keep (the budget table of the project).
 *
 * @module
 */

import type { Name } from "./contestants.ts";
import { designs } from "./designs.ts";

/** Where a contestant runs. */
export type Runtime = "deno" | "node" | "bun";

/** A limit for our own figure on Deno. */
export interface Budget {
  readonly atMost?: number;
  readonly atLeast?: number;
  /** The figure divided by this contestant's, where that is not the metric's own baseline. */
  readonly against?: Name;
}

/** One figure that a measurement yields. */
export interface Metric {
  readonly unit: string;
  /** Reported as a ratio to this contestant's figure of the same round. */
  readonly against?: Name;
  readonly budgets?: readonly Budget[];
}

/** One measurement. */
export interface Row {
  /** What `--only` takes, and the name of the measurement. */
  readonly name: string;
  readonly runtimes: readonly Runtime[];
  readonly contestants: readonly Name[];
  readonly rounds: number;
  readonly metrics: Readonly<Record<string, Metric>>;
  /** The server that the contestants connect to. */
  readonly server?: "flood" | "accept";
  /** Measured otherwise than by one process after the other. */
  readonly driver?: "outage" | "restart";
}

/** Ours and the peers. */
export const CLIENTS: readonly Name[] = [
  "holdfast",
  "rews",
  "partysocket",
  "reconnecting-websocket",
  "websocket-ts",
  "sockette",
];
const RECONNECTING: readonly Name[] = ["naive", ...CLIENTS];
const BARE_FIRST: readonly Name[] = ["bare", ...CLIENTS];
const DESIGNS: readonly Name[] = ["bare", ...Object.keys(designs) as (keyof typeof designs)[]];
/** Those that count what they queue. websocket-ts needs minutes for a million: it shifts an array. */
const QUEUEING: readonly Name[] = ["holdfast", "rews", "partysocket", "reconnecting-websocket"];
const EVERYWHERE: readonly Runtime[] = ["deno", "node", "bun"];
const DENO: readonly Runtime[] = ["deno"];

/** All measurements that run in processes of contestants. */
export const ROWS: readonly Row[] = [
  {
    name: "receive",
    runtimes: EVERYWHERE,
    contestants: BARE_FIRST,
    rounds: 7,
    metrics: {
      ns: {
        unit: "x fake",
        against: "bare",
        budgets: [{ atMost: 2.1 }, { atMost: 0.85, against: "rews" }],
      },
    },
  },
  {
    name: "receiveAmongOthers",
    runtimes: EVERYWHERE,
    contestants: BARE_FIRST,
    rounds: 5,
    metrics: { ns: { unit: "x fake", against: "bare" } },
  },
  {
    name: "designs",
    runtimes: EVERYWHERE,
    contestants: DESIGNS,
    rounds: 5,
    metrics: { ns: { unit: "x fake", against: "bare" } },
  },
  {
    name: "designsAmongOthers",
    runtimes: EVERYWHERE,
    contestants: DESIGNS,
    rounds: 3,
    metrics: { ns: { unit: "x fake", against: "bare" } },
  },
  {
    name: "receiveText",
    runtimes: EVERYWHERE,
    // And the least that is possible.
    contestants: [...BARE_FIRST, "own-class"],
    rounds: 9,
    server: "flood",
    metrics: {
      perSecond: { unit: "x raw rate", against: "bare", budgets: [{ atLeast: 0.75 }] },
    },
  },
  {
    name: "receiveBinary",
    runtimes: EVERYWHERE,
    contestants: BARE_FIRST.filter((name) => name !== "sockette"),
    rounds: 3,
    server: "flood",
    metrics: { perSecond: { unit: "x raw rate", against: "bare" } },
  },
  {
    name: "allocation",
    runtimes: ["deno", "node"],
    contestants: BARE_FIRST,
    rounds: 3,
    metrics: { bytes: { unit: "x fake", against: "bare" } },
  },
  {
    name: "send",
    runtimes: EVERYWHERE,
    contestants: BARE_FIRST,
    rounds: 5,
    metrics: { ns: { unit: "x fake", against: "bare" } },
  },
  {
    name: "sendText",
    runtimes: EVERYWHERE,
    contestants: BARE_FIRST,
    rounds: 9,
    server: "flood",
    metrics: { ns: { unit: "x raw", against: "bare", budgets: [{ atMost: 1.25 }] } },
  },
  {
    name: "queue",
    runtimes: DENO,
    contestants: QUEUEING,
    rounds: 3,
    metrics: {
      growth: { unit: "x t(100 k)", budgets: [{ atMost: 12 }] },
      largeMs: { unit: "x rews", against: "rews" },
    },
  },
  {
    name: "bufferedAmount",
    runtimes: DENO,
    contestants: QUEUEING,
    rounds: 3,
    metrics: { growth: { unit: "x t(100)", budgets: [{ atMost: 2 }] }, largeNs: { unit: "ns" } },
  },
  {
    name: "open",
    runtimes: DENO,
    contestants: RECONNECTING,
    rounds: 5,
    metrics: {
      constructUs: { unit: "x naive", against: "naive" },
      openUs: { unit: "x naive", against: "naive" },
    },
  },
  {
    name: "openTcp",
    runtimes: EVERYWHERE,
    contestants: RECONNECTING,
    rounds: 5,
    server: "accept",
    metrics: { us: { unit: "x naive", against: "naive", budgets: [{ atMost: 1.9 }] } },
  },
  {
    name: "heap",
    runtimes: DENO,
    contestants: RECONNECTING,
    rounds: 3,
    metrics: { bytes: { unit: "x naive", against: "naive", budgets: [{ atMost: 2.25 }] } },
  },
  {
    name: "failures",
    runtimes: DENO,
    contestants: RECONNECTING,
    rounds: 5,
    metrics: { us: { unit: "x naive", against: "naive" } },
  },
  {
    name: "failuresTcp",
    runtimes: DENO,
    contestants: RECONNECTING,
    rounds: 5,
    metrics: { us: { unit: "x naive", against: "naive", budgets: [{ atMost: 1.5 }] } },
  },
  {
    name: "timers",
    runtimes: DENO,
    contestants: RECONNECTING,
    rounds: 1,
    metrics: {
      connecting: { unit: "timers" },
      "just open": { unit: "timers", budgets: [{ atMost: 1 }] },
      stable: { unit: "timers", budgets: [{ atMost: 0 }] },
      waiting: { unit: "timers" },
      "closed while connecting": { unit: "timers", budgets: [{ atMost: 0 }] },
      "closed while just open": { unit: "timers", budgets: [{ atMost: 0 }] },
      "closed while stable": { unit: "timers", budgets: [{ atMost: 0 }] },
      "closed while waiting": { unit: "timers", budgets: [{ atMost: 0 }] },
    },
  },
  {
    name: "reconnections",
    runtimes: DENO,
    contestants: RECONNECTING,
    rounds: 3,
    metrics: { bytes: { unit: "B each" } },
  },
  {
    name: "outage",
    runtimes: DENO,
    contestants: RECONNECTING,
    rounds: 3,
    driver: "outage",
    metrics: { seconds: { unit: "s until open" } },
  },
  {
    name: "restart",
    runtimes: DENO,
    contestants: RECONNECTING.filter((name) => name !== "websocket-ts" && name !== "sockette"),
    rounds: 2,
    driver: "restart",
    metrics: {
      seconds: { unit: "s until all are back" },
      peakShare: { unit: "of all in 1 s" },
      attempts: { unit: "dials each" },
    },
  },
];
