import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { assertSpyCalls, spy } from "@std/testing/mock";
import fc from "fast-check";
import type { BackoffContext } from "../../lib/backoff.ts";
import type { Client } from "../../lib/client/client.ts";
import type { Case, DoorFeature, Feature } from "../../lib/client/feature.ts";
import { partsOf } from "../../lib/client/parts.ts";
import { PendingError } from "../../lib/errors.ts";
import { type Failure, retry, type RetryDecision } from "../../lib/features/retry.ts";
import type { Series, State, Verdict } from "../../lib/machine/state.ts";
import { CONFIG } from "./core_table.ts";

const NEARLY_1 = 1 - 2 ** -53;
const CAP = CONFIG.maxDelayMs;
const SERIES: Series = {
  attempt: 2,
  waitedMs: 5_000,
  previousDelayMs: 3_000,
  early: 0,
  cut: false,
};
const FIRST: Series = { attempt: 0, waitedMs: 0, previousDelayMs: 0, early: 0, cut: false };
const FAILURE: Failure = {
  attempt: 2,
  code: 1006,
  reason: "",
  wasClean: false,
  wasOpen: true,
  error: null,
};

interface Given {
  readonly code?: number;
  readonly series?: Series;
  readonly phase?: State["phase"];
  /** What `shouldRetry` does; not given at all if absent. */
  readonly answer?: (failure: Failure) => unknown;
  readonly backoff?: (context: BackoffContext) => unknown;
  /** A draw, or what draws. */
  readonly random?: unknown;
  readonly canRefresh?: boolean;
  /** What a thrown value decided. */
  readonly decision?: RetryDecision;
  readonly failure?: Case["failure"];
  /** The epoch of the client, as it is at any moment. */
  readonly epoch?: () => number;
  readonly report?: Client["report"];
}

/** The part of a client that decides. */
function clientOf(given: Given): Client {
  const { backoff = () => 7_000, canRefresh = false, report = () => {} } = given;
  const draws = "random" in given ? given.random : 0.5;
  const random = typeof draws === "function" ? draws : () => draws;
  const doors = canRefresh ? { resolve: () => {} } : {};
  const { epoch = () => 1, phase = "open", series = SERIES } = given;
  const client = {
    parts: { config: CONFIG, backoff, random, doors },
    report,
    get state(): Partial<State> {
      return { phase, epoch: epoch(), series };
    },
  };
  return client as unknown as Client;
}

function verdict(given: Given = {}): Verdict {
  const { code = 1006, decision, failure = null } = given;
  const closure = { code, reason: "", wasClean: false };
  const { judge }: DoorFeature = retry(given.answer as Parameters<typeof retry>[0]);
  assert(judge);
  return judge({ closure, decision, failure }, clientOf(given));
}

function again(delayMs: number, by: Verdict["by"] = "policy", ...flaws: string[]): Verdict {
  return { retry: true, delayMs, by, flaws };
}

const STOP: Verdict = { retry: false, delayMs: 0, by: "policy", flaws: [] };

Deno.test("retry() is of one kind, with a function or without", () => {
  assertEquals([retry(), retry(() => true)].map(({ kind }) => kind), ["retry", "retry"]);
});

Deno.test("retry() without a function lets clients share what they are made of", () => {
  const doorsOf = (feature: Feature): object =>
    partsOf("ws://127.0.0.1/", { use: [feature] }).doors;
  assertStrictEquals(doorsOf(retry()), doorsOf(retry()));
  const decide = retry(() => true);
  assertNotStrictEquals(doorsOf(decide), doorsOf(decide));
});

Deno.test("judge() follows the policy after an ordinary loss", () => {
  assertEquals(verdict(), again(7_000));
});

Deno.test("judge() gives the policy the attempt to come and what was waited", () => {
  const backoff = spy((_context: BackoffContext) => 7_000);
  verdict({ backoff, random: 0.25 });
  assertEquals(backoff.calls.map(({ args }) => args), [
    [{ attempt: 3, waitedMs: 5_000, previousDelayMs: 3_000, random: 0.25 }],
  ]);
});

Deno.test("judge() shows shouldRetry the failure, once", () => {
  const answer = spy((_failure: Failure) => true);
  verdict({ answer, code: 1011 });
  assertEquals(answer.calls.map(({ args }) => args), [[{ ...FAILURE, code: 1011 }]]);
});

Deno.test("judge() shows shouldRetry whether the connection was open", () => {
  const answer = spy((_failure: Failure) => true);
  for (const phase of ["connecting", "handshaking", "open"] as const) verdict({ answer, phase });
  assertEquals(answer.calls.map(({ args: [{ wasOpen }] }) => wasOpen), [false, false, true]);
});

Deno.test("judge() shows shouldRetry the error that the client reports", () => {
  const failure = new PendingError("connection-lost", 2, undefined);
  const answer = spy((_failure: Failure) => true);
  verdict({ answer, failure });
  assertEquals(answer.calls.map(({ args }) => args), [[{ ...FAILURE, error: failure.error }]]);
});

Deno.test("judge() makes no error where there is no shouldRetry to see it", () => {
  const make = spy(() => null);
  const failure = Object.defineProperty({}, "error", { get: make }) as PendingError;
  assertEquals(verdict({ failure }), again(7_000));
  assertSpyCalls(make, 0);
});

Deno.test("judge() does not retry after a fatal code, and draws nothing then", () => {
  const random = spy(() => 0.5);
  const backoff = spy(() => 1);
  assertEquals(verdict({ code: 4403, backoff, random, canRefresh: true }), STOP);
  assertSpyCalls(random, 0);
  assertSpyCalls(backoff, 0);
});

Deno.test("judge() draws one random number for a retry", () => {
  for (const answer of [undefined, true, { delayMs: 5 }]) {
    const random = spy(() => 0.5);
    verdict({ answer: () => answer, random });
    assertSpyCalls(random, 1);
  }
});

Deno.test("judge() draws and calls nothing more once shouldRetry has ended the attempt", () => {
  let epoch = 1;
  const answer = (): boolean => ++epoch > 1;
  const random = spy(() => 0.5);
  const backoff = spy(() => 1_000);
  assertEquals(verdict({ answer, backoff, random, epoch: () => epoch }), STOP);
  assertSpyCalls(random, 0);
  assertSpyCalls(backoff, 0);
});

Deno.test("judge() retries an unauthorized client only if a new token may come", () => {
  for (const code of [1008, 3000, 4401]) {
    assertEquals(verdict({ code }), STOP);
    assertEquals(verdict({ code, canRefresh: true }), again(7_000));
  }
});

Deno.test("judge() follows shouldRetry against the table of codes", () => {
  assertEquals(verdict({ code: 4403, answer: () => true }), again(7_000));
  assertEquals(verdict({ code: 1006, answer: () => false }), STOP);
});

Deno.test("judge() decides by the table where shouldRetry does not", () => {
  assertEquals(verdict({ code: 4403, answer: () => undefined }), STOP);
  assertEquals(verdict({ code: 1006, answer: () => undefined }), again(7_000));
});

Deno.test("judge() decides by the table where shouldRetry throws, and says so", () => {
  const answer = (): never => {
    throw new Error("wss://token@example.com");
  };
  assertEquals(verdict({ answer }), again(7_000, "policy", "shouldRetry: threw"));
  assertEquals(verdict({ answer, code: 4403 }), { ...STOP, flaws: ["shouldRetry: threw"] });
});

const NONSENSE: readonly unknown[] = [
  null,
  0,
  1,
  "no",
  {},
  [],
  { delayMs: "5" },
  { delayMs: NaN },
  () => false,
];

for (const answer of NONSENSE) {
  Deno.test(`judge() takes ${JSON.stringify(answer)} (${typeof answer}) of shouldRetry for no answer`, () => {
    const flaw = "shouldRetry: unusable answer";
    assertEquals(verdict({ answer: () => answer }), again(7_000, "policy", flaw));
    assertEquals(verdict({ answer: () => answer, code: 4403 }), { ...STOP, flaws: [flaw] });
  });
}

Deno.test("judge() takes an async shouldRetry for no answer, and its rejection for none either", async () => {
  const unhandled: unknown[] = [];
  const note = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  addEventListener("unhandledrejection", note);
  const flaw = "shouldRetry: unusable answer";
  assertEquals(verdict({ answer: () => Promise.resolve(false) }), again(7_000, "policy", flaw));
  assertEquals(
    verdict({ answer: () => Promise.reject(new Error()) }),
    again(7_000, "policy", flaw),
  );
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 0);
  await promise;
  removeEventListener("unhandledrejection", note);
  assertEquals(unhandled, []);
});

const HINTS: readonly (readonly [hintMs: number, minMs: number, maxMs: number])[] = [
  [10_000, 10_000, 15_000],
  [0.5, 1, 1],
  [0, 1, 1],
  [-5, 1, 1],
  [55_000, 40_000, CAP],
  [10 * 365 * 86_400_000, 40_000, CAP],
  [Infinity, 40_000, CAP],
];

for (const [delayMs, minMs, maxMs] of HINTS) {
  Deno.test(`judge() spreads a hint of ${delayMs} ms over ${minMs} to ${maxMs} ms`, () => {
    const answer = (): unknown => ({ delayMs });
    assertEquals(verdict({ answer, random: 0 }), again(minMs, "hint"));
    const { delayMs: last } = verdict({ answer, random: NEARLY_1 });
    assert(last <= maxMs && last > maxMs * (1 - 1e-12), `${last}`);
  });
}

Deno.test("judge() waits as long as it may where a hint can be read only once, and says so", () => {
  let reads = 0;
  const answer = {
    get delayMs(): number {
      if (reads++ > 0) throw new Error("read twice");
      return 5;
    },
  };
  const { delayMs, flaws } = verdict({ answer: () => answer });
  assert(delayMs >= CAP / 2, `${delayMs}`);
  assertEquals(flaws, ["shouldRetry: threw"]);
});

Deno.test("judge() keeps a hint of -Infinity within the bounds", () => {
  const { delayMs } = verdict({ answer: () => ({ delayMs: -Infinity }) });
  assert(delayMs >= 1 && delayMs <= CAP, `${delayMs}`);
});

Deno.test("judge() follows a hint after a fatal code and against the pacing of 1012", () => {
  const answer = (): unknown => ({ delayMs: 100 });
  assertEquals(verdict({ code: 4403, answer, random: 0 }), again(100, "hint"));
  assertEquals(verdict({ code: 1012, series: FIRST, answer, random: 0 }), again(100, "hint"));
});

const PACED: readonly (readonly [code: number, minMs: number, maxMs: number])[] = [
  [1012, 5_000, 30_000],
  [1013, 2_200, 4_400], // initial delay 1.1 s
  [1008, 2_200, 4_400],
];

for (const [code, minMs, maxMs] of PACED) {
  Deno.test(`judge() paces the first retry after ${code}, and only the first`, () => {
    const canRefresh = true;
    const first = (random: number): Verdict => verdict({ code, series: FIRST, random, canRefresh });
    assertEquals(first(0), again(minMs, "close-code"));
    assertEquals(first(0.5), again((minMs + maxMs) / 2, "close-code"));
    assert(first(NEARLY_1).delayMs <= maxMs);
    assertEquals(verdict({ code, answer: () => true, series: FIRST }).by, "close-code");
    assertEquals(verdict({ code, canRefresh }), again(7_000));
  });
}

const ANSWERS: readonly (readonly [answer: unknown, delayMs: number, ...flaws: string[]])[] = [
  [1, 1],
  [CAP, CAP],
  [0.999, 1, "backoff: out of bounds"],
  [0, 1, "backoff: out of bounds"],
  [-1, 1, "backoff: out of bounds"],
  [-Infinity, 1, "backoff: out of bounds"],
  [CAP + 0.001, CAP, "backoff: out of bounds"],
  [Infinity, CAP, "backoff: out of bounds"],
  [NaN, CAP, "backoff: unusable answer"],
  [undefined, CAP, "backoff: unusable answer"],
  ["500", CAP, "backoff: unusable answer"],
  [500n, CAP, "backoff: unusable answer"],
];

for (const [answer, delayMs, ...flaws] of ANSWERS) {
  Deno.test(`judge() makes ${delayMs} ms of ${answer} (${typeof answer}) from the policy`, () => {
    assertEquals(verdict({ backoff: () => answer }), again(delayMs, "policy", ...flaws));
  });
}

Deno.test("judge() waits as long as it may where the policy throws", () => {
  const backoff = (): never => {
    throw new Error();
  };
  assertEquals(verdict({ backoff }), again(CAP, "policy", "backoff: threw"));
});

for (const drawn of [NaN, -0.001, 1, 2, Infinity, undefined, "0.5", null]) {
  Deno.test(`judge() draws the middle where the random source gives ${drawn} (${typeof drawn})`, () => {
    const answer = (): unknown => ({ delayMs: 1_000 });
    assertEquals(
      verdict({ answer, random: drawn }),
      again(1_250, "hint", "random: unusable answer"),
    );
  });
}

Deno.test("judge() draws the middle where the random source throws", () => {
  const random = (): never => {
    throw new Error();
  };
  assertEquals(verdict({ backoff: () => 1, random }), again(1, "policy", "random: threw"));
});

Deno.test("judge() reports each judge that throws, and each answer that makes no sense", () => {
  const reported: string[] = [];
  const thrown = new Error("mine");
  const answer = (): never => {
    throw thrown;
  };
  verdict({
    answer,
    backoff: () => "?",
    report: (judge, error) => reported.push(judge, `${error}`),
  });
  assertEquals(reported, [
    ...["shouldRetry", "Error: mine"],
    ...["backoff", "TypeError: Cannot use the answer of 'backoff'"],
  ]);
});

Deno.test("judge() follows what a thrown value decided against the table of codes", () => {
  assertEquals(verdict({ decision: false }), STOP);
  const decision = { delayMs: 1_000 };
  assertEquals(verdict({ decision, code: 4403, random: 0 }), again(1_000, "hint"));
});

Deno.test("judge() follows shouldRetry against what a thrown value decided", () => {
  assertEquals(verdict({ decision: false, answer: () => true }), again(7_000));
  assertEquals(verdict({ decision: { delayMs: 5 }, answer: () => false }), STOP);
  assertEquals(verdict({ decision: false, answer: () => undefined }), STOP);
});

Deno.test("judge() names the flaws of both, in order", () => {
  const flaws = ["shouldRetry: unusable answer", "backoff: unusable answer"];
  assertEquals(
    verdict({ answer: () => "?", backoff: () => "?" }),
    again(CAP, "policy", ...flaws),
  );
});

/** Anything a function may do: return a number, an answer or nonsense, or throw. */
const behaviour = fc.oneof(
  fc.oneof(fc.double(), fc.integer(), fc.anything()).map((value) => () => value),
  fc.oneof(fc.double(), fc.integer()).map((delayMs) => () => ({ delayMs })),
  fc.anything().map((thrown) => () => {
    throw thrown;
  }),
);

const anyGiven: fc.Arbitrary<Given> = fc.record({
  code: fc.oneof(fc.integer({ min: 0, max: 65_535 }), fc.constantFrom(1000, 1006, 1012, 1013)),
  series: fc.constantFrom(FIRST, SERIES),
  answer: fc.oneof(fc.constant(() => undefined), behaviour),
  backoff: behaviour,
  random: fc.oneof(fc.constantFrom(0, NEARLY_1, NaN, -1, 2), fc.double()),
  canRefresh: fc.boolean(),
  decision: fc.constantFrom(undefined, false, { delayMs: 0 }, { delayMs: 1e12 }, { delayMs: -1 }),
});

function isBounded(decide: (given: Given) => Verdict): fc.IProperty<unknown> {
  return fc.property(anyGiven, (given) => {
    const { retry, delayMs } = decide(given);
    if (retry) assert(delayMs >= 1 && delayMs <= CAP, `${delayMs}`);
    else assertEquals(delayMs, 0);
  });
}

Deno.test("judge() never throws and waits 1 ms to maxDelayMs, whatever it is given", () => {
  fc.assert(isBounded(verdict), { numRuns: 5_000 });
});

const BUGS: Record<string, (given: Given) => Verdict> = {
  "a hint is not bounded": (given) => {
    const answer = given.answer?.(FAILURE) as { delayMs?: unknown } | null | undefined;
    const { by, ...found } = verdict(given);
    return by === "hint" ? { by, ...found, delayMs: Number(answer?.delayMs) } : { by, ...found };
  },
  "the policy's word is law": (given) => {
    const found = verdict(given);
    const isOut = found.flaws.includes("backoff: out of bounds");
    return isOut ? { ...found, delayMs: Number(given.backoff?.({} as BackoffContext)) } : found;
  },
};

for (const [what, decide] of Object.entries(BUGS)) {
  Deno.test(`judge() property finds a planted bug: ${what}`, () => {
    assert(fc.check(isBounded(decide), { numRuns: 5_000 }).failed);
  });
}
