import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "@holdfast/websocket/testing";

function draw(random: () => number, count: number): number[] {
  return Array.from({ length: count }, random);
}

type Source = (seed: number) => () => number;

function reproducibility(source: Source): fc.IProperty<[number]> {
  return fc.property(fc.maxSafeInteger(), (seed) => {
    assertEquals(draw(source(seed), 20), draw(source(seed), 20));
  });
}

Deno.test("seededRandom() draws the same numbers for the same seed", () => {
  fc.assert(reproducibility(seededRandom));
});

Deno.test("the property of reproducibility finds sources that share their state", () => {
  const shared = seededRandom(1);
  assert(fc.check(reproducibility(() => shared)).failed);
});

/** Seeds that differ in their low or in their high half only. */
function difference(source: Source): fc.IProperty<[number, number, boolean]> {
  return fc.property(fc.nat(2 ** 20 - 1), fc.nat(2 ** 20 - 1), fc.boolean(), (one, two, isHigh) => {
    fc.pre(one !== two);
    const [first, second] = isHigh ? [one * 2 ** 32, two * 2 ** 32] : [one, two];
    assert(`${draw(source(first), 4)}` !== `${draw(source(second), 4)}`);
  });
}

Deno.test("seededRandom() draws different numbers for different seeds", () => {
  fc.assert(difference(seededRandom));
});

Deno.test("the property of difference finds a source that takes half of the seed", () => {
  assert(fc.check(difference((seed) => seededRandom(seed % 2 ** 32))).failed);
});

Deno.test("seededRandom() keeps its numbers from version to version", () => {
  // from a second implementation, in unbounded integers
  assertEquals(draw(seededRandom(1), 3), [
    0.4684900725260377,
    0.4359325869008899,
    0.39758921484462917,
  ]);
  assertEquals(draw(seededRandom(2 ** 40 + 1), 3), [
    0.6323796748183668,
    0.6507522084284574,
    0.9427968868985772,
  ]);
});

/** A chi-square statistic over 100 equal bins. */
function chiSquare(random: () => number): number {
  const draws = 20_000;
  const bins = new Array<number>(100).fill(0);
  for (let i = 0; i < draws; i++) {
    const number = random();
    assert(number >= 0 && number < 1);
    const bin = Math.floor(number * 100);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const expected = draws / 100;
  return bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** With 99 degrees of freedom a uniform source exceeds it once in a million seeds. */
const MAX_CHI_SQUARE = 180;

function uniformity(source: Source): fc.IProperty<[number]> {
  return fc.property(fc.maxSafeInteger(), (seed) => chiSquare(source(seed)) < MAX_CHI_SQUARE);
}

Deno.test("seededRandom() is uniform in [0, 1)", () => {
  fc.assert(uniformity(seededRandom));
});

Deno.test("the property of uniformity finds a source that is a little skewed", () => {
  const skewed: Source = (seed) => {
    const random = seededRandom(seed);
    return () => random() ** 1.1;
  };
  assert(fc.check(uniformity(skewed)).failed);
});

Deno.test("seededRandom() refuses a seed that is no safe integer", () => {
  for (const seed of [NaN, Infinity, 0.5, 2 ** 53]) {
    assertThrows(
      () => seededRandom(seed),
      RangeError,
      `Cannot seed the random source as 'seed' must be a safe integer: current value is ${seed}`,
    );
  }
});
