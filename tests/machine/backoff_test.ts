import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  additiveJitter,
  type Backoff,
  type BackoffContext,
  type BackoffOptions,
  constantBackoff,
  decorrelatedJitter,
  equalJitter,
  fullJitter,
  windowedBackoff,
} from "../../lib/backoff.ts";

const MAX = 2 ** 31 - 1;
const NEARLY_1 = 1 - 2 ** -53;

type Make = (options?: BackoffOptions) => Backoff;

function context(known: Partial<BackoffContext>): BackoffContext {
  return { attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 0.5, ...known };
}

/** The delays of one outage, one for each draw. */
function outage(policy: Backoff, draws: readonly number[], waitedMs = 0): number[] {
  const delays: number[] = [];
  for (const random of draws) {
    const previousDelayMs = delays.at(-1) ?? 0;
    const delayMs = policy({ attempt: delays.length + 1, waitedMs, previousDelayMs, random });
    delays.push(delayMs);
    waitedMs += delayMs;
  }
  return delays;
}

const draw = fc.oneof(
  { arbitrary: fc.constantFrom(0, 0.5, NEARLY_1), weight: 1 },
  { arbitrary: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), weight: 4 },
);
const attempt = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 100_000 }),
  fc.constantFrom(1_023, 1_024, 1_025, MAX, Number.MAX_SAFE_INTEGER),
);

/** Options of which the initial delay fits `minRatio` times into the longest. */
function options(minRatio: number, minMultiplier: number): fc.Arbitrary<Required<BackoffOptions>> {
  const times = (max: number): fc.Arbitrary<number> => fc.double({ min: 1, max, noNaN: true });
  return fc.record({
    initialDelayMs: fc.oneof(fc.constant(1_000), times(10_000)),
    multiplier: fc.oneof(fc.constant(2), times(4), fc.constant(MAX)),
    maxDelayMs: fc.oneof(fc.constant(60_000), times(100_000)),
  }).map(({ initialDelayMs, multiplier, maxDelayMs }) => ({
    initialDelayMs,
    multiplier: Math.max(minMultiplier, multiplier),
    maxDelayMs: Math.max(minRatio * initialDelayMs, maxDelayMs),
  }));
}

/** Whether `value` is within `[low, high]`, give or take the rounding of a few operations. */
function within(value: number, low: number, high: number): boolean {
  return value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
}

/** A property that never failed proves nothing: the wrong implementation must be found out. */
function assertFinds(property: fc.IProperty<unknown>): void {
  assert(fc.check(property, { numRuns: 1_000 }).failed, "the planted bug was not found");
}

// ---------------------------------------------------------------------- the stateless policies

type Bounds = (n: number, known: Required<BackoffOptions>, previousMs: number) => [number, number];

function grown(n: number, known: Required<BackoffOptions>): number {
  const { initialDelayMs, multiplier, maxDelayMs } = known;
  return Math.min(initialDelayMs * multiplier ** (n - 1), maxDelayMs);
}

interface Stateless {
  make: Make;
  bounds: Bounds;
  /** Whether every delay in the bounds is as likely as any other. */
  uniform: boolean;
  bugs: Record<string, Make>;
}

const STATELESS: Record<string, Stateless> = {
  additiveJitter: {
    make: additiveJitter,
    uniform: false, // near the cap a part of the jitter is cut off
    bounds: (n, o) => [grown(n, o), Math.min(grown(n, o) + 1_000, o.maxDelayMs)],
    bugs: {
      "the jitter exceeds the cap": (o) => (c) => fullRange(c, o).high + 1_000 * c.random,
      "the jitter is lost": (o) => (c) => fullRange(c, o).high,
    },
  },
  fullJitter: {
    make: fullJitter,
    uniform: true,
    bounds: (n, o) => [0, grown(n, o)],
    bugs: {
      "no cap": (o = {}) => (c) =>
        c.random * (o.initialDelayMs ?? 0) * (o.multiplier ?? 0) ** (c.attempt - 1),
      "doubles by shifting bits": (o = {}) => (c) =>
        c.random * Math.min((o.initialDelayMs ?? 0) * (1 << (c.attempt - 1)), o.maxDelayMs ?? 0),
      "counts attempts from 0": (o) => (c) =>
        c.random * fullRange({ ...c, attempt: c.attempt + 1 }, o).high,
    },
  },
  equalJitter: {
    make: equalJitter,
    uniform: true,
    bounds: (n, o) => [grown(n, o) / 2, grown(n, o)],
    bugs: { "full jitter": (o) => (c) => c.random * fullRange(c, o).high },
  },
  decorrelatedJitter: {
    make: (o = {}) => decorrelatedJitter(o),
    uniform: false, // what is drawn above the cap is cut
    bounds: (_, o, previousMs) => [
      o.initialDelayMs,
      Math.min(3 * Math.max(previousMs, o.initialDelayMs), o.maxDelayMs),
    ],
    bugs: {
      "the first attempt has no previous delay":
        ({ initialDelayMs = 0, maxDelayMs = 0 } = {}) => (c) =>
          initialDelayMs +
          c.random * (Math.min(3 * c.previousDelayMs, maxDelayMs) - initialDelayMs),
      "no cap": ({ initialDelayMs = 0 } = {}) => (c) =>
        initialDelayMs +
        c.random * (3 * Math.max(c.previousDelayMs, initialDelayMs) - initialDelayMs),
    },
  },
};

/** What the planted bugs start from. */
function fullRange(c: BackoffContext, o: BackoffOptions = {}): { high: number } {
  return { high: grown(c.attempt, { initialDelayMs: 1, multiplier: 2, maxDelayMs: 1, ...o }) };
}

/** Within the bounds for every draw, and at both of them for the extreme draws. */
function fillsItsBounds({ make, bounds, uniform }: Stateless): fc.IProperty<unknown> {
  const previous = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true }));
  return fc.property(options(1, 1), attempt, draw, previous, (known, n, random, share) => {
    const policy = make(known);
    const previousDelayMs = share * known.maxDelayMs;
    const [low, high] = bounds(n, known, previousDelayMs);
    const at = (r: number): number => policy(context({ attempt: n, previousDelayMs, random: r }));
    assert(high <= known.maxDelayMs);
    assert(within(at(random), low, high));
    const between = low + random * (high - low);
    if (uniform) assert(within(at(random), between, between));
    assertEquals(at(0), low);
    assert(within(at(NEARLY_1), high, high));
  });
}

for (const [name, policy] of Object.entries(STATELESS)) {
  Deno.test(`${name}() fills its documented bounds at every attempt`, () => {
    fc.assert(fillsItsBounds(policy));
  });
  for (const [bug, wrong] of Object.entries(policy.bugs)) {
    Deno.test(`${name}() bounds find a planted bug: ${bug}`, () => {
      assertFinds(fillsItsBounds({ ...policy, make: wrong }));
    });
  }
}

/** The starting formula, min(2^n + U(0,1), 60) seconds for n = 0, 1, 2..., written in seconds. */
function equalsStartingFormula(policy: Backoff): fc.IProperty<unknown> {
  return fc.property(attempt, draw, (n, random) => {
    const seconds = Math.min(2 ** (n - 1) + random, 60);
    assert(within(policy(context({ attempt: n, random })), 1_000 * seconds, 1_000 * seconds));
  });
}

Deno.test("additiveJitter() is the starting formula by default", () => {
  fc.assert(equalsStartingFormula(additiveJitter()));
});

Deno.test("additiveJitter() formula finds a planted bug: doubles from the first attempt", () => {
  assertFinds(
    equalsStartingFormula((c) => additiveJitter()({ ...c, attempt: c.attempt + 1 })),
  );
});

Deno.test("additiveJitter() loses its jitter at the cap, and jitterMs sets how much it has", () => {
  const spread = (n: number, jitterMs: number): number => {
    const at = (random: number): number =>
      Math.round(additiveJitter({ jitterMs })(context({ attempt: n, random })));
    return at(NEARLY_1) - at(0);
  };
  assertEquals([1, 6, 7, 100].map((n) => spread(n, 1_000)), [1_000, 1_000, 0, 0]);
  assertEquals([1, 6, 7, 100].map((n) => spread(n, 0)), [0, 0, 0, 0]);
});

Deno.test("decorrelatedJitter() draws up to three times the previous delay and cuts at the cap", () => {
  const next = (previousDelayMs: number, random: number): number =>
    decorrelatedJitter()(context({ previousDelayMs, random }));
  assertEquals(
    [next(0, 0), next(0, 0.5), next(3_000, 0.5), next(60_000, 0.25), next(60_000, 0.5)],
    [1_000, 2_000, 5_000, 45_750, 60_000],
  );
});

Deno.test("constantBackoff() returns its delay whatever it is asked", () => {
  fc.assert(fc.property(attempt, draw, (n, random) => {
    assertEquals(constantBackoff(250)(context({ attempt: n, random, waitedMs: 9 })), 250);
  }));
});

// ---------------------------------------------------------------------------- windowedBackoff

/** The windows by their definition, in a loop: `[start, length]` of the first `count`. */
function windows(known: Required<BackoffOptions>, count: number): [number, number][] {
  const all: [number, number][] = [];
  let start = known.initialDelayMs;
  for (let k = 0; k < count; k++) {
    const length = Math.min(
      known.maxDelayMs / 1.1,
      known.initialDelayMs * known.multiplier ** k,
    );
    all.push([start, length]);
    start += length;
  }
  return all;
}

const windowedOptions = options(2, 1.25);

function staysBetweenBaseAndCap(make: Make): fc.IProperty<unknown> {
  return fc.property(windowedOptions, fc.array(draw), (known, draws) => {
    for (const delayMs of outage(make(known), draws)) {
      assert(delayMs >= known.initialDelayMs && delayMs <= known.maxDelayMs);
    }
  });
}

/** Draws that never lead to the very edge of a window, where rounding decides on which side. */
const irrational = fc.nat(999).map((i) => (i + Math.SQRT1_2) / 1_000);

function attemptsOnceInEachWindow(make: Make): fc.IProperty<unknown> {
  return fc.property(windowedOptions, fc.array(irrational), (known, draws) => {
    const all = windows(known, draws.length);
    let waitedMs = 0;
    outage(make(known), draws).forEach((delayMs, k) => {
      waitedMs += delayMs;
      const [start, length] = all[k] ?? [NaN, NaN];
      assert(within(waitedMs, start, start + length));
    });
  });
}

function keepsItsBounds(make: Make): fc.IProperty<unknown> {
  const place = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
  return fc.property(windowedOptions, fc.nat(400), place, draw, (known, k, phase, random) => {
    const [[start, length], [, next]] = windows(known, k + 2).slice(k) as [
      [number, number],
      [number, number],
    ];
    const waitedMs = start + phase * length;
    const delayMs = make(known)(context({ waitedMs, random }));
    const low = Math.max(known.initialDelayMs, 0.9 * length);
    assert(within(delayMs, low, next + 0.1 * length));
    assert(delayMs <= known.maxDelayMs);
    const phaseAfter = (waitedMs + delayMs - start - length) / next;
    const atFloor = delayMs === known.initialDelayMs;
    assert(atFloor || Math.abs(phaseAfter - phase) <= 0.1 + 1e-6);
  });
}

/** Once the windows are alike it does not matter how many have passed: hours, days or all of time. */
function neverWearsOut(make: Make): fc.IProperty<unknown> {
  const later = fc.double({ min: 200_000, max: Number.MAX_VALUE, noNaN: true });
  return fc.property(later, draw, (waitedMs, random) => {
    assert(within(make()(context({ waitedMs, random })), 0.9 * 60_000 / 1.1, 60_000));
  });
}

/** Each with the property that must find it. */
const WINDOWED_BUGS: Record<string, [(make: Make) => fc.IProperty<unknown>, Make]> = {
  "the step comes on top of the cap": [
    staysBetweenBaseAndCap,
    (o = {}) => windowedBackoff({ ...o, maxDelayMs: 1.1 * (o.maxDelayMs ?? NaN) }),
  ],
  "reads the attempt, not the position": [
    attemptsOnceInEachWindow,
    (o) => (c) => windowedBackoff(o)({ ...c, waitedMs: 1_000 * (1.5 * 2 ** (c.attempt - 2)) }),
  ],
  "forgets the phase": [
    keepsItsBounds,
    (o) => (c) => windowedBackoff(o)({ ...c, random: 5 * c.random - 2 }),
  ],
  "takes the difference of two huge numbers": [
    neverWearsOut,
    () => ({ waitedMs }) => waitedMs + 54_545 - waitedMs,
  ],
  "loses its place once the windows are alike": [
    keepsItsBounds,
    (o) => (c) => windowedBackoff(o)({ ...c, waitedMs: Math.min(c.waitedMs, 100_000) }),
  ],
};

Deno.test("windowedBackoff() stays between the initial and the longest delay", () => {
  fc.assert(staysBetweenBaseAndCap(windowedBackoff));
});

Deno.test("windowedBackoff() makes exactly one attempt in each window", () => {
  fc.assert(attemptsOnceInEachWindow(windowedBackoff));
});

Deno.test("windowedBackoff() keeps its bounds and its phase from any position", () => {
  fc.assert(keepsItsBounds(windowedBackoff));
});

Deno.test("windowedBackoff() keeps its longest windows for ever", () => {
  fc.assert(neverWearsOut(windowedBackoff));
});

for (const [bug, [property, wrong]] of Object.entries(WINDOWED_BUGS)) {
  Deno.test(`windowedBackoff() ${property.name} finds a planted bug: ${bug}`, () => {
    assertFinds(property(wrong));
  });
}

Deno.test("windowedBackoff() starts with a delay from 1 s to 2 s", () => {
  const first = (random: number): number => windowedBackoff()(context({ random }));
  assertEquals([0, 0.5, NEARLY_1].map(first), [1_000, 1_500, 2_000]);
  // A hint shorter than the initial delay must not bring on an early or an unspread attempt.
  const early = (random: number): number => windowedBackoff()(context({ waitedMs: 999, random }));
  assertEquals([0, 0.5, NEARLY_1].map(early), [1_000, 1_500, 2_000]);
});

Deno.test("windowedBackoff() counts the start of a window as its own", () => {
  const at = (waitedMs: number): number => windowedBackoff()(context({ waitedMs }));
  assertEquals([at(1_000), at(2_000), at(4_000)], [1_000, 2_000, 4_000]);
});

Deno.test("windowedBackoff() waits no less than the initial delay where a step leads back", () => {
  // To a tenth of the next window it would be 900 ms.
  assertEquals(windowedBackoff()(context({ waitedMs: 1_100, random: 0 })), 1_000);
});

Deno.test("windowedBackoff() does not exceed the cap by rounding either", () => {
  const maxDelayMs = 2_337_799.7946568574; // found by search: one draw in 300 rounds up
  const policy = windowedBackoff({ maxDelayMs });
  for (let i = 0; i < 5_000; i++) {
    const waitedMs = 4 * maxDelayMs + 97.3 * i;
    assert(policy(context({ waitedMs, random: NEARLY_1 })) <= maxDelayMs);
  }
});

Deno.test("windowedBackoff() doubles its windows and then keeps to the longest", () => {
  const at = outage(windowedBackoff(), Array(9).fill(0.5)).map(Math.round);
  assertEquals(at, [1_500, 1_500, 3_000, 6_000, 12_000, 24_000, 43_273, 54_545, 54_545]);
});

/** Even from any fleet spread over one window: a share of a tenth for each tenth of the next. */
function spreadAfter(policy: Backoff, startMs: number, lengthMs: number, nextMs: number): number[] {
  const phases = 400;
  const draws = 397; // no divisor in common with `phases`, so that no sum lies on an edge
  const tenths = Array<number>(10).fill(0);
  for (let i = 0; i < phases; i++) {
    for (let j = 0; j < draws; j++) {
      const waitedMs = startMs + (i + 0.5) / phases * lengthMs;
      const delayMs = policy(context({ attempt: 20, waitedMs, random: (j + 0.5) / draws }));
      const tenth = Math.floor(10 * (waitedMs + delayMs - startMs - lengthMs) / nextMs);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1 / (phases * draws);
    }
  }
  return tenths;
}

/** Each client's own phase decides, so a fleet that is spread evenly must remain so. */
function keepsFleetsSpread(make: Make): fc.IProperty<unknown> {
  return fc.property(fc.integer({ min: 2, max: 1_000 }), (k) => {
    const all = windows({ initialDelayMs: 1_000, multiplier: 2, maxDelayMs: 60_000 }, k + 2);
    const [[start, length], [, next]] = all.slice(k) as [[number, number], [number, number]];
    const tenths = spreadAfter(make(), start, length, next);
    assertEquals(tenths.length, 10);
    assert(tenths.every((share) => Math.abs(share - 0.1) < 0.002));
  });
}

Deno.test("windowedBackoff() keeps an evenly spread fleet evenly spread, at the cap too", () => {
  fc.assert(keepsFleetsSpread(windowedBackoff), { numRuns: 20 });
});

Deno.test("windowedBackoff() spread finds planted bugs: a clamped step, the starting formula", () => {
  const clamped: Backoff = (c) => {
    const delayMs = windowedBackoff()(c);
    return delayMs < 52_000 ? 52_000 : delayMs;
  };
  assertFinds(keepsFleetsSpread(() => clamped));
  assertFinds(keepsFleetsSpread(additiveJitter));
});
