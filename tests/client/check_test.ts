import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { checkNumber } from "../../lib/_check.ts";
import {
  additiveJitter,
  constantBackoff,
  decorrelatedJitter,
  equalJitter,
  fullJitter,
  windowedBackoff,
} from "../../lib/backoff.ts";

const MAX = 2 ** 31 - 1;

/** What `create` throws, as one line. */
function refusal(create: () => unknown): string {
  const error = assertThrows(create, Error);
  return `${error.name}: ${error.message}`;
}

function range(name: string, min: number, max: number, value: unknown): string {
  return `RangeError: Cannot make a delay policy as '${name}' must be between ${min} and ${max}: ` +
    `current value is ${value}`;
}

Deno.test("checkNumber() takes a number at either end of the range", () => {
  for (const value of [1, 5, 9]) checkNumber("test", "n", value, 1, 9);
  checkNumber("test", "n", Infinity, 0, Infinity);
  assertThrows(() => checkNumber("test", "n", Infinity, 0, 9), RangeError);
});

Deno.test("checkNumber() names the action, the option, the range and the value", () => {
  assertEquals(
    refusal(() => checkNumber("make tea", "sugarCubes", 10, 0, 9)),
    "RangeError: Cannot make tea as 'sugarCubes' must be between 0 and 9: current value is 10",
  );
  assertEquals(
    refusal(() => checkNumber("make tea", "sugarCubes", "10", 0, 9)),
    "TypeError: Cannot make tea as 'sugarCubes' must be between 0 and 9: " +
      "current value is of type string",
  );
});

function acceptsTheRangeOnly(check: typeof checkNumber): fc.IProperty<unknown> {
  const edges = fc.constantFrom(NaN, Infinity, -Infinity, -Number.MIN_VALUE, -0, 0, 9, 9 + 2e-15);
  const numbers = fc.oneof(edges, fc.double(), fc.integer({ min: -3, max: 12 }));
  return fc.property(fc.oneof(numbers, fc.anything()), (value) => {
    let thrown: unknown = null;
    try {
      check("test", "n", value, 0, 9);
    } catch (error) {
      thrown = error;
    }
    if (typeof value !== "number") assert(thrown instanceof TypeError);
    else if (value >= 0 && value <= 9) assert(thrown === null);
    else assert(thrown instanceof RangeError);
  });
}

Deno.test("checkNumber() refuses everything but the numbers of the range", () => {
  fc.assert(acceptsTheRangeOnly(checkNumber), { numRuns: 1_000 });
});

Deno.test("checkNumber() range finds a planted bug: NaN passes", () => {
  const wrong: typeof checkNumber = (action, name, value, min, max) =>
    Number.isNaN(value) ? NaN : checkNumber(action, name, value, min, max);
  assert(fc.check(acceptsTheRangeOnly(wrong), { numRuns: 1_000 }).failed);
});

Deno.test("windowedBackoff() refuses what its windows cannot be built from", () => {
  const policy = windowedBackoff;
  assertEquals(
    [
      refusal(() => policy({ maxDelayMs: 1.999 })),
      refusal(() => policy({ maxDelayMs: MAX + 1 })),
      refusal(() => policy({ maxDelayMs: NaN })),
      refusal(() => policy({ initialDelayMs: 0.999 })),
      refusal(() => policy({ initialDelayMs: 30_001 })),
      refusal(() => policy({ initialDelayMs: 1_000, maxDelayMs: 1_999 })),
      refusal(() => policy({ multiplier: 1.249 })),
      refusal(() => policy({ multiplier: Infinity })),
    ],
    [
      range("maxDelayMs", 2, MAX, 1.999),
      range("maxDelayMs", 2, MAX, MAX + 1),
      range("maxDelayMs", 2, MAX, NaN),
      range("initialDelayMs", 1, 30_000, 0.999),
      range("initialDelayMs", 1, 30_000, 30_001),
      range("initialDelayMs", 1, 999.5, 1_000),
      range("multiplier", 1.25, MAX, 1.249),
      range("multiplier", 1.25, MAX, Infinity),
    ],
  );
});

Deno.test("windowedBackoff() takes its options at the very edge of their ranges", () => {
  const known = { attempt: 1, previousDelayMs: 0, random: 0 };
  const first = (options: Parameters<typeof windowedBackoff>[0]): number =>
    windowedBackoff(options)({ ...known, waitedMs: 0 });
  assertEquals(
    [
      first({ maxDelayMs: 2 }),
      first({ maxDelayMs: 1_500 }),
      first({ maxDelayMs: MAX }),
      first({ initialDelayMs: 1 }),
      first({ initialDelayMs: 30_000 }),
      first({ multiplier: 1.25 }),
      first({ multiplier: MAX }),
    ],
    [1, 750, 1_000, 1, 30_000, 1_000, 1_000],
  );
});

for (const policy of [additiveJitter, fullJitter, equalJitter, decorrelatedJitter]) {
  Deno.test(`${policy.name}() refuses options just outside their ranges and takes those at the edge`, () => {
    assertEquals(
      [
        refusal(() => policy({ maxDelayMs: 0.999 })),
        refusal(() => policy({ maxDelayMs: MAX + 1 })),
        refusal(() => policy({ initialDelayMs: 0.999 })),
        refusal(() => policy({ initialDelayMs: 501, maxDelayMs: 500 })),
        refusal(() => policy({ initialDelayMs: -Infinity })),
      ],
      [
        range("maxDelayMs", 1, MAX, 0.999),
        range("maxDelayMs", 1, MAX, MAX + 1),
        range("initialDelayMs", 1, 60_000, 0.999),
        range("initialDelayMs", 1, 500, 501),
        range("initialDelayMs", 1, 60_000, -Infinity),
      ],
    );
    const context = { attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 1 - 2 ** -53 };
    const first = (options: Parameters<typeof policy>[0]): number =>
      Math.round(policy(options)(context));
    assert(first({ maxDelayMs: 1 }) === 1);
    assert(first({ maxDelayMs: MAX }) >= 1_000);
    assert(first({ initialDelayMs: 1 }) >= 1);
    assert(first({ initialDelayMs: 500, maxDelayMs: 500 }) === 500);
  });
}

for (const policy of [additiveJitter, fullJitter, equalJitter]) {
  Deno.test(`${policy.name}() refuses a multiplier that shrinks, and takes one that does not grow`, () => {
    assertEquals(refusal(() => policy({ multiplier: 0.999 })), range("multiplier", 1, MAX, 0.999));
    assertEquals(
      refusal(() => policy({ multiplier: MAX + 1 })),
      range("multiplier", 1, MAX, MAX + 1),
    );
    const context = { attempt: 9, waitedMs: 0, previousDelayMs: 0, random: 1 - 2 ** -53 };
    assert(policy({ multiplier: 1 })(context) <= 2_000);
    assertEquals(Math.round(policy({ multiplier: MAX })(context)), 60_000);
  });
}

Deno.test("additiveJitter() refuses a jitter out of range and takes none at all", () => {
  assertEquals(
    [-1, NaN, MAX + 1].map((jitterMs) => refusal(() => additiveJitter({ jitterMs }))),
    [-1, NaN, MAX + 1].map((jitterMs) => range("jitterMs", 0, MAX, jitterMs)),
  );
  const context = { attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 0.5 };
  assertEquals(additiveJitter({ jitterMs: 0 })(context), 1_000);
  assertEquals(additiveJitter({ jitterMs: MAX })(context), 60_000);
});

Deno.test("constantBackoff() refuses a delay out of range and takes the edges", () => {
  assertEquals(
    [0.999, NaN, MAX + 1].map((delayMs) => refusal(() => constantBackoff(delayMs))),
    [0.999, NaN, MAX + 1].map((delayMs) => range("delayMs", 1, MAX, delayMs)),
  );
  const context = { attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 0.5 };
  assertEquals([1, MAX].map((delayMs) => constantBackoff(delayMs)(context)), [1, MAX]);
});
