import { assert, assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { seededRandom } from "../../lib/testing/mod.ts";
import type { Failure, ReconnectingWebSocketOptions, TraceRecord } from "../../mod.ts";
import { DELAYS_MS, openRig, type Rig, rig } from "./rig.ts";

/** The delay of the wait that the client is in. */
function delayMs({ clock }: Rig): number {
  return clock.pending.at(-1)?.delayMs ?? NaN;
}

Deno.test("the default delays double, around a second at first, up to a minute", () => {
  const it = rig();
  const delays = DELAYS_MS.map(() => {
    it.server.refuse();
    const waitMs = delayMs(it);
    it.clock.tick(waitMs);
    return waitMs;
  });
  assertEquals(
    delays.map((ms, n) => Math.abs(ms - (DELAYS_MS[n] ?? NaN)) <= 1),
    Array(8).fill(true),
  );
});

const CODES: Readonly<Record<"retried" | "fatal" | "unauthorized", readonly number[]>> = {
  retried: [
    1000,
    1001,
    1002,
    1003,
    1005,
    1007,
    1009,
    1011,
    1012,
    1013,
    1014,
    1015,
    3001,
    4000,
    4999,
  ],
  fatal: [1010, 3003, 4400, 4403, 4404, 4410],
  unauthorized: [1008, 3000, 4401],
};

Deno.test("close codes that retrying cannot cure end the client, all others are retried", () => {
  const willRetry = (code: number): boolean => {
    const { ws, server } = openRig();
    server.close(code);
    return ws.state === "waiting";
  };
  assertEquals(CODES.retried.filter(willRetry), [...CODES.retried]);
  assertEquals([...CODES.fatal, ...CODES.unauthorized].filter(willRetry), []);
});

Deno.test("a fatal close says why by its close event, and fires no error", async () => {
  const { ws, server, log } = openRig();
  server.close(4_403, "forbidden");
  assertEquals(log, [
    "3 statechange open -> closed",
    "3 close 4403 forbidden clean fatal-close over",
  ]);
  const { error } = await ws.closed;
  assertEquals([error?.code, error?.cause], ["fatal-close", undefined]);
});

Deno.test("a clean close that shouldRetry refuses fires no error", () => {
  const { server, log } = openRig({ shouldRetry: ({ code }) => code !== 1000 });
  server.close(1000);
  assertEquals(log, ["3 statechange open -> closed", "3 close 1000 clean fatal-close over"]);
});

Deno.test("a clean close at the limit fires no error", () => {
  const it = rig({ maxAttempts: 1 });
  it.server.refuse();
  it.clock.tick(1_500);
  it.server.accept();
  it.read();
  it.server.close(1001);
  assertEquals(it.log, ["3 statechange open -> closed", "3 close 1001 clean retry-limit over"]);
});

Deno.test("unauthorized is retried where a provider or a handshake can bring a fresh token", async () => {
  for (const code of CODES.unauthorized) {
    const cures = [
      { url: () => "wss://example.com" },
      { protocols: () => ["token"] },
      { handshake: () => {} },
    ];
    for (const options of cures) {
      const { ws, clock, network } = rig(options);
      await clock.tickAsync(0);
      network.connections[0]?.accept();
      await clock.tickAsync(0);
      network.connections[0]?.close(code);
      assertEquals(ws.state, "waiting");
    }
  }
});

Deno.test("shouldRetry sees the failure, and its answer counts", () => {
  const failures: Failure[] = [];
  const { ws, server, clock, network } = rig({
    shouldRetry: (failure) => {
      failures.push(failure);
      return failure.attempt < 1;
    },
  });
  server.refuse();
  clock.tick(1_500);
  network.connections[1]?.accept();
  network.connections[1]?.close(1001, "bye");
  assertEquals(ws.state, "closed");
  assertEquals(failures.map(({ error, ...others }) => ({ ...others, error: error?.code })), [
    {
      attempt: 0,
      code: 1006,
      reason: "",
      wasClean: false,
      wasOpen: false,
      error: "connect-failed",
    },
    { attempt: 1, code: 1001, reason: "bye", wasClean: true, wasOpen: true, error: undefined },
  ]);
});

Deno.test("shouldRetry is heeded though a hint came while it was asked", () => {
  const it = openRig({
    heartbeat: { message: "ping" },
    shouldRetry: () => {
      it.network.online();
      return true;
    },
  });
  it.server.drop();
  assertEquals(it.ws.state, "waiting");
});

Deno.test("shouldRetry true retries what the table calls fatal", () => {
  const { ws, server } = openRig({ shouldRetry: () => true });
  server.close(4_403);
  assertEquals(ws.state, "waiting");
});

const NONSENSE: readonly unknown[] = [
  null,
  NaN,
  "5000",
  {},
  { delayMs: NaN },
  { delayMs: "1" },
  [],
  5,
  Promise.resolve(),
];

Deno.test("shouldRetry that answers nonsense or throws gets the default decision, and a trace", () => {
  const throws = (): never => {
    throw new Error("no idea");
  };
  for (const answer of [...NONSENSE.map((value) => () => value as undefined), throws]) {
    const flaws: unknown[] = [];
    const trace = ({ input }: TraceRecord): void => {
      const verdict = input["verdict"] as { readonly flaws: readonly string[] } | undefined;
      flaws.push(...verdict?.flaws ?? []);
    };
    const it = openRig({ shouldRetry: answer, trace });
    it.server.drop();
    assertEquals([it.ws.state, delayMs(it)], ["waiting", 1_500]);
    assertEquals(flaws, [`shouldRetry: ${answer === throws ? "threw" : "unusable answer"}`]);
  }
});

Deno.test("a server's hint is followed, a half later at most, within maxDelayMs", () => {
  const at = (hintMs: number, random: number, options = {}): number => {
    const it = openRig({
      shouldRetry: () => ({ delayMs: hintMs }),
      random: () => random,
      ...options,
    });
    it.server.drop();
    return delayMs(it);
  };
  assertEquals([at(8_000, 0), at(8_000, 0.5), at(8_000, 0.999_999)], [8_000, 10_000, 11_999]);
  const tenYearsMs = 10 * 365 * 86_400_000;
  assertEquals([at(tenYearsMs, 0), at(tenYearsMs, 0.5)], [40_000, 50_000]);
  assertEquals([at(Infinity, 0.5), at(Infinity, 0)], [50_000, 40_000]);
  assertEquals([at(0, 0.5), at(-5, 0.5), at(-Infinity, 0.5)], [1, 1, 60_000]);
  assertEquals(at(8_000, 0.5, { maxDelayMs: 1_000 }), 833);
});

Deno.test("backoff gets the attempt and what was waited, and its delay is taken", () => {
  const contexts: unknown[] = [];
  const it = rig({
    backoff: (context) => {
      contexts.push(context);
      return context.attempt * 100;
    },
  });
  for (let n = 0; n < 3; n++) {
    it.server.refuse();
    it.clock.tick((n + 1) * 100);
  }
  assertEquals(contexts, [
    { attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 0.5 },
    { attempt: 2, waitedMs: 100, previousDelayMs: 100, random: 0.5 },
    { attempt: 3, waitedMs: 300, previousDelayMs: 200, random: 0.5 },
  ]);
  assertEquals(it.network.connections.map(({ dialedAtMs }) => dialedAtMs), [0, 100, 300, 600]);
});

Deno.test("backoff that answers nonsense waits maxDelayMs, one out of bounds what is nearest", () => {
  const throws = (): never => {
    throw new Error("no delay");
  };
  const waits = (backoff: () => unknown): number => {
    const it = openRig({ backoff: backoff as () => number, maxDelayMs: 5_000 });
    it.server.drop();
    return delayMs(it);
  };
  const answers = [NaN, undefined, null, "100", {}, 100n, Infinity, 5_001, -1, 0, -Infinity, 0.5];
  assertEquals(answers.map((answer) => waits(() => answer)), [
    ...Array(8).fill(5_000),
    ...Array(4).fill(1),
  ]);
  assertEquals(waits(throws), 5_000);
});

Deno.test("a random source that is broken makes neither a storm nor a crash", () => {
  const throws = (): never => {
    throw new Error("no entropy");
  };
  for (const random of [() => NaN, () => "0.5" as unknown as number, throws, () => -1, () => 7]) {
    for (const code of [1001, 1012, 1013]) {
      const it = openRig({ random });
      it.server.close(code);
      assertEquals(it.ws.state, "waiting");
      assert(delayMs(it) >= 1_000 && delayMs(it) <= 60_000);
    }
  }
});

/** The first delays of many clients that lose their server alike. */
function fleet(lose: (it: Rig) => void, options: ReconnectingWebSocketOptions = {}): number[] {
  const random = seededRandom(7);
  return Array.from({ length: 200 }, () => {
    const it = openRig({ ...options, random });
    lose(it);
    return delayMs(it);
  });
}

/** How much of [minMs, maxMs] the delays fill; 0 if any lies outside. */
function spread(delays: readonly number[], minMs: number, maxMs: number): number {
  const [least, most] = [Math.min(...delays), Math.max(...delays)];
  return least >= Math.trunc(minMs) && most <= maxMs ? (most - least) / (maxMs - minMs) : 0;
}

const hint = { shouldRetry: () => ({ delayMs: 20_000 }) };
const dropAgain = (it: Rig): void => {
  for (let n = 0; n < 8; n++) {
    it.server.drop();
    it.clock.next();
    it.server.accept();
  }
  it.server.drop();
};

/** What brings a fleet down at once, the options, and the range that its delays must fill. */
const HERDS: readonly [string, (it: Rig) => void, ReconnectingWebSocketOptions, number, number][] =
  [
    ["a drop", (it) => it.server.drop(), {}, 1_000, 2_000],
    ["a paced restart", (it) => it.server.close(1012), {}, 5_000, 30_000],
    [
      "a paced restart, small cap",
      (it) => it.server.close(1012),
      { maxDelayMs: 4_000 },
      2_000,
      4_000,
    ],
    ["an overload", (it) => it.server.close(1013), {}, 2_000, 4_000],
    ["an overload, small cap", (it) => it.server.close(1013), { maxDelayMs: 2_000 }, 1_000, 2_000],
    ["equal hints", (it) => it.server.drop(), hint, 20_000, 30_000],
    [
      "equal hints, small cap",
      (it) => it.server.drop(),
      { ...hint, maxDelayMs: 9_000 },
      6_000,
      9_000,
    ],
    ["accept-then-drop", dropAgain, {}, 49_000, 60_000],
    ["a drop, small cap", (it) => it.server.drop(), { maxDelayMs: 300 }, 150, 300],
    ["accept-then-drop, small cap", dropAgain, { maxDelayMs: 300 }, 245, 300],
  ];

for (const [what, lose, options, minMs, maxMs] of HERDS) {
  Deno.test(`a fleet stays spread after ${what}`, () => {
    const share = spread(fleet(lose, options), minMs, maxMs);
    assert(share > 0.9, `fills ${share} of the range from ${minMs} to ${maxMs} ms`);
  });
}

Deno.test("a paced restart paces the first retry only, and the policy begins after it", () => {
  const it = openRig({ random: () => 0.25 });
  it.server.close(1012);
  assertEquals(delayMs(it), 11_250);
  it.clock.tick(11_250);
  it.server.accept();
  it.server.close(1012);
  // The policy starts over: 1 s and a quarter of the first window.
  assertEquals(delayMs(it), 1_250);
});

Deno.test("shouldRetry whose delay can be read once counts as a hint of the longest delay", () => {
  using _ = stub(console, "error");
  let reads = 0;
  const it = openRig({
    maxDelayMs: 20_000,
    shouldRetry: () => ({
      get delayMs(): number {
        if (reads++ > 0) throw new Error("read twice");
        return 5;
      },
    }),
  });
  it.server.drop();
  // The middle of what fits under the cap.
  assertEquals(it.log.at(-1), "0 retry #1 16667 connection-lost");
});
