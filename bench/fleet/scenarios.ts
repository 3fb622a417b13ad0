/**
 * What is simulated: a list of runs, each a scenario, a policy and a seed of its own.
 */

import { equalJitter, fullJitter, windowedBackoff } from "../../lib/backoff.ts";
import * as pacing from "./pacing.ts";
import {
  constantWindows,
  type Contestant,
  DEFAULT,
  FULL,
  named,
  newPhases,
  PEERS,
  SHIPPED,
  STARTING,
} from "./policies.ts";
import type { FleetPolicy, Hints, Scenario } from "./simulate.ts";

/** One simulation. Runs of the same group, scenario and policy are averaged. */
export interface Run {
  /** Names the table. */
  readonly group: string;
  /** Names the block of rows. */
  readonly scenario: string;
  readonly policy: string;
  readonly seed: number;
  readonly setting: Scenario;
  readonly play: FleetPolicy;
}

/** The least time, in seconds, in which the server can take the whole fleet: clients / capacity. */
export const BOUND_S = 50;
/** The scenario that the chart shows, in its middle length. */
export const CHARTED = "60 s outage";
const CAP_MS = 60_000;
const OUTAGES = [["5 s outage", 5_000], [CHARTED, 60_000], ["10 min outage", 600_000]] as const;

/** A fleet that loses its server at 0 s, and what is different about it. */
export function scenario(clients: number, different: Partial<Scenario>): Scenario {
  return {
    clients,
    capacity: clients / BOUND_S,
    upAtMs: 0,
    lostAtMs: () => 0,
    heldMs: 0,
    resetsAtOpen: false,
    seriesGoesOn: false,
    ...different,
  };
}

/** Every run of the report, in the order of its tables. */
export function allRuns(clients: number, seed: number): Run[] {
  const plan = new Plan(clients, seed);
  planOutages(plan);
  planPacing(plan);
  planHints(plan);
  planCapacities(plan);
  planEqualLoad(plan);
  planHiddenTabs(plan);
  return plan.runs;
}

/** Three outages, each at several lengths: where in its delays an outage ends is luck. */
function planOutages(plan: Plan): void {
  for (const [title, lengthMs] of OUTAGES) {
    for (const contestant of [...SHIPPED, ...PEERS]) {
      for (const share of PEERS.includes(contestant) ? [0.8, 1, 1.2] : [0.8, 0.9, 1, 1.1, 1.2]) {
        plan.add("outages", title, contestant, { upAtMs: lengthMs * share });
      }
    }
  }
}

const { hintedDelay: hinted, restartDelay: restart, tryLaterDelay: later } = pacing;

/** Delays that are not the policy's must keep a fleet apart too, and so must small caps. */
function planPacing(plan: Plan): void {
  const ours = [DEFAULT, STARTING, FULL];
  // Twenty servers of one cluster restart one after another, half a minute apart.
  const rolling = { lostAtMs: (client: number) => 30_000 * (client % 20) };
  const paced = { ...DEFAULT, name: "1012 paced, then windowed" };
  plan.add("pacing", "rolling restart of 20 servers", paced, {
    ...rolling,
    firstDelay: restart,
  });
  for (const one of ours) plan.add("pacing", "rolling restart of 20 servers", one, rolling);
  // The clock of the waits starts where the first of a paced fleet may be back.
  for (const one of ours) {
    both(plan, "pacing", "all closed with 1012", one, {
      firstDelay: restart,
      upAtMs: 5_000,
    });
    both(plan, "pacing", "all closed with 1013", one, {
      firstDelay: later,
      upAtMs: 2_000,
    });
    const once = { firstDelay: hinted, upAtMs: 30_000 };
    both(plan, "pacing", "all sent away once, for 30 s", one, once);
    const always = { ...once, nextDelay: hinted };
    both(plan, "pacing", "all sent away each time, for 30 s", one, always);
  }
  for (const one of [...ours, ...PEERS]) {
    plan.add("pacing", "10 min of accepted, then dropped after 1 s", one, {
      upAtMs: 600_000,
      heldMs: 1_000,
      resetsAtOpen: one.resetsAtOpen,
    });
  }
  for (const maxDelayMs of [2_000, 5_000, 10_000, 30_000]) {
    const one = (name: string, policy: FleetPolicy): void =>
      plan.add("pacing", `60 s outage, cap ${maxDelayMs / 1_000} s`, named(name, policy), {
        upAtMs: 60_000,
      });
    one("windowed", windowedBackoff({ maxDelayMs }));
    one("full jitter", fullJitter({ maxDelayMs }));
  }
}

/** Hints of the host, for a whole fleet at once or again and again. */
function planHints(plan: Plan): void {
  const back: Hints = {
    nextMs: pacing.hintAt(600_000),
    gapMs: pacing.doublingGap,
    then: "new series",
  };
  const online = "all online again after 10 min";
  for (const one of [DEFAULT, STARTING, FULL]) {
    both(plan, "hints", "all woken, sockets lost", one, { firstDelay: pacing.wakeDelay });
    both(plan, "hints", online, one, { upAtMs: 600_000, hints: back });
  }
  const planned = { ...DEFAULT, name: "windowed, then as planned" };
  plan.add("hints", online, planned, { upAtMs: 600_000, hints: { ...back, then: "as planned" } });
  for (const isShared of [false, true]) {
    const nextMs = pacing.hintsEvery(10_000, 600_000, isShared);
    const variants: [string, Hints["gapMs"], Hints["then"]][] = [
      ["a second apart, new series", pacing.constantGap, "new series"],
      ["doubling gaps to 60 s, new series", pacing.cappedGap, "new series"],
      ["doubling gaps to 60 s, policy goes on", pacing.cappedGap, "goes on"],
      ["doubling gaps, new series", pacing.doublingGap, "new series"],
      ["doubling gaps, policy goes on", pacing.doublingGap, "goes on"],
      ["doubling gaps, then as planned", pacing.doublingGap, "as planned"],
    ];
    const when = isShared ? "all at once" : "each at its own time";
    const title = `10 min outage, hints every 10 s, ${when}`;
    plan.add("hints", title, { ...DEFAULT, name: "no hints" }, { upAtMs: 600_000 });
    for (const [name, gapMs, then] of variants) {
      const hints = { nextMs, gapMs, then };
      plan.add("hints", title, { ...DEFAULT, name }, { upAtMs: 600_000, hints });
    }
  }
}

/** The default also as it would be if its series went on after delays that are not the policy's. */
function both(
  plan: Plan,
  group: string,
  title: string,
  one: Contestant,
  different: Partial<Scenario>,
): void {
  plan.add(group, title, one, different);
  if (one !== DEFAULT) return;
  const goesOn = { ...one, name: "windowed, were its series to go on" };
  plan.add(group, title, goesOn, { ...different, seriesGoesOn: true });
}

/** A long outage with other capacities: the bound may lie well below or above the cap. */
function planCapacities(plan: Plan): void {
  const constant = named("constant, spread evenly", constantWindows(CAP_MS / 1.1));
  for (const boundS of [10, 25, 40, 50, 60, 75, 100, 150, 200]) {
    for (const contestant of [DEFAULT, FULL, constant]) {
      const different = { upAtMs: 600_000, capacity: plan.clients / boundS };
      plan.add("capacities", `N / C = ${boundS} s`, contestant, different);
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
      named("a new phase in each window", newPhases(gapMs)),
    ];
    for (const contestant of policies) {
      for (const upAtMs of [...octave(60_000), ...octave(600_000)]) {
        const title = `1 attempt in ${(gapMs / 1_000).toFixed(1)} s`;
        plan.add("equal load", title, contestant, { upAtMs });
      }
    }
  }
}

/** A long outage of a fleet of tabs, of which nine in ten are hidden, with and without `pauseWhileHidden()`. */
function planHiddenTabs(plan: Plan): void {
  const title = "10 min outage, 9 in 10 tabs hidden";
  const upAtMs = 600_000;
  plan.add("hidden tabs", title, { ...DEFAULT, name: "all dial" }, { upAtMs });
  const paused = { ...DEFAULT, name: "hidden tabs wait until they are shown" };
  plan.add("hidden tabs", title, paused, { upAtMs, lostAtMs: shownWithin(upAtMs, 900_000) });
}

/**
 * When a tab begins to dial: one in ten at the loss, the others, whose policy is at its beginning, when they
 * are shown, each at its own time within `periodMs` of the recovery.
 */
export function shownWithin(upAtMs: number, periodMs: number): (client: number) => number {
  return (client) => client % 10 === 0 ? 0 : upAtMs + periodMs * pacing.spread(client);
}

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
    title: string,
    { name, policy }: Contestant,
    different: Partial<Scenario>,
  ): void {
    const setting = scenario(this.clients, different);
    const seed = seedOf(this.#seed, `${group}/${title}/${name}/${setting.upAtMs}`);
    this.runs.push({ group, scenario: title, policy: name, seed, setting, play: policy });
  }
}

/** A seed of its own for each named run (FNV-1a), so that no result depends on what ran before. */
function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
