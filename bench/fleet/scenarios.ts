/**
 * What is simulated: a list of runs, each a scenario, a policy and a seed of its own.
 *
 * @module
 */

import { additiveJitter, equalJitter, fullJitter, windowedBackoff } from "../../lib/backoff.ts";
import { hintedDelay, restartDelay, tryLaterDelay, wakeDelay } from "./pacing.ts";
import {
  type Contestant,
  DEFAULT,
  FULL,
  named,
  PEERS,
  SHIPPED,
  STARTING,
  steppedWindows,
} from "./policies.ts";
import { seedOf } from "./random.ts";
import type { FleetPolicy, Scenario } from "./simulate.ts";

/** One simulation. Runs of the same group, scenario and policy are averaged. */
export interface Run {
  /** Names the table. */
  readonly group: string;
  /** Names the column, or the block of rows. */
  readonly scenario: string;
  readonly policy: string;
  readonly seed: number;
  /** Whether the attempts of each second are kept for the charts. */
  readonly keepSeries: boolean;
  readonly setting: Scenario;
  readonly play: FleetPolicy;
}

/** The least time, in seconds, in which the server can take the whole fleet: clients / capacity. */
export const BOUND_S = 50;
const CAP_MS = 60_000;

/** Every run of the report, in the order of its tables. */
export function allRuns(clients: number, seed: number): Run[] {
  const plan = new Plan(clients, seed);
  planOutages(plan);
  planPacing(plan);
  planCapacities(plan);
  planEqualLoad(plan);
  planSteps(plan);
  return plan.runs;
}

/** Three outages, each at several lengths: where in its delays an outage ends is luck. */
function planOutages(plan: Plan): void {
  for (const [scenario, lengthMs] of OUTAGES) {
    for (const contestant of [...SHIPPED, ...PEERS]) {
      for (const share of PEERS.includes(contestant) ? [0.8, 1, 1.2] : [0.8, 0.9, 1, 1.1, 1.2]) {
        plan.add("outages", scenario, contestant, { upAtMs: lengthMs * share }, share === 1);
      }
    }
  }
}

const ROLLING = "rolling restart of 20 servers";

/** Delays that are not the policy's must keep a fleet apart too, and so must small caps. */
function planPacing(plan: Plan): void {
  const others = [STARTING, FULL];
  const restart = (random: number): number => restartDelay(random, CAP_MS);
  const later = (random: number): number => tryLaterDelay(random, CAP_MS);
  const hinted = (random: number): number => hintedDelay(random, CAP_MS, 30_000);
  // Twenty servers of one cluster restart one after another, half a minute apart.
  const rolling = { lostAtMs: (client: number) => 30_000 * (client % 20) };
  plan.add("pacing", ROLLING, { ...DEFAULT, name: "1012 paced, then windowed" }, {
    ...rolling,
    firstDelay: restart,
  });
  for (const one of [DEFAULT, ...others]) plan.add("pacing", ROLLING, one, rolling);
  // The clock of the waits starts where the first of a paced fleet may be back.
  for (const one of [DEFAULT, ...others]) {
    const given: [string, Partial<Scenario>][] = [
      ["all closed with 1012", { firstDelay: restart, upAtMs: 5_000 }],
      ["all closed with 1013", { firstDelay: later, upAtMs: 2_000 }],
      ["all told once: in 30 s", { firstDelay: hinted, upAtMs: 30_000 }],
      ["all told each time: in 30 s", { firstDelay: hinted, nextDelay: hinted, upAtMs: 30_000 }],
      ["all woken, sockets lost", { firstDelay: wakeDelay }],
      ["network back after 10 min", { wakeDelay, upAtMs: 600_000 }],
    ];
    for (const [scenario, different] of given) {
      plan.add("pacing", scenario, one, different);
      if (one !== DEFAULT) continue;
      const goesOn = { ...one, name: "windowed, were its series to go on" };
      plan.add("pacing", scenario, goesOn, { ...different, seriesGoesOn: true });
    }
  }
  for (const spread of [1.25, 2]) {
    const delay = (random: number): number => hintedDelay(random, CAP_MS, 30_000, spread);
    const one = { ...DEFAULT, name: `any, were hints spread by U(1, ${spread})` };
    plan.add("pacing", "all told each time: in 30 s", one, {
      firstDelay: delay,
      nextDelay: delay,
      upAtMs: 30_000,
    });
  }
  for (const one of [DEFAULT, ...others, ...PEERS]) {
    plan.add("pacing", "10 min of accepted, then dropped after 1 s", one, {
      upAtMs: 600_000,
      heldMs: 1_000,
      resetsAtOpen: one.resetsAtOpen,
    });
  }
  for (const maxDelayMs of [2_000, 5_000, 10_000, 30_000]) {
    const scenario = `60 s outage, cap ${maxDelayMs / 1_000} s`;
    const one = (name: string, policy: FleetPolicy): void =>
      plan.add("pacing", scenario, named(name, policy), { upAtMs: 60_000 });
    one("windowed", windowedBackoff({ maxDelayMs }));
    one("additive", additiveJitter({ maxDelayMs }));
    one("full jitter", fullJitter({ maxDelayMs }));
  }
}

/** The same outages with other capacities: the bound may lie well below or above the cap. */
function planCapacities(plan: Plan): void {
  for (const boundS of [10, 25, 40, 50, 60, 75, 100, 200]) {
    const capacity = plan.clients / boundS;
    for (const contestant of [DEFAULT, FULL]) {
      for (const upAtMs of octave(60_000)) {
        plan.add("capacities", `bound ${boundS} s, 60 s`, contestant, { upAtMs, capacity });
      }
      const long = { upAtMs: 600_000, capacity };
      plan.add("capacities", `bound ${boundS} s, 10 min`, contestant, long);
    }
  }
}

/** Each policy with the cap at which a long outage costs as many attempts: 1 in 54.5 s, or in 30 s. */
function planEqualLoad(plan: Plan): void {
  for (const gapMs of [CAP_MS / 1.1, 30_000]) {
    const policies = [
      named("windowed", windowedBackoff({ maxDelayMs: gapMs * 1.1 })),
      named("full jitter", fullJitter({ maxDelayMs: gapMs * 2 })),
      named("equal jitter", equalJitter({ maxDelayMs: gapMs / 0.75 })),
      named("a new phase in each window", steppedWindows(1, { maxDelayMs: gapMs * 2 })),
    ];
    for (const contestant of policies) {
      for (const upAtMs of [...octave(60_000), ...octave(600_000)]) {
        const scenario = `1 attempt in ${(gapMs / 1_000).toFixed(1)} s`;
        plan.add("equal load", scenario, contestant, { upAtMs });
      }
    }
  }
}

/** The default with other steps and multipliers. */
function planSteps(plan: Plan): void {
  const tried: Contestant[] = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 1].map((step) =>
    named(`step ${step}`, steppedWindows(step))
  );
  for (const multiplier of [1.5, 3]) {
    tried.push(named(`multiplier ${multiplier}`, windowedBackoff({ multiplier })));
  }
  const hinted = (random: number): number => hintedDelay(random, CAP_MS, 30_000);
  for (const contestant of tried) {
    for (const [scenario, lengthMs] of OUTAGES) {
      for (const upAtMs of octave(lengthMs)) plan.add("steps", scenario, contestant, { upAtMs });
    }
    for (const boundS of [100, 200]) {
      plan.add("steps", `told once: in 30 s, bound ${boundS} s`, contestant, {
        firstDelay: hinted,
        upAtMs: 30_000,
        capacity: plan.clients / boundS,
      });
    }
  }
}

const OUTAGES: readonly (readonly [name: string, lengthMs: number])[] = [
  ["5 s outage", 5_000],
  ["60 s outage", 60_000],
  ["10 min outage", 600_000],
];

/** Lengths that cover one doubling evenly, so that none of them hits a window by luck. */
function octave(lengthMs: number): number[] {
  return [-3, -1, 1, 3].map((eighths) => 100 * Math.round(lengthMs * 2 ** (eighths / 8) / 100));
}

class Plan {
  readonly runs: Run[] = [];
  readonly clients: number;
  readonly #seed: number;

  constructor(clients: number, seed: number) {
    this.clients = clients;
    this.#seed = seed;
  }

  add(
    group: string,
    scenario: string,
    { name, policy }: Contestant,
    different: Partial<Scenario>,
    keepSeries = false,
  ): void {
    const setting: Scenario = {
      clients: this.clients,
      capacity: this.clients / BOUND_S,
      upAtMs: 0,
      lostAtMs: () => 0,
      heldMs: 0,
      resetsAtOpen: false,
      seriesGoesOn: false,
      ...different,
    };
    const seed = seedOf(this.#seed, `${group}/${scenario}/${name}/${setting.upAtMs}`);
    this.runs.push({ group, scenario, policy: name, seed, keepSeries, setting, play: policy });
  }
}
