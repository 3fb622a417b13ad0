import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type DelayRange, hintRange, isRetryable, pacing } from "../../lib/machine/close_codes.ts";

const SOURCE = await Deno.readTextFile(
  new URL("../../lib/machine/close_codes.ts", import.meta.url),
);

interface Treatment {
  readonly retried: boolean;
  readonly retriedWithProvider: boolean;
  readonly pacing: DelayRange | null;
}

const YES = { retried: true, retriedWithProvider: true, pacing: null };
/** What the words of the table mean, for an initial delay of 1 s and a cap of 60 s. */
const WORDS: Readonly<Record<string, Treatment>> = {
  "yes": YES,
  "no": { ...YES, retried: false, retriedWithProvider: false },
  "with a provider or handshake": { ...YES, retried: false },
  "with a provider or handshake, first after 2-4 x initial delay": {
    ...YES,
    retried: false,
    pacing: [2_000, 4_000],
  },
  "yes, first after 5-30 s": { ...YES, pacing: [5_000, 30_000] },
  "yes, first after 2-4 x initial delay": { ...YES, pacing: [2_000, 4_000] },
};

/** The table in the doc comment: from codes to words. */
function parseTable(source: string): [codes: string, words: string][] {
  return source.split("\n")
    .filter((line) => line.startsWith(" * |"))
    .map((line) => line.split("|").slice(1, 3).map((cell) => cell.trim()) as [string, string])
    .slice(2);
}

function treatmentOf(code: number): Treatment {
  return {
    retried: isRetryable(code, false),
    retriedWithProvider: isRetryable(code, true),
    pacing: pacing(code, 1_000, 60_000),
  };
}

const TABLE = parseTable(SOURCE);
const LISTED = TABLE.flatMap(([codes]) => codes.split(",").map(Number)).filter(Boolean);

for (const [codes, words] of TABLE) {
  Deno.test(`isRetryable() and pacing() treat ${codes} as the table says: ${words}`, () => {
    const numbers = codes === "all others"
      ? Array.from({ length: 65_536 }, (_, code) => code).filter((code) => !LISTED.includes(code))
      : codes.split(",").map(Number);
    assert(WORDS[words], "no such words");
    for (const code of numbers) assertEquals(treatmentOf(code), WORDS[words], `${code}`);
  });
}

Deno.test("The table of close codes lists each code once, and ends with all others", () => {
  assertEquals(LISTED.length, 22);
  assertEquals(new Set(LISTED).size, LISTED.length);
  assertEquals(TABLE.at(-1)?.[0], "all others");
});

const durationMs = fc.oneof(
  fc.constantFrom(1, 2, 1_000, 60_000, 2 ** 31 - 1),
  fc.double({ min: 1, max: 2 ** 31 - 1, noNaN: true }),
  fc.double({ min: 1, max: 100_000, noNaN: true }),
);

/** Ranges of positive delays: within the cap, and never so narrow that a fleet comes back together. */
function isSpread(range: (first: number, capMs: number) => DelayRange): fc.IProperty<unknown> {
  return fc.property(durationMs, durationMs, (first, capMs) => {
    const [minMs, maxMs] = range(first, capMs);
    assert(minMs > 0 && minMs <= maxMs && maxMs <= capMs, `${minMs} to ${maxMs} of ${capMs}`);
    assert(minMs <= maxMs / 1.5 * (1 + 1e-12), `no spread: ${minMs} to ${maxMs}`);
  });
}

/** What makes a herd: the whole range, clamped after the draw. */
function clamped([minMs, maxMs]: DelayRange, capMs: number): DelayRange {
  return [Math.min(minMs, capMs), Math.min(maxMs, capMs)];
}

const SPREADS: Record<string, {
  readonly range: (first: number, capMs: number) => DelayRange;
  readonly wrong: (first: number, capMs: number) => DelayRange;
}> = {
  "pacing() after 1012": {
    range: (_, capMs) => pacing(1012, 1, capMs) ?? [0, 0],
    wrong: (_, capMs) => clamped([5_000, 30_000], capMs),
  },
  "pacing() after 1013": {
    range: (first, capMs) => pacing(1013, Math.min(first, capMs / 2), capMs) ?? [0, 0],
    wrong: (first, capMs) => clamped([2 * first, 4 * first], capMs),
  },
  "hintRange()": {
    range: hintRange,
    wrong: (first, capMs) => clamped([first, 1.5 * first], capMs),
  },
};

for (const [what, { range, wrong }] of Object.entries(SPREADS)) {
  Deno.test(`${what} is spread within any cap`, () => {
    fc.assert(isSpread(range), { numRuns: 2_000 });
  });

  Deno.test(`${what} property finds a planted bug: clamped after the draw`, () => {
    assert(fc.check(isSpread(wrong), { numRuns: 2_000 }).failed);
  });
}

Deno.test("pacing() takes half of a cap that is too small and above", () => {
  assertEquals(pacing(1012, 1_000, 30_000), [5_000, 30_000]);
  assertEquals(pacing(1012, 1_000, 20_000), [5_000, 20_000]);
  assertEquals(pacing(1012, 1_000, 8_000), [4_000, 8_000]);
  assertEquals(pacing(1012, 1, 2), [1, 2]);
  assertEquals(pacing(1013, 500, 1_000), [500, 1_000]);
  assertEquals(pacing(1013, 500, 1_500), [750, 1_500]);
});

Deno.test("hintRange() is the hint and a half more, or the last third below the cap", () => {
  assertEquals(hintRange(1_000, 60_000), [1_000, 1_500]);
  assertEquals(hintRange(40_000, 60_000), [40_000, 60_000]);
  assertEquals(hintRange(50_000, 60_000), [40_000, 60_000]);
  assertEquals(hintRange(10 * 365 * 86_400_000, 60_000), [40_000, 60_000]);
  assertEquals(hintRange(Infinity, 60_000), [40_000, 60_000]);
  assertEquals(hintRange(0, 60_000), [0, 0]);
});
