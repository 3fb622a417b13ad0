import { assertEquals } from "@std/assert";
import type { Effect, State } from "../../lib/machine/state.ts";
import { HINT_JITTER_MS } from "../../lib/machine/hint_cells.ts";
import { transition } from "../../lib/machine/transition.ts";
import { CONFIG } from "./core_table.ts";
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
  hint,
  lost,
  NO_RETRY,
  OPEN,
  RESOLVE,
  RESOLVING,
  RETRY,
  SILENT,
  TERMINATE,
  THIRD,
  timer,
  WAITING,
} from "./core_words.ts";

// ------------------------------------------------------------------------------------ waiting

Deno.test("transition() retry timer starts the next attempt in a new epoch", () => {
  assertStep(
    transition(WAITING, timer("retry"), CONFIG),
    { ...RESOLVING, epoch: 5 },
    [DISARM, arm("connect", 10_000), change("waiting", "connecting"), RESOLVE],
  );
});

Deno.test("transition() retry timer does not count as an early attempt", () => {
  const [after] = transition({ ...WAITING, hint: "online" }, timer("retry"), CONFIG);
  assertEquals(after.series, THIRD);
});

for (
  const [name, series] of [["online", { waitedMs: 0, previousDelayMs: 0 }], ["wake", {}]] as const
) {
  const policy = name === "online" ? "has the policy start over" : "lets the policy go on";
  Deno.test(`transition() hint timer after ${name} starts the next attempt early, and ${policy}`, () => {
    assertStep(
      transition({ ...WAITING, hint: name }, timer("hint"), CONFIG),
      { ...RESOLVING, epoch: 5, series: { ...THIRD, ...series, early: 1 } },
      [
        DISARM,
        arm("connect", 10_000),
        change("waiting", "connecting"),
        { type: "resolve", early: true },
      ],
    );
  });

  Deno.test(`transition() ${name} while waiting arms a jittered early attempt beside the retry`, () => {
    assertStep(
      transition(WAITING, hint(name), CONFIG),
      { ...WAITING, hint: name },
      [arm("hint", HINT_JITTER_MS / 2)],
    );
  });

  Deno.test(`transition() ${name} never shortens a wait that the server chose`, () => {
    const paced: State = { ...WAITING, paced: true };
    assertStep(transition(paced, hint(name), CONFIG), paced, []);
  });
}

/** Early attempts so far, the time since the last of them, and how long the next one is held back. */
const APART: readonly [early: number, earlyMs: number, armMs: number][] = [
  [0, 100, 0], // of another series
  [1, 100, 1_000],
  [1, 1_100, 0],
  [2, 100, 2_100],
  [5, 600, 17_000],
  [6, 0, 35_200],
  [2_000, 10_000, 60_000], // a retry at the cap comes first
  [3, 90_000, 0],
];

for (const [early, earlyMs, armMs] of APART) {
  Deno.test(`transition() hint after ${early} early attempts, ${earlyMs} ms ago, is held back for ${armMs} ms`, () => {
    const state: State = { ...WAITING, series: { ...THIRD, early } };
    assertStep(
      transition(state, hint("wake", { earlyMs, random: 0 }), CONFIG),
      { ...state, hint: "wake" },
      [arm("hint", armMs)],
    );
  });
}

Deno.test("transition() hint is never followed later than a retry at the cap", () => {
  const state: State = { ...WAITING, series: { ...THIRD, early: 9 } };
  const [, effects] = transition(state, hint("wake", { earlyMs: 0 }), CONFIG);
  assertEquals(effects, [arm("hint", 60_000)]);
});

Deno.test("transition() online replaces a wake that is followed, and nothing replaces an online", () => {
  const woken: State = { ...WAITING, hint: "wake" };
  const online: State = { ...WAITING, hint: "online" };
  assertStep(transition(woken, hint("wake"), CONFIG), woken, []);
  assertStep(transition(woken, hint("online"), CONFIG), online, []);
  assertStep(transition(online, hint("wake"), CONFIG), online, []);
});

Deno.test("transition() offline never hurries, delays or probes", () => {
  for (const state of [WAITING, OPEN, RESOLVING, CONNECTING, HANDSHAKING]) {
    assertStep(transition(state, hint("offline", { dialMs: 9_000 }), BEATING), state, []);
  }
});

Deno.test("transition() reconnect while waiting dials now with fresh counters and no close", () => {
  assertStep(
    transition(WAITING, { type: "reconnect", again: false, code: 4000 }, CONFIG),
    { ...RESOLVING, epoch: 5, series: FRESH },
    [
      DISARM,
      { ...ABANDON, code: 4000 } as Effect,
      arm("connect", 10_000),
      change("waiting", "connecting"),
      RESOLVE,
    ],
  );
});

Deno.test("transition() reconnect while resolving starts over without a word", () => {
  assertStep(
    transition(RESOLVING, { type: "reconnect", again: false, code: 4000 }, CONFIG),
    { ...RESOLVING, epoch: 5, series: FRESH },
    [
      DISARM,
      { ...ABANDON, code: 4000 } as Effect,
      arm("connect", 10_000),
      RESOLVE,
    ],
  );
});

for (const state of [CONNECTING, HANDSHAKING, OPEN]) {
  Deno.test(`transition() reconnect while ${state.phase} drops it, tells close and retry, and dials`, () => {
    const wasOpen = state === OPEN;
    assertStep(
      transition(state, { type: "reconnect", again: false, code: 4000, reason: "again" }, CONFIG),
      { ...RESOLVING, epoch: 5, series: FRESH },
      [
        DISARM,
        { ...ABANDON, code: 4000, reason: "again" } as Effect,
        arm("connect", 10_000),
        ...wasOpen ? [change("open", "connecting")] : [],
        closeOf({ code: 4000, reason: "again" }),
        { type: "retry", attempt: 0, delayMs: 0, error: null },
        RESOLVE,
      ],
    );
  });
}

Deno.test("transition() reconnect without a code reports an end without a close frame", () => {
  const [, effects] = transition(OPEN, { type: "reconnect", again: false }, CONFIG);
  assertEquals(effects[4], closeOf({}));
});

Deno.test("transition() reconnect forgets heartbeat losses", () => {
  const [after] = transition({ ...OPEN, silences: 4 }, { type: "reconnect", again: false }, CONFIG);
  assertEquals(after.silences, 0);
});

// ------------------------------------------------------------------------------------ open

Deno.test("transition() stable timer resets all counters together and nothing else", () => {
  for (const pulse of ["beating", "probed", "reprieved"] as const) {
    for (const config of [CONFIG, BEATING, SILENT]) {
      const state: State = { ...OPEN, pulse };
      assertStep(transition(state, timer("stable"), config), { ...state, series: FRESH }, []);
    }
  }
});

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
  Deno.test(`transition() close while ${state.phase} has nothing to wait for`, () => {
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
      name === "close" ? TERMINATE : ABANDON,
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
  assertStep(transition(CLOSING, { type: "reconnect", again: false }, CONFIG), CLOSING, []);
});
