import { assertEquals, assertThrows } from "@std/assert";
import {
  additiveJitter,
  type BackoffOptions,
  constantBackoff,
  decorrelatedJitter,
  fullJitter,
  windowedBackoff,
} from "@holdfast/websocket/backoff";

const FIRST = { attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 0 };

Deno.test("windowedBackoff() starts at half of a cap below 2 s, which the first window then fills", () => {
  assertEquals(windowedBackoff({ maxDelayMs: 500 })(FIRST), 250);
  assertEquals(windowedBackoff({ maxDelayMs: 10_000 })(FIRST), 1_000);
});

Deno.test("decorrelatedJitter() starts at a cap below 1 s", () => {
  assertEquals(decorrelatedJitter({ maxDelayMs: 500 })(FIRST), 500);
});

const REFUSALS: readonly [name: string, make: () => unknown, limits: string, value: number][] = [
  [
    "initialDelayMs",
    () => windowedBackoff({ initialDelayMs: 501, maxDelayMs: 1_000 }),
    "1 and 500",
    501,
  ],
  [
    "initialDelayMs",
    () => fullJitter({ initialDelayMs: 1_001, maxDelayMs: 1_000 }),
    "1 and 1000",
    1_001,
  ],
  ["maxDelayMs", () => windowedBackoff({ maxDelayMs: 1 }), "2 and 2147483647", 1],
  ["multiplier", () => windowedBackoff({ multiplier: 1.2 }), "1.25 and 2147483647", 1.2],
  ["multiplier", () => fullJitter({ multiplier: 0.9 }), "1 and 2147483647", 0.9],
  ["jitterMs", () => additiveJitter({ jitterMs: -1 }), "0 and 2147483647", -1],
  ["delayMs", () => constantBackoff(0), "1 and 2147483647", 0],
];

for (const [name, make, limits, value] of REFUSALS) {
  Deno.test(`a delay policy refuses '${name}' ${value}, and says what is allowed`, () => {
    const { message } = assertThrows(make, RangeError);
    assertEquals(
      message,
      `Cannot make a delay policy as '${name}' must be between ${limits}: current value is ${value}`,
    );
  });
}

Deno.test("a delay policy takes its options at their limits", () => {
  const limits: BackoffOptions = { initialDelayMs: 500, multiplier: 1.25, maxDelayMs: 1_000 };
  assertEquals(windowedBackoff(limits)(FIRST), 500);
});
