import { assertEquals } from "@std/assert";
import type { State } from "../../lib/machine/state.ts";
import { INITIAL, LATE_TURNS } from "../../lib/machine/step.ts";
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
} from "./core_words.ts";

// ------------------------------------------------------------------------------------ an attempt

Deno.test("transition() start arms the deadline of the attempt before it resolves", () => {
  assertStep(
    transition(INITIAL, { type: "start", config: CONFIG, aborted: false, paused: false }, CONFIG),
    INITIAL,
    [arm("connect", 10_000), RESOLVE],
  );
});

Deno.test("transition() start with an aborted signal ends without an attempt", () => {
  assertStep(
    transition(INITIAL, { type: "start", config: CONFIG, aborted: true, paused: false }, CONFIG),
    { phase: "closing", epoch: 1, opened: false, series: FRESH, silences: 0, error: "aborted" },
    [DISARM, ABANDON, change("connecting", "closing"), { type: "settle" }],
  );
});

Deno.test("transition() resolved dials, under the deadline that runs already", () => {
  assertStep(
    transition(RESOLVING, { type: "resolved", epoch: 4, url: "wss://a.example/" }, CONFIG),
    CONNECTING,
    [{ type: "dial" }],
  );
});

Deno.test("transition() opened tells open, then flushes, then delivers what came early", () => {
  assertStep(transition(CONNECTING, { type: "opened", epoch: 4 }, CONFIG), OPEN, [
    { type: "disarm", timer: "connect" },
    arm("stable", 5_000),
    change("connecting", "open"),
    { type: "open", reconnected: true, attempt: 2 },
    { type: "flush" },
    { type: "deliver" },
  ]);
});

Deno.test("transition() opened keeps the counters until the connection proved stable", () => {
  const [after] = transition(CONNECTING, { type: "opened", epoch: 4 }, CONFIG);
  assertEquals(after.series, THIRD);
});

Deno.test("transition() opened for the first time is no reconnection, and is remembered", () => {
  const first: State = { phase: "connecting", epoch: 1, opened: false, series: FRESH, silences: 0 };
  const [after, effects] = transition(first, { type: "opened", epoch: 1 }, CONFIG);
  assertEquals(after, {
    phase: "open",
    epoch: 1,
    opened: true,
    series: FRESH,
    silences: 0,
    pulse: "beating",
    leftMs: 0,
    late: 0,
  });
  assertEquals(effects[3], { type: "open", reconnected: false, attempt: 0 });
});

Deno.test("transition() opened arms the heartbeat where there is one, probing or not", () => {
  for (const config of [BEATING, SILENT]) {
    const [, effects] = transition(CONNECTING, { type: "opened", epoch: 4 }, config);
    assertEquals(effects.slice(0, 4), [
      { type: "disarm", timer: "connect" },
      arm("stable", 5_000),
      arm("heartbeat", 25_000),
      change("connecting", "open"),
    ]);
  }
});

Deno.test("transition() opened with a handshake tells nothing and keeps the deadline", () => {
  const config = { ...CONFIG, handshake: true };
  assertStep(
    transition(CONNECTING, { type: "opened", epoch: 4 }, config),
    HANDSHAKING,
    [{ type: "handshake" }],
  );
});

Deno.test("transition() ready after the handshake does what opened does without one", () => {
  const config = { ...BEATING, handshake: true };
  assertEquals(
    transition(HANDSHAKING, { type: "ready", epoch: 4, pace: null }, config),
    transition(CONNECTING, { type: "opened", epoch: 4 }, BEATING),
  );
});

for (const state of [RESOLVING, CONNECTING, HANDSHAKING]) {
  Deno.test(`transition() connect timer while ${state.phase} has the attempt judged`, () => {
    const late = { ...state, late: LATE_TURNS };
    assertStep(transition(late, timer("connect"), CONFIG), late, [
      { type: "lose", error: "connect-timeout" },
    ]);
  });
}

const LINKED = [
  [CONNECTING, "connect-failed"],
  [HANDSHAKING, "handshake-failed"],
  [OPEN, "connection-lost"],
] as const;

for (const [state, error] of LINKED) {
  Deno.test(`transition() error while ${state.phase} gives the close event one turn`, () => {
    assertStep(transition(state, { type: "error", epoch: 4 }, CONFIG), state, [arm("error", 0)]);
  });

  Deno.test(`transition() error timer while ${state.phase} has it judged as ${error}`, () => {
    for (const config of [CONFIG, BEATING]) {
      assertStep(transition(state, timer("error"), config), state, [{ type: "lose", error }]);
    }
  });
}

// ------------------------------------------------------------------------------------ a failure

for (const state of [RESOLVING, CONNECTING, HANDSHAKING, OPEN]) {
  Deno.test(`transition() lost while ${state.phase} waits and tells error, close, retry`, () => {
    assertStep(
      transition(state, lost(), CONFIG),
      {
        phase: "waiting",
        epoch: 4,
        opened: true,
        series: { ...THIRD, attempt: 3, waitedMs: 6_500, previousDelayMs: 1_500 },
        silences: 0,
        paced: false,
      },
      [
        DISARM,
        ABANDON,
        arm("retry", 1_500),
        change(state === OPEN ? "open" : "connecting", "waiting"),
        { type: "error", error: "connection-lost" },
        closeOf({ error: "connection-lost" }),
        { type: "retry", attempt: 3, delayMs: 1_500, error: "connection-lost" },
      ],
    );
  });
}

for (const by of ["hint", "close-code"] as const) {
  Deno.test(`transition() lost, with a delay by ${by}, has the policy start over`, () => {
    const [after] = transition(OPEN, lost({ verdict: { ...RETRY, by } }), CONFIG);
    assertEquals(after, {
      ...{ phase: "waiting", epoch: 4, opened: true, silences: 0, paced: true },
      series: { ...THIRD, attempt: 3, waitedMs: 0, previousDelayMs: 0 },
    });
  });
}

Deno.test("transition() lost after a clean close tells no error", () => {
  const closure = { code: 1012, reason: "restart", wasClean: true, error: null } as const;
  const [, effects] = transition(OPEN, lost(closure), CONFIG);
  assertEquals(effects.slice(4), [
    closeOf({ code: 1012, reason: "restart", wasClean: true }),
    { type: "retry", attempt: 3, delayMs: 1_500, error: null },
  ]);
});

for (const [maxAttempts, ends] of [[1, true], [2, true], [3, false], [Infinity, false]] as const) {
  Deno.test(`transition() lost in attempt 2 ${ends ? "ends" : "goes on"} with maxAttempts ${maxAttempts}`, () => {
    const [after, effects] = transition(OPEN, lost(), { ...CONFIG, maxAttempts });
    assertEquals(after.phase, ends ? "closed" : "waiting");
    assertEquals(effects.some(({ type }) => type === "retry"), !ends);
  });
}

Deno.test("transition() lost at the limit tells retry-limit with error and close", () => {
  const config = { ...CONFIG, maxAttempts: 2 };
  assertStep(transition(CONNECTING, lost({ error: "connect-failed" }), config), CLOSED, [
    DISARM,
    ABANDON,
    change("connecting", "closed"),
    { type: "error", error: "retry-limit" },
    closeOf({ willRetry: false, error: "retry-limit" }),
  ]);
});

Deno.test("transition() lost without any retry allowed ends in what happened", () => {
  const config = { ...CONFIG, maxAttempts: 0 };
  const [after, effects] = transition({ ...OPEN, series: FRESH }, lost(), config);
  assertEquals(after.phase, "closed");
  assertEquals(effects.slice(3), [
    { type: "error", error: "connection-lost" },
    closeOf({ willRetry: false, error: "connection-lost" }),
  ]);
});

Deno.test("transition() lost cleanly without any retry allowed is an ordinary end", () => {
  const config = { ...CONFIG, maxAttempts: 0 };
  const closure = { code: 1000, reason: "bye", wasClean: true, error: null } as const;
  const [after, effects] = transition({ ...OPEN, series: FRESH }, lost(closure), config);
  assertEquals(after.phase, "closed");
  assertEquals(effects.slice(3), [
    closeOf({ code: 1000, reason: "bye", wasClean: true, willRetry: false }),
  ]);
});

Deno.test("transition() lost cleanly at a limit above 0 is a retry-limit without an error event", () => {
  const config = { ...CONFIG, maxAttempts: 2 };
  const [, effects] = transition(OPEN, lost({ wasClean: true, error: null }), config);
  assertEquals(effects.slice(3), [
    closeOf({ wasClean: true, willRetry: false, error: "retry-limit" }),
  ]);
});

/** What the peer said with a close code is fatal; anything else stays what it was. */
const FINAL = [
  [OPEN, 4403, null, "fatal-close"],
  [OPEN, 4403, "connection-lost", "fatal-close"],
  [OPEN, 1006, "connection-lost", "connection-lost"],
  [OPEN, 1006, "heartbeat-timeout", "heartbeat-timeout"],
  [HANDSHAKING, 4401, null, "fatal-close"],
  [HANDSHAKING, 1006, "handshake-failed", "handshake-failed"],
  [CONNECTING, 1006, "connect-failed", "connect-failed"],
  [CONNECTING, 1015, "connect-failed", "connect-failed"],
  [CONNECTING, 1006, "connect-timeout", "connect-timeout"],
  [RESOLVING, 1006, "provider-failed", "provider-failed"],
] as const;

for (const [state, code, error, final] of FINAL) {
  const what = `${error ?? "a clean close"} (${code}) while ${state.phase}`;
  Deno.test(`transition() lost by ${what}, not to be retried, ends with ${final}`, () => {
    const isSilent = error === "heartbeat-timeout" || error === "connect-timeout";
    const wasClean = error === null;
    const input = lost({ code, reason: "no", wasClean, error, verdict: NO_RETRY });
    assertStep(transition(state, input, CONFIG), CLOSED, [
      DISARM,
      isSilent ? TERMINATE : ABANDON,
      change(state === OPEN ? "open" : "connecting", "closed"),
      ...wasClean ? [] : [{ type: "error", error: final } as const],
      closeOf({ code, reason: "no", wasClean, willRetry: false, error: final }),
    ]);
  });
}

for (const error of ["connect-timeout", "heartbeat-timeout"] as const) {
  Deno.test(`transition() lost by ${error} has the silent socket terminated`, () => {
    const [, effects] = transition(OPEN, lost({ error }), CONFIG);
    assertEquals(effects[1], TERMINATE);
  });
}

// ------------------------------------------------------------------------------------ deadlines

for (const state of [RESOLVING, CONNECTING, HANDSHAKING]) {
  Deno.test(`transition() connect timer while ${state.phase} waits a few turns of the loop, late or not`, () => {
    const late = (turns: number): State => ({ ...state, late: turns }) as State;
    for (const lateMs of [0, 1, 1_000]) {
      const input = timer("connect", null, lateMs);
      assertStep(transition(state, input, CONFIG), late(1), [arm("connect", 0)]);
      for (const [turns, turnMs] of [[1, 0], [2, 0], [3, 0], [4, 150]] as const) {
        assertStep(transition(late(turns), input, CONFIG), late(turns + 1), [
          arm("connect", lateMs ? turnMs : 0),
        ]);
      }
      assertStep(transition(late(LATE_TURNS), input, CONFIG), late(LATE_TURNS), [
        { type: "lose", error: "connect-timeout" },
      ]);
    }
  });

  // Hidden pages: with a minute for each turn a dead link was noticed after eight minutes instead of four.
  Deno.test(`transition() connect timer while ${state.phase} gives the last turn where timers are held back`, () => {
    const [before, after] = [2, LATE_TURNS].map((late) => ({ ...state, late }) as State);
    const input = timer("connect", null, 1_001);
    assertStep(transition(before as State, input, CONFIG), after as State, [arm("connect", 150)]);
  });
}

Deno.test("transition() opened after a late turn is as good as before it", () => {
  const late = { ...CONNECTING, late: 3 } as State;
  const [after] = transition(late, { type: "opened", epoch: 4 }, CONFIG);
  assertEquals(after, OPEN);
});

// ------------------------------------------------------------------------------------ a refused handshake

const REFUSED = { ...HANDSHAKING, refused: true } as State;

Deno.test("transition() refused waits up to 1 s for the close frame that says why", () => {
  assertStep(
    transition(HANDSHAKING, { type: "refused", epoch: 4 }, CONFIG),
    REFUSED,
    [arm("refusal", 1_000)],
  );
});

for (const name of ["error", "refusal", "connect"] as const) {
  Deno.test(`transition() ${name} timer after refused is the handshake's failure`, () => {
    const refused = { ...REFUSED, late: LATE_TURNS };
    assertStep(transition(refused, timer(name), CONFIG), refused, [
      { type: "lose", error: "handshake-failed" },
    ]);
  });
}

// ------------------------------------------------------------------------------------ hints during an attempt

for (const state of [RESOLVING, CONNECTING, HANDSHAKING]) {
  for (const name of ["online", "wake"] as const) {
    Deno.test(`transition() ${name} while ${state.phase} is kept for when the attempt fails`, () => {
      const hinted = { ...state, hint: name } as State;
      const isTimed = name === "online" && state === CONNECTING;
      assertStep(
        transition(state, hint(name, { dialMs: 900 }), CONFIG),
        hinted,
        isTimed ? [arm("hint", 100)] : [],
      );
      const [after, effects] = transition(hinted, lost(), CONFIG);
      assertEquals([after.phase, effects.at(-1)], ["waiting", { type: "hint", hint: name }]);
    });
  }
}

Deno.test("transition() wake does not replace an online that is kept", () => {
  const hinted = { ...CONNECTING, hint: "online" } as State;
  assertStep(transition(hinted, hint("wake"), CONFIG), hinted, []);
});

Deno.test("transition() online cuts a dial of over 1 s short, once in a series", () => {
  const cut = { ...CONNECTING, hint: "online", series: { ...THIRD, cut: true } } as State;
  const input = hint("online", { dialMs: 1_001 });
  assertStep(transition(CONNECTING, input, CONFIG), cut, [{
    type: "lose",
    error: "connect-failed",
  }]);
  assertStep(transition(cut, input, CONFIG), cut, []);
});

Deno.test("transition() hint timer cuts a dial short that is no longer young, and nothing else", () => {
  const hinted = { ...CONNECTING, hint: "online" } as State;
  const cut = { ...hinted, series: { ...THIRD, cut: true } } as State;
  assertStep(transition(hinted, timer("hint"), CONFIG), cut, [{
    type: "lose",
    error: "connect-failed",
  }]);
  assertStep(transition(HANDSHAKING, timer("hint"), CONFIG), HANDSHAKING, []);
});

Deno.test("transition() online never cuts the last attempt short", () => {
  const config = { ...CONFIG, maxAttempts: 2 };
  const input = hint("online", { dialMs: 9_000 });
  assertStep(transition(CONNECTING, input, config), { ...CONNECTING, hint: "online" } as State, []);
});

Deno.test("transition() wake never cuts a dial short", () => {
  const input = hint("wake", { dialMs: 9_000 });
  assertStep(transition(CONNECTING, input, CONFIG), { ...CONNECTING, hint: "wake" } as State, []);
});

// ------------------------------------------------------------------------------------ heartbeat losses in a row

Deno.test("transition() lost counts heartbeat losses in a row, and no others", () => {
  const counts = (["heartbeat-timeout", "connection-lost", "connect-timeout"] as const).map((
    error,
  ) => transition({ ...OPEN, silences: 2 }, lost({ error }), CONFIG)[0].silences);
  assertEquals(counts, [3, 2, 2]);
});

for (const state of [HANDSHAKING, OPEN]) {
  Deno.test(`transition() alive while ${state.phase} ends the count of heartbeat losses`, () => {
    assertStep(
      transition({ ...state, silences: 3 }, { type: "alive", epoch: 4 }, BEATING),
      state,
      [],
    );
  });
}

Deno.test("transition() stable keeps the count of heartbeat losses", () => {
  const [after] = transition({ ...OPEN, silences: 3 }, timer("stable"), BEATING);
  assertEquals([after.series, after.silences], [FRESH, 3]);
});
