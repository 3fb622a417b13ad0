/**
 * Looks for a better default among its relatives. See "How far from the least possible" in fleet.md.
 *
 * ```sh
 * deno run -A bench/fleet/search.ts [--samples 0] [--seed 1]
 * ```
 *
 * Checks the least possible against constant delays, judges the shapes that fleet.md names, and
 * then, of so many drawn at random, shows the best that dial no more often than the default and
 * make a lone client wait no longer. One takes about two seconds.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { DEFAULT } from "./policies.ts";
import { seededRandom } from "./random.ts";
import { type FleetPolicy, type Outcome, simulate } from "./simulate.ts";

const BASE_MS = 1_000;
const CAP_MS = 60_000;
const LONGEST_S = CAP_MS / 1.1 / 1_000;

const SHIPPED = {
  /** What each window is multiplied by, up to the longest. */
  factor: 2,
  longestMs: 1_000 * LONGEST_S,
  /** The first of the longest windows, and every second one after it, may be a part as long. */
  first: 1,
  second: 1,
  /** How far a phase may step to either side, between growing windows and between long ones. */
  growingStep: 0.1,
  step: 0.1,
  /** Whether small steps are likelier than large ones. */
  isTriangular: false,
};
type Shape = typeof SHIPPED;

const NAMED: readonly (readonly [name: string, different: Partial<Shape>])[] = [
  ["the default", {}],
  ["triangular steps", { isTriangular: true }],
  ["steps of 0.05, windows of 57.1 s", { longestMs: CAP_MS / 1.05, step: 0.05 }],
  ["steps of 0.2 while growing", { growingStep: 0.2 }],
  ["every second long window 0.9, of 57 s", { longestMs: 57_000, step: 0.05, second: 0.9 }],
  ["every second long window 0.6", { second: 0.6 }],
  ["first long window 0.5", { first: 0.5 }],
  ["multiplier 1.6", { factor: 1.6 }],
  ["multiplier 1.8", { factor: 1.8 }],
  ["multiplier 2.2", { factor: 2.2 }],
  ["multiplier 2.5", { factor: 2.5 }],
  ["multiplier 2.5, first long window 0.22", { factor: 2.5, first: 0.22 }],
  ["the same, windows of 53.6 s", { factor: 2.525, longestMs: 53_600, first: 0.22, step: 0.04 }],
  ["multiplier 3.2, first long window 0.3", { factor: 3.2, first: 0.3 }],
];

function policyOf(shape: Shape): FleetPolicy {
  const { factor, longestMs, first, second, isTriangular } = shape;
  const windows: { fromMs: number; lengthMs: number; step: number }[] = [];
  let fromMs = BASE_MS;
  let long = 0;
  for (let k = 0; k < 60; k++) {
    const grows = BASE_MS * factor ** k < longestMs;
    const part = long === 0 ? first : long % 2 === 0 ? 1 : second;
    const lengthMs = grows ? BASE_MS * factor ** k : longestMs * part;
    if (!grows) long++;
    windows.push({ fromMs, lengthMs, step: grows ? shape.growingStep : shape.step });
    fromMs += lengthMs;
  }
  return ({ waitedMs, random }) => {
    if (waitedMs < BASE_MS) return BASE_MS + random * BASE_MS;
    let k = 0;
    while (waitedMs >= (windows[k + 1]?.fromMs ?? NaN)) k++;
    const [now, next] = [windows[k], windows[k + 1]];
    if (!now || !next) throw new RangeError(`Cannot go on after ${waitedMs} ms`);
    const even = 2 * random - 1;
    const law = isTriangular ? Math.sign(even) * (1 - Math.sqrt(1 - Math.abs(even))) : even;
    const phase = (waitedMs - now.fromMs) / now.lengthMs + now.step * law;
    const nextPhase = 1 - Math.abs(1 - Math.abs(phase));
    const delayMs = next.fromMs + nextPhase * next.lengthMs - waitedMs;
    return Math.min(CAP_MS, Math.max(BASE_MS, delayMs));
  };
}

/** A tenth of the usual fleet, in slices ten times as long: as many are refused by chance. */
function run(policy: FleetPolicy, upAtS: number, boundS: number): Outcome {
  const setting = { lostAtMs: () => 0, heldMs: 0, resetsAtOpen: false, seriesGoesOn: false };
  const fleet = { clients: 10_000, capacity: 10_000 / boundS, sliceMs: 1_000 };
  return simulate({ ...setting, ...fleet, upAtMs: 1_000 * upAtS }, policy, 1);
}

/** So many values from the first to the last, each the same factor above the one before. */
function even(first: number, last: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first * (last / first) ** (i / (count - 1)));
}

function mean(of: readonly number[]): number {
  return of.reduce((a, b) => a + b, 0) / of.length;
}

/** The p99 of constant delays that are spread evenly, in seconds: see fleet.md. */
function constantP99S(delayS: number, boundS: number): number {
  const full = Math.floor(boundS / delayS);
  const left = 1 - full * delayS / boundS;
  return left <= 0.01 ? 0.99 * boundS : (full + 1 - 0.01 / left) * delayS;
}

/** The slowest hundredth after 10 min, in units of the bound: the least, and how near one comes. */
function derivation(boundS: number): string {
  const constant: FleetPolicy = ({ attempt, random }) =>
    1_000 * LONGEST_S * (attempt === 1 ? random : 1);
  const least = 0.99 * Math.max(boundS, LONGEST_S);
  const seen = [constant, DEFAULT.policy].map((policy) => run(policy, 600, boundS).p99S);
  const all = [least, constantP99S(LONGEST_S, boundS), ...seen];
  return `| ${boundS} s | ${all.map((p99S) => (p99S / boundS).toFixed(2)).join(" | ")} |`;
}

interface Judged {
  readonly load: number;
  readonly aloneS: number;
  readonly p99: number;
  readonly promise: number;
  readonly line: string;
}

function judge(name: string, shape: Shape, outagesS: readonly number[]): Judged {
  const policy = policyOf(shape);
  const grid = outagesS.flatMap((upAtS) => even(40, 150, 8).map((b) => run(policy, upAtS, b)));
  const promised = [5, 60, 600].map((upAtS) =>
    [0.8, 0.9, 1, 1.1, 1.2].map((part) => run(policy, part * upAtS, 50))
  );
  const ratios = grid.map((one) => one.p99ToBound);
  const load = mean((promised[2] ?? []).map((one) => one.attemptsPerClient));
  const waitS = mean(grid.map((one) => one.meanS));
  const aloneS = mean(outagesS.filter((s) => s < 110).map((s) => run(policy, s, 1).meanS));
  const p99 = mean(ratios);
  const three = promised.map((runs) => mean(runs.map((one) => one.p99ToBound)));
  const first = [load.toFixed(1), waitS.toFixed(1), aloneS.toFixed(1), p99.toFixed(3)];
  const last = [Math.max(...ratios), ...three].map((ratio) => ratio.toFixed(2));
  const line = `| ${[name, ...first, ...last].join(" | ")} |`;
  return { load, aloneS, p99, promise: Math.max(...three), line };
}

function drawn(random: () => number): Shape {
  const from = (min: number, max: number): number => min + (max - min) * random();
  const longestMs = from(50_000, CAP_MS);
  return {
    factor: from(1.6, 3.2),
    longestMs,
    first: random() < 0.5 ? 1 : from(0.2, 1),
    second: random() < 0.7 ? 1 : from(0.5, 1),
    growingStep: from(0, 0.4),
    step: from(0, CAP_MS / longestMs - 1),
    isTriangular: random() < 0.5,
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { samples: { type: "string", default: "0" }, seed: { type: "string", default: "1" } },
  });
  console.log("| N / C | least | constant | simulated | default |\n|---|---|---|---|---|");
  for (const boundS of [25, 40, 50, 60, 75, 100, 150, 200]) console.log(derivation(boundS));
  console.log("\n| shape | attempts | wait | alone | p99 / bound | worst | 5 s | 60 s | 10 min |");
  console.log(`|${"---|".repeat(9)}`);
  const show = (name: string, shape: Shape): Judged => {
    const judged = judge(name, shape, even(4, 900, 24));
    console.log(judged.line);
    return judged;
  };
  const known = NAMED.map(([name, different]) => show(name, { ...SHIPPED, ...different }))[0];
  const random = seededRandom(Number(values.seed));
  const shapes = Array.from({ length: Number(values.samples) }, () => drawn(random));
  const found = shapes.map((shape): [Shape, Judged] => [shape, judge("", shape, even(4, 900, 24))]);
  const good = found.filter(([, { load, aloneS, promise }]) =>
    known && load <= known.load && aloneS <= 1.02 * known.aloneS && promise <= 1.25
  );
  good.sort(([, a], [, b]) => a.p99 - b.p99);
  // Chance favours the best of many: other outages than those that chose it say what it is worth.
  for (const [shape] of good.slice(0, 5)) {
    console.log(judge(JSON.stringify(shape), shape, even(4.3, 840, 24)).line);
  }
}
