import { assertEquals } from "@std/assert";
import type { Config, Effect, Input, State } from "../lib/state.ts";
import { HINT_JITTER_MS, transition } from "../lib/transition.ts";
import { CONFIG, HEARTBEAT } from "./tools/core_table.ts";
import {
  ABANDON,
  arm,
  assertStep,
  BEATING,
  change,
  CLOSED,
  closeOf,
  CLOSING,
  CONNECTING,
  DISARM,
  FRESH,
  HANDSHAKING,
  lost,
  NO_RETRY,
  OPEN,
  RESOLVING,
  RETRY,
  SILENT,
  THIRD,
  timer,
  WAITING,
} from "./tools/core_words.ts";

// ------------------------------------------------------------------------------------ waiting

Deno.test("transition() retry timer starts the next attempt in a new epoch", () => {
  assertStep(
    transition(WAITING, timer("retry"), CONFIG),
    { ...RESOLVING, epoch: 5 },
    [DISARM, arm("connect", 10_000), change("waiting", "connecting"), { type: "resolve" }],
  );
});

Deno.test("transition() retry timer does not count as an attempt by a hint", () => {
  const unhinted = { ...THIRD, hinted: false };
  const [after] = transition({ ...WAITING, series: unhinted }, timer("retry"), CONFIG);
  assertEquals(after.series, unhinted);
});

Deno.test("transition() hint timer starts the next attempt, and the policy over", () => {
  const unhinted = { ...WAITING, series: { ...THIRD, hinted: false } };
  assertStep(
    transition(unhinted, timer("hint"), CONFIG),
    { ...RESOLVING, epoch: 5, series: { ...THIRD, waitedMs: 0, previousDelayMs: 0 } },
    [DISARM, arm("connect", 10_000), change("waiting", "connecting"), { type: "resolve" }],
  );
});

for (const hint of ["online", "wake"] as const) {
  Deno.test(`transition() ${hint} while waiting arms a jittered early attempt beside the retry`, () => {
    const unhinted: State = { ...WAITING, series: { ...THIRD, hinted: false } };
    assertStep(
      transition(unhinted, { type: "hint", hint, random: 0.5 }, CONFIG),
      { ...unhinted, hurried: true },
      [arm("hint", HINT_JITTER_MS / 2)],
    );
  });
}

Deno.test("transition() second hint of a series waits for one more initial delay", () => {
  assertStep(
    transition(WAITING, { type: "hint", hint: "online", random: 0 }, CONFIG),
    { ...WAITING, hurried: true },
    [arm("hint", 1_100)],
  );
});

Deno.test("transition() hint during a wait that is hurried already changes nothing", () => {
  const hurried: State = { ...WAITING, hurried: true };
  assertStep(transition(hurried, { type: "hint", hint: "wake", random: 0 }, CONFIG), hurried, []);
});

Deno.test("transition() offline never hurries, delays or probes", () => {
  for (const state of [WAITING, OPEN, RESOLVING, CONNECTING, HANDSHAKING]) {
    assertStep(transition(state, { type: "hint", hint: "offline", random: 0 }, BEATING), state, []);
  }
});

Deno.test("transition() reconnect while waiting dials now with fresh counters and no close", () => {
  assertStep(
    transition(WAITING, { type: "reconnect", code: 4000 }, CONFIG),
    { ...RESOLVING, epoch: 5, series: FRESH },
    [
      DISARM,
      { type: "abandon", code: 4000, reason: undefined },
      arm("connect", 10_000),
      change("waiting", "connecting"),
      { type: "resolve" },
    ],
  );
});

Deno.test("transition() reconnect while resolving starts over without a word", () => {
  assertStep(
    transition(RESOLVING, { type: "reconnect", code: 4000 }, CONFIG),
    { ...RESOLVING, epoch: 5, series: FRESH },
    [
      DISARM,
      { type: "abandon", code: 4000, reason: undefined },
      arm("connect", 10_000),
      { type: "resolve" },
    ],
  );
});

for (const state of [CONNECTING, HANDSHAKING, OPEN]) {
  Deno.test(`transition() reconnect while ${state.phase} drops it, tells close and retry, and dials`, () => {
    const wasOpen = state === OPEN;
    assertStep(
      transition(state, { type: "reconnect", code: 4000, reason: "again" }, CONFIG),
      { ...RESOLVING, epoch: 5, series: FRESH },
      [
        DISARM,
        { type: "abandon", code: 4000, reason: "again" },
        arm("connect", 10_000),
        ...wasOpen ? [change("open", "connecting")] : [],
        closeOf({}),
        { type: "retry", attempt: 0, delayMs: 0, error: null },
        { type: "resolve" },
      ],
    );
  });
}

// ------------------------------------------------------------------------------------ open

Deno.test("transition() stable timer resets all counters together and nothing else", () => {
  for (const pulse of ["beating", "probed", "reprieved"] as const) {
    for (const config of [CONFIG, BEATING, SILENT]) {
      const state: State = { ...OPEN, pulse };
      assertStep(transition(state, timer("stable"), config), { ...state, series: FRESH }, []);
    }
  }
});

interface Beat {
  readonly pulse: "beating" | "probed" | "reprieved";
  readonly silentMs: number | null;
  readonly lateMs?: number;
  readonly then: "beating" | "probed" | "reprieved" | "lost";
  readonly armMs?: number;
}

/** Interval 25 s, timeout 8 s: later than 4 s is a sleep. */
const BEATS: Record<string, Beat> = {
  "silence of a whole interval": { pulse: "beating", silentMs: null, then: "probed" },
  "silence, however late": { pulse: "beating", silentMs: null, lateMs: 9e9, then: "probed" },
  "a message just now": { pulse: "beating", silentMs: 0, then: "beating", armMs: 25_000 },
  "a message before": { pulse: "beating", silentMs: 24_999, then: "beating", armMs: 1 },
  "a message an interval ago": { pulse: "beating", silentMs: 25_000, then: "probed" },
  "an answer to the probe": { pulse: "probed", silentMs: 3_000, then: "beating", armMs: 22_000 },
  "an old answer to the probe": { pulse: "probed", silentMs: 25_000, then: "probed" },
  "no answer": { pulse: "probed", silentMs: null, then: "lost" },
  "no answer, a little late": { pulse: "probed", silentMs: null, lateMs: 4_000, then: "lost" },
  "no answer, too late": { pulse: "probed", silentMs: null, lateMs: 4_001, then: "reprieved" },
  "an answer to the second probe": {
    pulse: "reprieved",
    silentMs: 1,
    then: "beating",
    armMs: 24_999,
  },
  "an old answer to the second": { pulse: "reprieved", silentMs: 26_000, then: "probed" },
  "no answer to the second": { pulse: "reprieved", silentMs: null, then: "lost" },
  "no answer to the second, late": {
    pulse: "reprieved",
    silentMs: null,
    lateMs: 9e9,
    then: "lost",
  },
};

/** An interval of 25 s and a timeout of 60 s: the answer is waited for an interval at a time. */
const PATIENT: Config = { ...CONFIG, heartbeat: { ...HEARTBEAT, timeoutMs: 60_000 } };

const SLICES: readonly [before: number | undefined, after: number | undefined, armMs: number][] = [
  [35_000, 10_000, 25_000],
  [25_000, undefined, 25_000],
  [10_000, undefined, 10_000],
];

for (const [before, after, armMs] of SLICES) {
  Deno.test(`transition() heartbeat timer while probed, with ${before} ms left, goes on listening`, () => {
    const probed = { ...OPEN, pulse: "probed" } as const;
    const leftMs = after === undefined ? {} : { leftMs: after };
    assertStep(
      transition({ ...probed, leftMs: before as number }, timer("heartbeat"), PATIENT),
      { ...probed, ...leftMs },
      [arm("heartbeat", armMs)],
    );
  });
}

Deno.test("transition() heartbeat timer with a timeout above the interval probes once for all of it", () => {
  assertStep(
    transition(OPEN, timer("heartbeat"), PATIENT),
    { ...OPEN, pulse: "probed", leftMs: 35_000 },
    [arm("heartbeat", 25_000), { type: "probe" }],
  );
});

for (const [what, { pulse, silentMs, lateMs, then, armMs = 8_000 }] of Object.entries(BEATS)) {
  Deno.test(`transition() heartbeat timer while ${pulse}, with ${what}: ${then}`, () => {
    const before: State = { ...OPEN, pulse };
    const input = timer("heartbeat", silentMs, lateMs);
    const effects: Effect[] = then === "lost"
      ? [{ type: "lose", error: "heartbeat-timeout" }]
      : then === "beating"
      ? [arm("heartbeat", armMs)]
      : [arm("heartbeat", armMs), { type: "probe" }];
    const after: State = then === "lost" ? before : { ...OPEN, pulse: then };
    assertStep(transition(before, input, BEATING), after, effects);
    // Where silence alone is watched, it is the same without the probe.
    assertStep(
      transition(before, input, SILENT),
      after,
      effects.filter(({ type }) => type !== "probe"),
    );
  });
}

Deno.test("transition() heartbeat timer takes a lateness of up to 1 s for no sleep", () => {
  const config = { ...CONFIG, heartbeat: { ...HEARTBEAT, timeoutMs: 100 } };
  const probed: State = { ...OPEN, pulse: "probed" };
  const phases = [1_000, 1_001].map((lateMs) =>
    transition(probed, timer("heartbeat", null, lateMs), config)
  );
  assertEquals(phases, [
    [probed, [{ type: "lose", error: "heartbeat-timeout" }]],
    [{ ...OPEN, pulse: "reprieved" }, [arm("heartbeat", 100), { type: "probe" }]],
  ]);
});

for (const hint of ["online", "wake"] as const) {
  Deno.test(`transition() ${hint} while open probes at once, once a silence`, () => {
    const probed: State = { ...OPEN, pulse: "probed" };
    const reprieved: State = { ...OPEN, pulse: "reprieved" };
    const input: Input = { type: "hint", hint, random: 0 };
    assertStep(transition(OPEN, input, BEATING), probed, [
      arm("heartbeat", 8_000),
      { type: "probe" },
    ]);
    assertStep(transition(probed, input, BEATING), probed, []);
    assertStep(transition(reprieved, input, BEATING), reprieved, []);
  });

  Deno.test(`transition() ${hint} while open does nothing where nothing can be probed`, () => {
    const input: Input = { type: "hint", hint, random: 0 };
    assertStep(transition(OPEN, input, SILENT), OPEN, []);
    assertStep(transition(OPEN, input, CONFIG), OPEN, []);
  });
}

// ------------------------------------------------------------------------------------ the end

for (const state of [HANDSHAKING, OPEN]) {
  Deno.test(`transition() close while ${state.phase} starts the close handshake, with a deadline`, () => {
    assertStep(
      transition(state, { type: "close", error: null, code: 4001, reason: "bye" }, CONFIG),
      CLOSING,
      [
        DISARM,
        arm("close", 3_000),
        { type: "hangUp", code: 4001, reason: "bye" },
        change(state === OPEN ? "open" : "connecting", "closing"),
      ],
    );
  });
}

for (const state of [RESOLVING, CONNECTING, WAITING]) {
  Deno.test(`transition() close while ${state.phase} has nobody to wait for`, () => {
    assertStep(
      transition(state, { type: "close", error: null, code: 4001, reason: "bye" }, CONFIG),
      CLOSING,
      [
        DISARM,
        ABANDON,
        change(state === WAITING ? "waiting" : "connecting", "closing"),
        { type: "settle" },
      ],
    );
  });
}

Deno.test("transition() close by the signal is remembered until the end", () => {
  for (const state of [OPEN, WAITING]) {
    const [after] = transition(state, { type: "close", error: "aborted" }, CONFIG);
    assertEquals(after, { ...CLOSING, error: "aborted" });
  }
});

Deno.test("transition() lost while closing ends with the peer's closure and no error", () => {
  const input = lost({ code: 4001, reason: "bye", wasClean: true, verdict: NO_RETRY });
  assertStep(transition(CLOSING, input, CONFIG), CLOSED, [
    DISARM,
    ABANDON,
    change("closing", "closed"),
    closeOf({ code: 4001, reason: "bye", wasClean: true, willRetry: false }),
  ]);
});

Deno.test("transition() lost while closing does not retry, whatever the verdict", () => {
  const [after, effects] = transition(CLOSING, lost({ verdict: RETRY }), CONFIG);
  assertEquals([after, effects.at(-1)], [CLOSED, closeOf({ willRetry: false })]);
});

Deno.test("transition() lost after an abort tells it with the close, without an error event", () => {
  assertStep(transition({ ...CLOSING, error: "aborted" }, lost(), CONFIG), CLOSED, [
    DISARM,
    ABANDON,
    change("closing", "closed"),
    closeOf({ willRetry: false, error: "aborted" }),
  ]);
});

for (const name of ["close", "error"] as const) {
  Deno.test(`transition() ${name} timer while closing ends as without a close frame`, () => {
    assertStep(transition(CLOSING, timer(name), CONFIG), CLOSED, [
      DISARM,
      ABANDON,
      change("closing", "closed"),
      closeOf({ willRetry: false }),
    ]);
  });
}

Deno.test("transition() error while closing gives the close event one turn", () => {
  assertStep(transition(CLOSING, { type: "error", epoch: 4 }, CONFIG), CLOSING, [arm("error", 0)]);
});

Deno.test("transition() close and reconnect while closing change nothing", () => {
  assertStep(transition(CLOSING, { type: "close", error: "aborted" }, CONFIG), CLOSING, []);
  assertStep(transition(CLOSING, { type: "reconnect" }, CONFIG), CLOSING, []);
});
