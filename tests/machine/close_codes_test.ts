import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  checkFarewell,
  type DelayRange,
  hintRange,
  isRetryable,
  pacing,
} from "../../lib/machine/close_codes.ts";

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

// ------------------------------------------------------------------------------------ close()

/** What `close(code, reason)` gives or throws, as one value. */
function farewell(code?: unknown, reason?: unknown): unknown {
  try {
    return checkFarewell(code, reason);
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
}

function badCode(code: number): string {
  return "InvalidAccessError: Cannot close as the code must be 1000 or 3000 to 4999: " +
    `current value is ${code}`;
}

Deno.test("checkFarewell() without arguments says nothing", () => {
  assertEquals([farewell(), farewell(undefined, undefined)], [{}, {}]);
});

Deno.test("checkFarewell() gives a reason without a code the code 1000", () => {
  assertEquals(farewell(undefined, "bye"), { code: 1000, reason: "bye" });
});

Deno.test("checkFarewell() takes 1000 and 3000 to 4999, and no other code", () => {
  for (let code = 0; code <= 65_535; code++) {
    const isAllowed = code === 1000 || code >= 3000 && code <= 4999;
    assertEquals(farewell(code), isAllowed ? { code, reason: "" } : badCode(code));
  }
});

const CLAMPED: readonly (readonly [given: unknown, told: number])[] = [
  [null, 0],
  [NaN, 0],
  ["", 0],
  ["no number", 0],
  [{}, 0],
  [-1, 0],
  [-Infinity, 0],
  [Infinity, 65_535],
  [70_536, 65_535], // 1000 modulo 2^16
  [999.5, 1000],
  [1000.5, 1000],
  [1000.500001, 1001],
  [2999.5, 3000],
  [2999.49, 2999],
  [4999.49, 4999],
  [4999.5, 5000],
  ["1000", 1000],
  ["0xBB8", 3000],
  [{ valueOf: () => 4000 }, 4000],
];

for (const [given, told] of CLAMPED) {
  Deno.test(`checkFarewell() reads the code ${JSON.stringify(given) ?? given} (${given}) as ${told}`, () => {
    const isAllowed = told === 1000 || told >= 3000 && told <= 4999;
    assertEquals(farewell(given), isAllowed ? { code: told, reason: "" } : badCode(told));
  });
}

/** Web IDL's [Clamp] from the one place where the language has it, for even steps of 8 bits. */
function clampToShort(value: number): number {
  if (Number.isNaN(value)) return 0;
  const inRange = Math.min(Math.max(value, 0), 65_535);
  const even = Math.floor(inRange / 2) * 2;
  return even + (new Uint8ClampedArray([inRange - even])[0] ?? 0);
}

function clamps(read: (code: number) => unknown): fc.IProperty<unknown> {
  const halves = fc.integer({ min: -10, max: 140_000 }).map((n) => n / 2);
  return fc.property(fc.oneof(halves, fc.double(), fc.double({ min: 2_998, max: 5_001 })), (n) => {
    const code = clampToShort(n);
    const isAllowed = code === 1000 || code >= 3000 && code <= 4999;
    assertEquals(read(n), isAllowed ? { code, reason: "" } : badCode(code));
  });
}

Deno.test("checkFarewell() clamps any number as Web IDL does", () => {
  fc.assert(clamps(farewell), { numRuns: 5_000 });
});

const MISREADINGS: Record<string, (code: number) => number> = {
  "ties round up": (code) => Math.round(code),
  "fractions are cut off": (code) => Math.trunc(code),
  "modulo 2^16": (code) => Number.isFinite(code) ? code % 65_536 : code,
};

for (const [what, misread] of Object.entries(MISREADINGS)) {
  Deno.test(`checkFarewell() property finds a planted bug: ${what}`, () => {
    assert(fc.check(clamps((code) => farewell(misread(code))), { numRuns: 5_000 }).failed);
  });
}

Deno.test("checkFarewell() takes a reason of 123 bytes of UTF-8, and not one more", () => {
  const tooLong = "SyntaxError: Cannot close as the reason must be at most 123 bytes: " +
    "current value is 124 bytes";
  assertEquals(farewell(1000, "x".repeat(123)), { code: 1000, reason: "x".repeat(123) });
  assertEquals(farewell(1000, "x".repeat(124)), tooLong);
  assertEquals(farewell(1000, "€".repeat(41)), { code: 1000, reason: "€".repeat(41) });
  assertEquals(farewell(1000, "€".repeat(41) + "x"), tooLong);
  assertEquals(farewell(undefined, "x".repeat(124)), tooLong);
});

Deno.test("checkFarewell() converts a reason as Web IDL does", () => {
  assertEquals(farewell(3000, null), { code: 3000, reason: "null" });
  assertEquals(farewell(3000, 5), { code: 3000, reason: "5" });
  assertThrows(() => checkFarewell(3000, Symbol()), TypeError);
  assertThrows(() => checkFarewell(Symbol(), ""), TypeError);
});

Deno.test("checkFarewell() looks at the code before the reason", () => {
  assertEquals(farewell(1001, "x".repeat(124)), badCode(1001));
});
