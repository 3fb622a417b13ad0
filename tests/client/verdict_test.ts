import { assert, assertEquals } from "@std/assert";
import { assertSpyCalls, spy } from "@std/testing/mock";
import fc from "fast-check";
import type { BackoffContext } from "../../lib/backoff.ts";
import type { Client } from "../../lib/client/client.ts";
import type { Case } from "../../lib/client/feature.ts";
import { bound, drawn, plainVerdict, slowest } from "../../lib/client/verdict.ts";
import type { Input, Series, Verdict } from "../../lib/machine/state.ts";
import { CONFIG } from "../machine/core_table.ts";

const NEARLY_1 = 1 - 2 ** -53;
const CAP = CONFIG.maxDelayMs;
const FIRST: Series = { attempt: 0, waitedMs: 0, previousDelayMs: 0, early: 0, cut: false };
const LATER: Series = { ...FIRST, attempt: 2, waitedMs: 5_000, previousDelayMs: 3_000 };

interface Given {
  readonly code?: number;
  readonly series?: Series;
  readonly decision?: Case["decision"];
  readonly backoff?: (context: BackoffContext) => number;
  readonly random?: () => number;
  /** What may bring a new token. */
  readonly by?: "resolve" | "handshake";
}

function verdict(given: Given = {}): Verdict {
  const { code = 1006, series = LATER, decision, backoff = () => 7_000, by } = given;
  const { random = () => 0.5 } = given;
  const parts = { config: CONFIG, backoff, random, doors: by ? { [by]: () => {} } : {} };
  return plainVerdict({
    closure: { code, reason: "", wasClean: false },
    ...{ decision, failure: null },
  }, { parts, state: { phase: "open", series } } as unknown as Client);
}

function again(delayMs: number, by: Verdict["by"] = "policy", ...flaws: string[]): Verdict {
  return { retry: true, delayMs, by, flaws };
}

const STOP: Verdict = { retry: false, delayMs: 0, by: "policy", flaws: [] };

Deno.test("slowest() waits as long as it may, and says that the policy threw", () => {
  assertEquals(slowest(CONFIG), again(CAP, "policy", "backoff: threw"));
});

Deno.test("bound() is 1 ms at least, whatever the longest delay is", () => {
  assertEquals([bound(0, 0), bound(-1, 5), bound(5, 5), bound(6, 5), bound(NaN, 5)], [
    1,
    1,
    5,
    5,
    5,
  ]);
});

Deno.test("plainVerdict() follows the policy after an ordinary loss", () => {
  const backoff = spy((_context: BackoffContext) => 7_000);
  const random = spy(() => 0.25);
  assertEquals(verdict({ backoff, random }), again(7_000));
  assertSpyCalls(random, 1);
  assertEquals(backoff.calls.map(({ args }) => args), [
    [{ attempt: 3, waitedMs: 5_000, previousDelayMs: 3_000, random: 0.25 }],
  ]);
});

Deno.test("plainVerdict() does not retry after a fatal code, and draws nothing then", () => {
  const random = spy(() => 0.5);
  const backoff = spy(() => 1);
  assertEquals(verdict({ code: 4403, random, backoff, by: "resolve" }), STOP);
  assertSpyCalls(random, 0);
  assertSpyCalls(backoff, 0);
});

Deno.test("plainVerdict() retries an unauthorized client only if a new token may come", () => {
  for (const code of [1008, 3000, 4401]) {
    const verdicts = [{}, { by: "resolve" }, { by: "handshake" }] as const;
    assertEquals(verdicts.map((given) => verdict({ code, ...given })), [
      STOP,
      again(7_000),
      again(7_000),
    ]);
  }
});

Deno.test("plainVerdict() ends the client where a thrown value says so", () => {
  assertEquals(verdict({ decision: false }), STOP);
});

const PACED: readonly (readonly [code: number, minMs: number, maxMs: number])[] = [
  [1012, 5_000, 30_000],
  [1013, 2_200, 4_400], // initial delay 1.1 s
  [1008, 2_200, 4_400],
];

for (const [code, minMs, maxMs] of PACED) {
  Deno.test(`plainVerdict() paces the first retry after ${code}, and only the first`, () => {
    const first = (draw: number): Verdict =>
      verdict({ code, series: FIRST, random: () => draw, by: "resolve" });
    assertEquals(first(0), again(minMs, "close-code"));
    assertEquals(first(0.5), again((minMs + maxMs) / 2, "close-code"));
    assert(first(NEARLY_1).delayMs <= maxMs);
    assertEquals(verdict({ code, by: "resolve" }), again(7_000));
  });
}

const ANSWERS: readonly (readonly [answer: number, delayMs: number, ...flaws: string[]])[] = [
  [1, 1],
  [CAP, CAP],
  [0, 1, "backoff: out of bounds"],
  [-Infinity, 1, "backoff: out of bounds"],
  [CAP + 0.001, CAP, "backoff: out of bounds"],
  [Infinity, CAP, "backoff: out of bounds"],
  [NaN, CAP, "backoff: out of bounds"],
];

for (const [answer, delayMs, ...flaws] of ANSWERS) {
  Deno.test(`plainVerdict() makes ${delayMs} ms of ${answer} from the policy`, () => {
    assertEquals(verdict({ backoff: () => answer }), again(delayMs, "policy", ...flaws));
  });
}

const given = fc.record({
  code: fc.oneof(fc.integer({ min: 0, max: 65_535 }), fc.constantFrom(1006, 1012, 1013, 4403)),
  series: fc.constantFrom(FIRST, LATER),
  delayMs: fc.oneof(fc.double(), fc.integer()),
  draw: fc.oneof(fc.constantFrom(0, NEARLY_1, NaN, -1, 2), fc.double()),
  by: fc.constantFrom("resolve" as const, "handshake" as const),
});

function isBounded(decide: (given: Given) => Verdict): fc.IProperty<unknown> {
  return fc.property(given, ({ delayMs: answer, draw, ...others }) => {
    const found = decide({ ...others, backoff: () => answer, random: () => draw });
    if (found.retry) assert(found.delayMs >= 1 && found.delayMs <= CAP, `${found.delayMs}`);
    else assertEquals(found, STOP);
  });
}

Deno.test("plainVerdict() always waits 1 ms to maxDelayMs, whatever number it is given", () => {
  fc.assert(isBounded(verdict), { numRuns: 5_000 });
});

const BUGS: Record<string, (given: Given) => Verdict> = {
  "the policy's word is law": (given) => {
    const found = verdict(given);
    const isOut = found.flaws.includes("backoff: out of bounds");
    return isOut ? { ...found, delayMs: Number(given.backoff?.({} as BackoffContext)) } : found;
  },
  "a fatal code is retried": (given) => ({ ...verdict(given), retry: true }),
};

for (const [what, decide] of Object.entries(BUGS)) {
  Deno.test(`plainVerdict() property finds a planted bug: ${what}`, () => {
    assert(fc.check(isBounded(decide), { numRuns: 5_000 }).failed);
  });
}

/** A draw, and what it has the machine know. */
function draw(random: () => unknown): unknown {
  const inputs: Input[] = [];
  const apply = (input: Input): void => void inputs.push(input);
  // Reported before, as what is printed here is no part of it.
  const client = { apply, reported: ["random"], parts: { random } };
  return [drawn(client as unknown as Client), inputs];
}

Deno.test("drawn() gives a draw from 0 to below 1", () => {
  assertEquals([0, 0.25, NEARLY_1].map((value) => draw(() => value)), [
    [0, []],
    [0.25, []],
    [NEARLY_1, []],
  ]);
});

for (const value of [NaN, -0.001, 1, Infinity, undefined, "0.5", null]) {
  Deno.test(`drawn() gives the middle for ${value} (${typeof value})`, () => {
    assertEquals(draw(() => value), [0.5, []]);
  });
}

Deno.test("drawn() gives the middle where the source of chance throws, and names it", () => {
  const random = (): never => {
    throw new Error("wss://token@example.com");
  };
  assertEquals(draw(random), [0.5, [{ type: "fault", fault: "random: threw" }]]);
});
