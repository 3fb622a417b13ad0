import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { hintedDelay, restartDelay, tryLaterDelay, wakeDelay } from "../bench/fleet/pacing.ts";
import { DEFAULT, STARTING } from "../bench/fleet/policies.ts";
import { seededRandom } from "../bench/fleet/random.ts";
import { type FleetPolicy, type Scenario, simulate } from "../bench/fleet/simulate.ts";
import { windowedBackoff } from "../lib/backoff.ts";

const CAP_MS = 60_000;

/** A fleet that its server needs 50 s to take, if nothing else is said. */
function scenario(different: Partial<Scenario>, clients = 100_000): Scenario {
  return {
    clients,
    capacity: clients / 50,
    upAtMs: 0,
    lostAtMs: () => 0,
    heldMs: 0,
    resetsAtOpen: false,
    seriesGoesOn: false,
    ...different,
  };
}

Deno.test("simulate() gives the same outcome for the same seed, and another for another", () => {
  const run = (seed: number): string =>
    JSON.stringify(simulate(scenario({ upAtMs: 5_000 }, 1_000), DEFAULT.policy, seed));
  assertEquals(run(7), run(7));
  assert(run(7) !== run(8));
});

Deno.test("simulate() serves a herd slice by slice, as arithmetic has it", () => {
  // All 1,000 try at each whole second, and the slice that they fall in has room for 10.
  const { perSecond, ...outcome } = simulate(
    scenario({ upAtMs: 5_000, capacity: 100 }, 1_000),
    () => 1_000,
    1,
  );
  assertEquals(outcome, {
    attemptsPerClient: 4 + 50.5,
    attemptsWhileDown: 4,
    peakWhileDown: 1,
    peakAfterRecovery: 1,
    meanS: 49.5,
    p50S: 49,
    p99S: 98,
    maxS: 99,
    p99ToBound: 9.8,
  });
  assertEquals(perSecond.slice(0, 8), [0, 1_000, 1_000, 1_000, 1_000, 1_000, 990, 980]);
  assertEquals(perSecond.length, 105);
});

Deno.test("simulate() tells of a tenth of a fleet in slices ten times as long what it does of all", () => {
  for (const upAtMs of [5_000, 60_000, 600_000]) {
    const all = simulate(scenario({ upAtMs }), DEFAULT.policy, 1);
    const tenth = simulate(scenario({ upAtMs, sliceMs: 1_000 }, 10_000), DEFAULT.policy, 1);
    assert(Math.abs(all.p99ToBound - tenth.p99ToBound) < 0.04);
    assert(Math.abs(all.meanS - tenth.meanS) < 1);
  }
});

/** The last of them cannot be in before the server has had room for all; a slice of grace. */
function respectsTheCapacity(run: typeof simulate): fc.IProperty<unknown> {
  const any = fc.record({
    clients: fc.integer({ min: 1, max: 2_000 }),
    boundS: fc.integer({ min: 1, max: 60 }),
    upAtMs: fc.nat(600).map((tenths) => 100 * tenths),
    heldMs: fc.nat(2_000),
    seed: fc.nat(),
  });
  return fc.property(any, ({ clients, boundS, seed, ...different }) => {
    const capacity = Math.max(1, clients / boundS);
    const outcome = run(scenario({ ...different, capacity }, clients), DEFAULT.policy, seed);
    assert(outcome.maxS >= (clients - 1) / capacity - 0.2);
    const attempts = outcome.perSecond.reduce((sum, n) => sum + n, 0);
    assert(attempts >= clients && Math.abs(attempts - outcome.attemptsPerClient * clients) < 1e-6);
  });
}

Deno.test("simulate() never accepts more than the capacity, nor leaves anybody out", () => {
  fc.assert(respectsTheCapacity(simulate));
});

Deno.test("simulate() capacity finds a planted bug: a server with room for twice as many", () => {
  const wrong: typeof simulate = (what, policy, seed) =>
    simulate({ ...what, capacity: 2 * what.capacity }, policy, seed);
  assert(fc.check(respectsTheCapacity(wrong), { numRuns: 1_000 }).failed);
});

Deno.test("seededRandom() is uniform", () => {
  const random = seededRandom(1);
  const tenths = Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const tenth = Math.floor(10 * random());
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // Four standard deviations of a binomial draw.
  assert(tenths.every((n) => Math.abs(n - 10_000) < 4 * Math.sqrt(100_000 * 0.1 * 0.9)));
});

// ------------------------------------------------------------- what the default policy promises

const restart = (random: number): number => restartDelay(random, CAP_MS);
const tryLater = (random: number): number => tryLaterDelay(random, CAP_MS);
const hinted = (random: number): number => hintedDelay(random, CAP_MS, 30_000);

/** Each with the most that the slowest hundredth may wait, in units of clients / capacity. */
const PROMISES: readonly (readonly [name: string, most: number, what: Partial<Scenario>])[] = [
  ["after an outage of 5 s", 1.25, { upAtMs: 5_000 }],
  ["after an outage of 60 s", 1.25, { upAtMs: 60_000 }],
  ["after an outage of 10 min", 1.25, { upAtMs: 600_000 }],
  ["after 10 min of accept-then-drop", 1.25, { upAtMs: 600_000, heldMs: 1_000 }],
  ["after all were closed with 1012", 1.35, { upAtMs: 5_000, firstDelay: restart }],
  ["after all were closed with 1013", 1.35, { upAtMs: 2_000, firstDelay: tryLater }],
  ["after all had the same hint", 1.35, { upAtMs: 30_000, firstDelay: hinted }],
  ["after all woke with their sockets lost", 1.35, { firstDelay: wakeDelay }],
  ["after the network came back for all", 1.35, { upAtMs: 600_000, wakeDelay }],
];

function p99ToBound(what: Partial<Scenario>, policy: FleetPolicy): number {
  return simulate(scenario(what), policy, 1).p99ToBound;
}

for (const [name, most, what] of PROMISES) {
  Deno.test(`windowedBackoff() brings a fleet back within ${most} x the bound ${name}`, () => {
    const ratio = p99ToBound(what, DEFAULT.policy);
    assert(ratio <= most, `${ratio}`);
  });
}

for (const maxDelayMs of [2_000, 5_000, 10_000, 30_000]) {
  Deno.test(`windowedBackoff() keeps a fleet spread with maxDelayMs ${maxDelayMs}`, () => {
    const ratio = p99ToBound({ upAtMs: 60_000 }, windowedBackoff({ maxDelayMs }));
    assert(ratio <= 1.25, `${ratio}`);
  });
}

Deno.test("fleet promises find planted bugs: lost jitter, a series that goes on after a hint", () => {
  assert(p99ToBound({ upAtMs: 60_000 }, STARTING.policy) > 20);
  assert(
    p99ToBound({ upAtMs: 30_000, firstDelay: hinted, seriesGoesOn: true }, DEFAULT.policy) > 2,
  );
  assert(p99ToBound({ upAtMs: 600_000, wakeDelay, seriesGoesOn: true }, DEFAULT.policy) > 3);
});

Deno.test("windowedBackoff() dials an accept-then-drop server no more often than a refusing one", () => {
  const attempts = (heldMs: number): number =>
    simulate(scenario({ upAtMs: 600_000, heldMs }, 10_000), DEFAULT.policy, 1).attemptsWhileDown;
  assert(attempts(1_000) <= attempts(0));
});
