import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FakeTime } from "@std/testing/time";
import { preflight, type PreflightOptions, type PreflightRequest } from "../../lib/preflight.ts";
import type { HandshakeLink } from "../../mod.ts";
import { type Rig, rig, type RigOptions, URL_OF_TESTS } from "./rig.ts";

interface Answer {
  readonly status: number;
  readonly retryAfter?: string;
}

interface Flown extends Rig {
  /** The requests made so far. */
  readonly requests: [url: string, request: PreflightRequest][];
  /** Refuses what is dialled, and waits for the next attempt as long as it takes. */
  refuse(): Promise<void>;
  next(): Promise<void>;
}

/** Lets promises settle that depend on no timer. */
async function settle(): Promise<void> {
  for (let n = 0; n < 50; n++) await Promise.resolve();
}

/** A client with a preflight that is answered so; without an answer it fails. */
function fly(
  answer: Answer | null | (() => Promise<never>),
  options: PreflightOptions = {},
  url: Parameters<typeof preflight>[0] = URL_OF_TESTS,
  of: RigOptions = {},
): Flown {
  const requests: Flown["requests"] = [];
  const fetch: NonNullable<PreflightOptions["fetch"]> = (url, request) => {
    requests.push([url, request]);
    if (typeof answer === "function") return answer();
    if (!answer) return Promise.reject(new TypeError("Failed to fetch"));
    const { status, retryAfter } = answer;
    const get = (name: string): string | null => name === "Retry-After" ? retryAfter ?? null : null;
    return Promise.resolve({ status, headers: { get } });
  };
  const check = preflight(url, { fetch, ...options });
  const flown = rig({ ...of, url: check.url, shouldRetry: check.shouldRetry });
  const next = async (): Promise<void> => {
    // In small steps: the deadline of the attempt runs, too.
    while (flown.ws.state === "waiting") flown.clock.tick(100);
    await settle();
  };
  return Object.assign(flown, {
    requests,
    next,
    async refuse(): Promise<void> {
      await settle();
      flown.server.refuse();
      await next();
    },
  });
}

/** A handshake that any message ends. */
async function welcomed({ receive }: HandshakeLink): Promise<void> {
  await receive();
}

Deno.test("preflight() makes no request before the first dial", async () => {
  const flown = fly({ status: 404 });
  await settle();
  assertEquals([flown.network.connections.length, flown.requests], [1, []]);
});

Deno.test("preflight() makes one request before the next dial, to the same address by HTTP", async () => {
  const flown = fly({ status: 404 }, {}, "wss://example.com/feed?token=a");
  await flown.refuse();
  assertEquals(flown.network.connections.length, 2);
  assertEquals(
    flown.requests.map(([url, { signal, ...request }]) => [url, signal.aborted, request]),
    [["https://example.com/feed?token=a", true, {
      cache: "no-store",
      credentials: "omit",
      redirect: "manual",
    }]],
  );
});

Deno.test("preflight() sends cookies only if that is wanted", async () => {
  const flown = fly({ status: 404 }, { credentials: "include" });
  await flown.refuse();
  assertEquals(flown.requests.map(([, { credentials }]) => credentials), ["include"]);
});

Deno.test("preflight() calls a function for the URL before every attempt", async () => {
  let calls = 0;
  const flown = fly({ status: 404 }, {}, ({ attempt }) => {
    calls++;
    return Promise.resolve(`wss://example.com/${attempt}`);
  });
  await flown.refuse();
  await flown.refuse();
  assertEquals([calls, flown.requests.map(([url]) => url)], [3, ["https://example.com/1"]]);
  assertEquals(flown.network.connections.map(({ url }) => url), [
    "wss://example.com/0",
    "wss://example.com/1",
    "wss://example.com/2",
  ]);
});

Deno.test("preflight() makes a request before every second attempt at most", async () => {
  const flown = fly({ status: 404 });
  for (let n = 0; n < 6; n++) await flown.refuse();
  assertEquals([flown.network.connections.length, flown.requests.length], [7, 3]);
});

Deno.test("preflight() makes no request after a connection that was open", async () => {
  const flown = fly({ status: 404 });
  await settle();
  flown.server.accept();
  flown.server.drop();
  await flown.next();
  assertEquals([flown.network.connections.length, flown.requests], [2, []]);
});

for (const code of [1012, 1013]) {
  Deno.test(`preflight() makes no request after ${code} until the client was open again`, async () => {
    const flown = fly({ status: 404 });
    await settle();
    flown.server.accept();
    flown.server.close(code);
    await flown.next();
    await flown.refuse();
    await flown.refuse();
    assertEquals([flown.network.connections.length, flown.requests], [4, []]);
    flown.server.accept();
    flown.server.drop();
    await flown.next();
    await flown.refuse();
    assertEquals(flown.requests.length, 1);
  });
}

Deno.test("preflight() makes no request after 1012 and a close in the handshake", async () => {
  const flown = fly({ status: 404 }, {}, URL_OF_TESTS, { handshake: welcomed });
  await settle();
  flown.server.accept();
  flown.server.close(1012);
  await flown.next();
  flown.server.accept();
  flown.server.close(4000);
  await flown.next();
  await flown.refuse();
  assertEquals([flown.network.connections.length, flown.requests], [4, []]);
});

for (const call of ["close", "pause"] as const) {
  Deno.test(`preflight() makes no request for an address that is answered after ${call}()`, async () => {
    let answer = (_url: string): void => {};
    const flown = fly(
      { status: 404 },
      {},
      ({ attempt }) => attempt === 0 ? URL_OF_TESTS : new Promise((resolve) => answer = resolve),
    );
    await flown.refuse();
    flown.ws[call]();
    answer(URL_OF_TESTS);
    await settle();
    assertEquals([flown.network.connections.length, flown.requests], [1, []]);
  });
}

for (const status of [429, 503]) {
  Deno.test(`preflight() waits as Retry-After of ${status} says, and dials then`, async () => {
    const flown = fly({ status, retryAfter: "30" });
    flown.read();
    await flown.refuse();
    assertEquals(flown.network.connections.length, 1);
    // A half of what hints are spread over.
    const isHint = (line: string): boolean => line.startsWith("0 retry #2 37500 provider-failed");
    assertEquals(flown.read().filter(isHint).length, 1);
    await flown.next();
    assertEquals([flown.network.connections.length, flown.requests.length], [2, 1]);
  });

  Deno.test(`preflight() goes on after ${status} without Retry-After`, async () => {
    const flown = fly({ status });
    await flown.refuse();
    assertEquals([flown.network.connections.length, flown.requests.length], [2, 1]);
  });
}

Deno.test("preflight() fails an attempt with the status and the hint, and with no URL", async () => {
  const flown = fly({ status: 503, retryAfter: "2" });
  const causes: unknown[] = [];
  flown.ws.addEventListener("error", ({ error }) => causes.push(error.cause));
  await flown.refuse();
  const error = causes.at(-1) as Error;
  assertEquals([error.message, { ...error }], ["Cannot connect as the server answers 503", {
    status: 503,
    retry: { delayMs: 2_000 },
  }]);
});

/** At the Unix epoch plus one day. */
const NOW_MS = 86_400_000;

for (
  const [retryAfter, delayMs] of [
    ["1", 1_000],
    [" 120 ", 120_000],
    ["99999999999999999999", 2 ** 31 - 1],
    ["9".repeat(400), 2 ** 31 - 1],
    ["Fri, 02 Jan 1970 00:00:05 GMT", 5_000],
    ["Friday, 02-Jan-70 00:00:05 GMT", 5_000],
    ["Thu, 01 Jan 2099 00:00:00 GMT", 2 ** 31 - 1],
    ["Thu, 01 Jan 1970 00:00:00 GMT", null],
    ["0", null],
    ["", null],
    ["-5", null],
    ["1.5", null],
    ["1e3", null],
    ["5, 5", null],
    ["soon", null],
    ["2099", 2_099_000],
    ["in 2099", null],
    ["no day GMT", null],
    ["Infinity", null],
  ] as const
) {
  Deno.test(`preflight() reads Retry-After: ${retryAfter.slice(0, 40)}`, async () => {
    using _time = new FakeTime(NOW_MS);
    const flown = fly({ status: 429, retryAfter });
    let cause: { retry?: { delayMs: number } } | null = null;
    flown.ws.addEventListener("error", ({ error }) => cause = error.cause as typeof cause);
    await flown.refuse();
    const seen = (cause as { retry?: { delayMs: number } } | null)?.retry?.delayMs ?? null;
    assertEquals([seen, flown.network.connections.length], [delayMs, delayMs === null ? 2 : 1]);
  });
}

for (const status of [200, 204, 301, 400, 401, 403, 404, 405, 426, 500, 502]) {
  Deno.test(`preflight() goes on after ${status}, whatever Retry-After says`, async () => {
    const flown = fly({ status, retryAfter: "30" });
    await flown.refuse();
    assertEquals([flown.network.connections.length, flown.requests.length], [2, 1]);
    flown.server.accept();
    assertEquals(flown.ws.state, "open");
  });
}

Deno.test("shouldRetry gets the status of the attempt whose dial failed as well, and decides", async () => {
  const seen: unknown[] = [];
  const flown = fly({ status: 403 }, {
    shouldRetry: ({ attempt }, status) => {
      seen.push([attempt, status]);
      return attempt === 3 ? false : undefined;
    },
  });
  for (let n = 0; n < 4; n++) await flown.refuse();
  assertEquals([seen, flown.ws.state], [[[0, null], [1, 403], [2, null], [3, 403]], "closed"]);
});

Deno.test("shouldRetry gets null where HTTP said nothing, and for what a browser hides", async () => {
  for (const answer of [null, { status: 0 }]) {
    const seen: unknown[] = [];
    const flown = fly(answer, { shouldRetry: (_, status) => void seen.push(status) });
    await flown.refuse();
    await flown.refuse();
    assertEquals([seen, flown.requests.length], [[null, null], 1]);
  }
});

Deno.test("preflight() goes on when an answer takes longer than timeoutMs, and aborts the request", async () => {
  using time = new FakeTime();
  const flown = fly(() => new Promise(() => {}), { timeoutMs: 500 });
  await settle();
  flown.server.refuse();
  flown.clock.tick(2_000);
  await time.tickAsync(499);
  const [[, { signal }]] = flown.requests as [Flown["requests"][number]];
  assertEquals([flown.network.connections.length, signal.aborted], [1, false]);
  await time.tickAsync(1);
  await settle();
  assertEquals([flown.network.connections.length, signal.aborted], [2, true]);
});

Deno.test("preflight() aborts its request when the client ends, and leaves no timer", async () => {
  using time = new FakeTime();
  const flown = fly(() => new Promise(() => {}));
  await settle();
  flown.server.refuse();
  flown.clock.tick(2_000);
  await settle();
  const [[, { signal }]] = flown.requests as [Flown["requests"][number]];
  const { clearTimeout } = globalThis;
  let cleared = 0;
  globalThis.clearTimeout = (timer) => {
    cleared++;
    clearTimeout(timer);
  };
  try {
    flown.ws.close();
    await settle();
  } finally {
    globalThis.clearTimeout = clearTimeout;
  }
  await time.tickAsync(0);
  assertEquals([signal.aborted, cleared, flown.network.connections.length], [true, 1, 1]);
});

Deno.test("preflight() goes on where fetch throws, is missing, or answers nonsense", async () => {
  const { fetch } = globalThis;
  for (
    const replace of [
      undefined,
      (): never => {
        throw new Error("no network");
      },
      (): unknown => 5,
      (): unknown => Promise.resolve(null),
    ]
  ) {
    globalThis.fetch = replace as typeof fetch;
    const check = preflight(URL_OF_TESTS);
    const flown = rig({ url: check.url, shouldRetry: check.shouldRetry });
    try {
      await settle();
      flown.server.refuse();
      flown.clock.tick(2_000);
      await settle();
    } finally {
      globalThis.fetch = fetch;
    }
    assertEquals(flown.network.connections.length, 2);
  }
});

for (
  const [timeoutMs, error] of [
    [-1, RangeError],
    [NaN, RangeError],
    // As a timer it would end at once.
    [Infinity, RangeError],
    ["1", TypeError],
  ] as const
) {
  Deno.test(`preflight() refuses ${timeoutMs} of type ${typeof timeoutMs} for timeoutMs`, () => {
    assertThrows(
      () => preflight(URL_OF_TESTS, { timeoutMs: timeoutMs as number }),
      error,
      "Cannot preflight as 'timeoutMs' must be between 0 and 2147483647",
    );
  });
}

/** How a dial ends: before it is open, or with a close code. */
type End = "refused" | "denied" | "dropped" | number;

const ending = fc.constantFrom<End[]>(
  "refused",
  "denied",
  "dropped",
  1000,
  1011,
  1012,
  1013,
  4000,
);
const answers = fc.option(
  fc.record({
    status: fc.constantFrom(0, 200, 302, 401, 403, 404, 426, 429, 500, 503),
    retryAfter: fc.constantFrom("", "0", "5", "99999999999", "garbage"),
  }),
);

/** An attempt: whether it began with a request, and how it ended. */
interface Attempt {
  readonly requestsBefore: number;
  end: End | "must wait";
}

/** Plays the endings of dials one after the other; returns all attempts, those without a dial too. */
async function play(
  ends: readonly End[],
  answer: Answer | null,
): Promise<{ attempts: readonly Attempt[]; requests: number; state: string }> {
  const attempts: Attempt[] = [];
  const url = (): string => {
    // The first is called by the constructor.
    const requestsBefore = attempts.length && flown.requests.length;
    attempts.push({ requestsBefore, end: "must wait" });
    return URL_OF_TESTS;
  };
  const flown: Flown = fly(answer, {}, url, { handshake: welcomed });
  await settle();
  for (const end of ends) {
    // An attempt that failed by the answer made no dial: the next one does.
    if (flown.ws.state === "waiting") await flown.next();
    assertEquals(flown.ws.state, "connecting");
    (attempts.at(-1) as Attempt).end = end;
    if (end === "refused") flown.server.refuse();
    else {
      flown.server.accept();
      if (end !== "denied") flown.server.send("welcome");
      await settle();
      if (end === "dropped") flown.server.drop();
      else flown.server.close(end === "denied" ? 4000 : end);
    }
    await flown.next();
  }
  const { state } = flown.ws;
  flown.ws.close();
  return { attempts, requests: flown.requests.length, state };
}

Deno.test("preflight() never ends a client, and its requests are always rare and never in a restart", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(ending, { minLength: 1, maxLength: 20 }),
      answers,
      async (ends, answer) => {
        const { attempts, requests, state } = await play(ends, answer);
        const made = attempts.map(({ requestsBefore }, n) =>
          (attempts[n + 1]?.requestsBefore ?? requests) - requestsBefore
        );
        let restarts = false;
        for (const [n, { end }] of attempts.entries()) {
          if (typeof end === "number") restarts = end === 1012 || end === 1013;
          if (end === "dropped") restarts = false;
          const isDue = end === "refused" && !restarts && made[n] === 0;
          if (n + 1 < made.length) assertEquals(made[n + 1], isDue ? 1 : 0);
        }
        assert(state !== "closed");
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("preflight() makes a request again after the dial that follows a wait", async () => {
  const { attempts, requests } = await play(["refused", "refused"], {
    status: 503,
    retryAfter: "99999999999",
  });
  assertEquals([attempts.map(({ end }) => end), requests], [
    ["refused", "must wait", "refused", "must wait"],
    2,
  ]);
});
