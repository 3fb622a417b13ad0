import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  cappedGap,
  constantGap,
  doublingGap,
  hintAt,
  hintedDelay,
  hintsEvery,
  restartDelay,
  tryLaterDelay,
  wakeDelay,
} from "../../bench/fleet/pacing.ts";
import { DEFAULT, STARTING } from "../../bench/fleet/policies.ts";
import { scenario as scenarioOf, shownWithin } from "../../bench/fleet/scenarios.ts";
import {
  type FleetPolicy,
  type Hints,
  type Scenario,
  simulate,
} from "../../bench/fleet/simulate.ts";
import { windowedBackoff } from "../../lib/backoff.ts";

/** A fleet that its server needs 50 s to take, if nothing else is said. */
function scenario(different: Partial<Scenario>, clients = 100_000): Scenario {
  return scenarioOf(clients, different);
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
    mostAttempts: 104,
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

Deno.test("simulate() finds the same for a tenth of a fleet in slices ten times as long", () => {
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

Deno.test("simulate() never accepts more than the capacity, nor leaves a client out", () => {
  fc.assert(respectsTheCapacity(simulate));
});

Deno.test("simulate() capacity finds a planted bug: a server with room for twice as many", () => {
  const wrong: typeof simulate = (what, policy, seed) =>
    simulate({ ...what, capacity: 2 * what.capacity }, policy, seed);
  assert(fc.check(respectsTheCapacity(wrong), { numRuns: 1_000 }).failed);
});

// ------------------------------------------------------------- what the default policy promises

/** The network is back when the server is. */
function online(atMs: number, then: Hints["then"] = "new series"): Hints {
  return { nextMs: hintAt(atMs), gapMs: doublingGap, then };
}

/** Each with the most that the slowest hundredth may wait, in units of clients / capacity. */
const PROMISES: readonly (readonly [name: string, most: number, what: Partial<Scenario>])[] = [
  ["after an outage of 5 s", 1.25, { upAtMs: 5_000 }],
  ["after an outage of 60 s", 1.25, { upAtMs: 60_000 }],
  ["after an outage of 10 min", 1.25, { upAtMs: 600_000 }],
  ["after 10 min of accept-then-drop", 1.25, { upAtMs: 600_000, heldMs: 1_000 }],
  ["after all were closed with 1012", 1.35, { upAtMs: 5_000, firstDelay: restartDelay }],
  ["after all were closed with 1013", 1.35, { upAtMs: 2_000, firstDelay: tryLaterDelay }],
  ["after all had the same hint", 1.35, { upAtMs: 30_000, firstDelay: hintedDelay }],
  ["after all woke with their sockets lost", 1.35, { firstDelay: wakeDelay }],
  ["after the network came back for all", 1.35, { upAtMs: 600_000, hints: online(600_000) }],
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
    p99ToBound({ upAtMs: 30_000, firstDelay: hintedDelay, seriesGoesOn: true }, DEFAULT.policy) > 2,
  );
  const goesOn = online(600_000, "goes on");
  assert(p99ToBound({ upAtMs: 600_000, hints: goesOn }, DEFAULT.policy) > 3);
});

Deno.test("windowedBackoff() with initialDelayMs 200 costs a fleet 2.3 attempts more, as docs/recipes.md says", () => {
  const quick = windowedBackoff({ initialDelayMs: 200 });
  for (const [upAtMs, most] of [[5_000, 1.7], [60_000, 1.5], [600_000, 1.2]] as const) {
    const [fast, usual] = [quick, DEFAULT.policy].map((it) =>
      simulate(scenario({ upAtMs }), it, 1)
    );
    const more = (fast?.attemptsPerClient ?? NaN) - (usual?.attemptsPerClient ?? NaN);
    assert(more > 2.2 && more < 2.4, `${more}`);
    assert(fast && fast.p99ToBound <= most, `${fast?.p99ToBound}`);
    assert((fast.perSecond[0] ?? NaN) > 2.2e5 && usual?.perSecond[0] === 0);
  }
});

Deno.test("windowedBackoff() dials an accept-then-drop server no more often than a refusing one", () => {
  const attempts = (heldMs: number): number =>
    simulate(scenario({ upAtMs: 600_000, heldMs }, 10_000), DEFAULT.policy, 1).attemptsWhileDown;
  assert(attempts(1_000) <= attempts(0));
});

// ------------------------------------------------------------------- hosts that are woken often

const MINUTES = 60_000;

/** Hints every ten seconds of an outage of ten minutes, to each client at its own time. */
function often(gapMs: Hints["gapMs"], then: Hints["then"]): Partial<Scenario> {
  const nextMs = hintsEvery(10_000, 10 * MINUTES, false);
  return { upAtMs: 10 * MINUTES, hints: { nextMs, gapMs, then } };
}

for (const then of ["goes on", "as planned"] as const) {
  for (const gapMs of [doublingGap, cappedGap]) {
    Deno.test(`${gapMs.name}() keeps a fleet within twice its attempts, then ${then}`, () => {
      const run = (what: Partial<Scenario>): number =>
        simulate(scenario(what, 10_000), DEFAULT.policy, 1).attemptsWhileDown;
      assert(run(often(gapMs, then)) <= 2 * run({ upAtMs: 10 * MINUTES }));
    });
  }
}

Deno.test("doublingGap() finds a planted bug: early attempts that stay a second apart", () => {
  const run = (what: Partial<Scenario>): number =>
    simulate(scenario(what, 10_000), DEFAULT.policy, 1).attemptsWhileDown;
  assert(run(often(constantGap, "new series")) > 10 * run({ upAtMs: 10 * MINUTES }));
});

/** No client makes more than twice as many attempts as it would without hints, and one. */
function boundsEachClient(...gaps: Hints["gapMs"][]): fc.IProperty<unknown> {
  const any = fc.record({
    periodMs: fc.integer({ min: 100, max: 60_000 }),
    upAtMs: fc.integer({ min: 5_000, max: 30 * MINUTES }),
    gapMs: fc.constantFrom(...gaps),
    then: fc.constantFrom<Hints["then"]>("goes on", "as planned"),
    seed: fc.nat(),
  });
  return fc.property(any, ({ periodMs, upAtMs, gapMs, then, seed }) => {
    const attempts = (hints?: Hints): number => {
      const what = { upAtMs, capacity: 1_000, ...hints && { hints } };
      return simulate(scenario(what, 1), DEFAULT.policy, seed).mostAttempts;
    };
    const nextMs = hintsEvery(periodMs, upAtMs, true);
    assert(attempts({ nextMs, gapMs, then }) <= 2 * attempts() + 1);
  });
}

Deno.test("doublingGap() and cappedGap() bound the attempts of each client, however often it is woken", () => {
  fc.assert(boundsEachClient(doublingGap, cappedGap));
});

Deno.test("doublingGap() bound of each client finds a planted bug: gaps that stay alike", () => {
  assert(fc.check(boundsEachClient(constantGap), { numRuns: 1_000 }).failed);
});

Deno.test("windowedBackoff() keeps a fleet spread that is woken often, if it goes on as planned", () => {
  const ratio = p99ToBound(often(doublingGap, "as planned"), DEFAULT.policy);
  assert(ratio <= 1.25, `${ratio}`);
});

Deno.test("windowedBackoff() spread finds a planted bug: waits cut short that count as waited", () => {
  assert(p99ToBound(often(doublingGap, "goes on"), DEFAULT.policy) > 2);
});

// ----------------------------------------------------------------------------------- hidden tabs

Deno.test("shownWithin() leaves a server that recovers a tenth of the attempts, and no queue", () => {
  const upAtMs = 10 * MINUTES;
  const run = (different: Partial<Scenario>): ReturnType<typeof simulate> =>
    simulate(scenario({ upAtMs, ...different }), DEFAULT.policy, 1);
  const all = run({});
  const few = run({ lostAtMs: shownWithin(upAtMs, 15 * MINUTES) });
  assert(few.attemptsWhileDown <= 0.11 * all.attemptsWhileDown);
  assert(few.peakAfterRecovery <= 0.2 * all.peakAfterRecovery);
  assert(few.p99S <= all.p99S && few.p50S < 5, `${few.p50S} s, ${few.p99S} s`);
});

for (
  const [code, firstDelay, leastMs] of [[1012, restartDelay, 5_000], [
    1013,
    tryLaterDelay,
    2_000,
  ]] as const
) {
  Deno.test(`simulate() lets no hint end the wait after ${code} early`, () => {
    const nextMs = hintsEvery(1_000, 60_000, true);
    const hints: Hints = { nextMs, gapMs: doublingGap, then: "as planned" };
    const what = { upAtMs: 60_000, firstDelay };
    const { perSecond } = simulate(scenario({ ...what, hints }, 1_000), DEFAULT.policy, 1);
    assertEquals(perSecond.slice(0, leastMs / 1_000), Array(leastMs / 1_000).fill(0));
  });
}
