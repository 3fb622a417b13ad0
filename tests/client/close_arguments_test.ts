import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { checkCloseArguments } from "../../lib/client/close_arguments.ts";

/** What `close(code, reason)` gives or throws, as one value. */
function checked(code?: unknown, reason?: unknown): unknown {
  try {
    return checkCloseArguments(code, reason);
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
}

function badCode(code: number): string {
  return "InvalidAccessError: Cannot close as the code must be 1000 or 3000 to 4999: " +
    `current value is ${code}`;
}

Deno.test("checkCloseArguments() without arguments says nothing", () => {
  assertEquals([checked(), checked(undefined, undefined)], [{}, {}]);
});

Deno.test("checkCloseArguments() gives a reason without a code the code 1000", () => {
  assertEquals(checked(undefined, "bye"), { code: 1000, reason: "bye" });
});

Deno.test("checkCloseArguments() takes 1000 and 3000 to 4999, and no other code", () => {
  for (let code = 0; code <= 65_535; code++) {
    const isAllowed = code === 1000 || code >= 3000 && code <= 4999;
    assertEquals(checked(code), isAllowed ? { code, reason: "" } : badCode(code));
  }
});

const CLAMPED: readonly (readonly [given: unknown, read: number])[] = [
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

for (const [given, read] of CLAMPED) {
  Deno.test(`checkCloseArguments() reads the code ${JSON.stringify(given) ?? given} (${given}) as ${read}`, () => {
    const isAllowed = read === 1000 || read >= 3000 && read <= 4999;
    assertEquals(checked(given), isAllowed ? { code: read, reason: "" } : badCode(read));
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

Deno.test("checkCloseArguments() clamps any number as Web IDL does", () => {
  fc.assert(clamps(checked), { numRuns: 5_000 });
});

const MISREADINGS: Record<string, (code: number) => number> = {
  "ties round up": (code) => Math.round(code),
  "fractions are cut off": (code) => Math.trunc(code),
  "modulo 2^16": (code) => Number.isFinite(code) ? code % 65_536 : code,
};

for (const [what, misread] of Object.entries(MISREADINGS)) {
  Deno.test(`checkCloseArguments() property finds a planted bug: ${what}`, () => {
    assert(fc.check(clamps((code) => checked(misread(code))), { numRuns: 5_000 }).failed);
  });
}

Deno.test("checkCloseArguments() takes a reason of 123 bytes of UTF-8, and not one more", () => {
  const tooLong = "SyntaxError: Cannot close as the reason must be at most 123 bytes: " +
    "current value is 124 bytes";
  assertEquals(checked(1000, "x".repeat(123)), { code: 1000, reason: "x".repeat(123) });
  assertEquals(checked(1000, "x".repeat(124)), tooLong);
  assertEquals(checked(1000, "€".repeat(41)), { code: 1000, reason: "€".repeat(41) });
  assertEquals(checked(1000, "€".repeat(41) + "x"), tooLong);
  assertEquals(checked(undefined, "x".repeat(124)), tooLong);
});

Deno.test("checkCloseArguments() converts a reason as Web IDL does", () => {
  assertEquals(checked(3000, null), { code: 3000, reason: "null" });
  assertEquals(checked(3000, 5), { code: 3000, reason: "5" });
  assertThrows(() => checkCloseArguments(3000, Symbol()), TypeError);
  assertThrows(() => checkCloseArguments(Symbol(), ""), TypeError);
});

Deno.test("checkCloseArguments() looks at the code before the reason", () => {
  assertEquals(checked(1001, "x".repeat(124)), badCode(1001));
});
