import { assertEquals } from "@std/assert";
import type { Config, Effect, Pulse, State } from "../../lib/machine/state.ts";
import { LATE_TURNS } from "../../lib/machine/step.ts";
import { transition } from "../../lib/machine/transition.ts";
import { CONFIG, HEARTBEAT } from "./core_table.ts";
import {
  arm,
  assertStep,
  BEATING,
  CONNECTING,
  HANDSHAKING,
  hint,
  OPEN,
  RESOLVING,
  SILENT,
  timer,
} from "./core_words.ts";

const PROBE: Effect = { type: "probe" };
const LOSE: Effect = { type: "lose", error: "heartbeat-timeout" };

interface Beat {
  readonly pulse: Pulse;
  /** Turns of the loop since the answer was due. */
  readonly late?: number;
  readonly silentMs: number | null;
  readonly lateMs?: number;
  readonly then: Pulse | "a turn" | "the last turn" | "lost";
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
  "no answer": { pulse: "probed", silentMs: null, then: "a turn" },
  "no answer, late": { pulse: "probed", silentMs: null, lateMs: 4_000, then: "a turn" },
  "no answer, too late": { pulse: "probed", silentMs: null, lateMs: 4_001, then: "reprieved" },
  "an answer to the second probe": {
    ...{ pulse: "reprieved", silentMs: 1 },
    ...{ then: "beating", armMs: 24_999 },
  },
  "an old answer to the second": { pulse: "reprieved", silentMs: 26_000, then: "probed" },
  "no answer to the second": { pulse: "reprieved", silentMs: null, then: "a turn" },
  "no answer to the second, late": {
    ...{ pulse: "reprieved", silentMs: null, lateMs: 9e9 },
    then: "a turn",
  },
  "no answer in a turn that was held back": {
    ...{ pulse: "reprieved", late: 1, silentMs: null, lateMs: 1_001 },
    ...{ then: "the last turn", armMs: 150 },
  },
  "no answer in a turn": { pulse: "probed", late: LATE_TURNS - 1, silentMs: null, then: "a turn" },
  "no answer in a turn that was late": {
    ...{ pulse: "probed", late: LATE_TURNS - 1, silentMs: null, lateMs: 1 },
    ...{ then: "a turn", armMs: 150 },
  },
  "an answer in the last turn": {
    ...{ pulse: "probed", late: LATE_TURNS, silentMs: 1 },
    ...{ then: "beating", armMs: 24_999 },
  },
  "no answer in the last turn": {
    ...{ pulse: "probed", late: LATE_TURNS, silentMs: null },
    then: "lost",
  },
  "no answer in the last turn, too late": {
    ...{ pulse: "probed", late: LATE_TURNS, silentMs: null, lateMs: 4_001 },
    then: "reprieved",
  },
  "no answer in the last turn, late twice": {
    ...{ pulse: "reprieved", late: LATE_TURNS, silentMs: null, lateMs: 9e9 },
    then: "lost",
  },
};

for (
  const [what, { pulse, late = 0, silentMs, lateMs, then, armMs }] of Object.entries(BEATS)
) {
  Deno.test(`transition() heartbeat timer while ${pulse}, with ${what}: ${then}`, () => {
    const before: State = { ...OPEN, pulse, late };
    const input = timer("heartbeat", silentMs, lateMs);
    const [after, effects]: [State, Effect[]] = then === "lost"
      ? [before, [LOSE]]
      : then === "a turn" || then === "the last turn"
      ? [{ ...before, late: then === "a turn" ? late + 1 : LATE_TURNS }, [
        arm("heartbeat", armMs ?? 0),
      ]]
      : [{ ...OPEN, pulse: then }, [
        arm("heartbeat", armMs ?? 8_000),
        ...then === "probed" || then === "reprieved" ? [PROBE] : [],
      ]];
    assertStep(transition(before, input, BEATING), after, effects);
    // Where silence alone is watched, it is the same without the probe.
    assertStep(
      transition(before, input, SILENT),
      after,
      effects.filter((effect) => effect !== PROBE),
    );
  });
}

Deno.test("transition() heartbeat timer takes a lateness of up to 1 s for no sleep", () => {
  const config = { ...CONFIG, heartbeat: { ...HEARTBEAT, timeoutMs: 100 } };
  const probed: State = { ...OPEN, pulse: "probed" };
  const pulses = [1_000, 1_001].map((lateMs) =>
    transition(probed, timer("heartbeat", null, lateMs), config)[0]
  );
  assertEquals(pulses, [{ ...probed, late: 1 }, { ...OPEN, pulse: "reprieved" }]);
});

for (const state of [RESOLVING, CONNECTING, HANDSHAKING]) {
  Deno.test(`transition() heartbeat timer while ${state.phase} changes nothing`, () => {
    assertStep(transition(state, timer("heartbeat"), BEATING), state, []);
  });
}

Deno.test("transition() heartbeat timer while open changes nothing where there is no heartbeat", () => {
  assertStep(transition(OPEN, timer("heartbeat"), CONFIG), OPEN, []);
});

// ------------------------------------------------------------------------------------ a timeout above the interval

/** The answer is waited for an interval at a time. */
const PATIENT: Config = { ...CONFIG, heartbeat: { ...HEARTBEAT, timeoutMs: 60_000 } };

const SLICES: readonly [before: number, after: number, armMs: number][] = [
  [35_000, 10_000, 25_000],
  [25_000, 0, 25_000],
  [10_000, 0, 10_000],
];

for (const [leftMs, after, armMs] of SLICES) {
  Deno.test(`transition() heartbeat timer while probed, with ${leftMs} ms left, goes on listening`, () => {
    const probed = { ...OPEN, pulse: "probed" } as const;
    assertStep(
      transition({ ...probed, leftMs }, timer("heartbeat"), PATIENT),
      { ...probed, leftMs: after },
      [arm("heartbeat", armMs)],
    );
  });
}

Deno.test("transition() heartbeat timer with a timeout above the interval probes once for all of it", () => {
  assertStep(
    transition(OPEN, timer("heartbeat"), PATIENT),
    { ...OPEN, pulse: "probed", leftMs: 35_000 },
    [arm("heartbeat", 25_000), PROBE],
  );
});

// ------------------------------------------------------------------------------------ always

const ALWAYS: Config = { ...CONFIG, heartbeat: { ...HEARTBEAT, always: true } };
const ALWAYS_PATIENT: Config = {
  ...CONFIG,
  heartbeat: { ...HEARTBEAT, timeoutMs: 60_000, always: true },
};
const PROBED = { ...OPEN, pulse: "probed" } as const;

Deno.test("transition() heartbeat timer with always probes whatever arrived", () => {
  for (const silentMs of [null, 0, 24_000]) {
    assertStep(
      transition(OPEN, timer("heartbeat", silentMs), ALWAYS),
      PROBED,
      [arm("heartbeat", 8_000), PROBE],
    );
  }
});

Deno.test("transition() heartbeat timer with always waits out the interval after an answer", () => {
  assertStep(
    transition(PROBED, timer("heartbeat", 3_000), ALWAYS),
    OPEN,
    [arm("heartbeat", 17_000)],
  );
});

// After losses in a row the timeout had grown; the message that came meanwhile has ended that.
Deno.test("transition() heartbeat timer with always counts what has passed of a timeout that had grown", () => {
  assertStep(
    transition(PROBED, timer("heartbeat", 12_000), ALWAYS),
    OPEN,
    [arm("heartbeat", 13_000)],
  );
});

Deno.test("transition() heartbeat timer with always gives up silence as without it", () => {
  const late = { ...PROBED, late: LATE_TURNS };
  assertStep(transition(PROBED, timer("heartbeat"), ALWAYS), { ...PROBED, late: 1 }, [
    arm("heartbeat", 0),
  ]);
  assertStep(transition(late, timer("heartbeat"), ALWAYS), late, [LOSE]);
});

Deno.test("transition() heartbeat timer with always and a timeout above the interval keeps the pace", () => {
  const silent = { ...PROBED, leftMs: 35_000 };
  assertStep(
    transition(silent, timer("heartbeat"), ALWAYS_PATIENT),
    { ...PROBED, leftMs: 10_000 },
    [arm("heartbeat", 25_000), PROBE],
  );
  assertStep(
    transition(silent, timer("heartbeat", 1_000), ALWAYS_PATIENT),
    { ...PROBED, leftMs: 35_000 },
    [arm("heartbeat", 25_000), PROBE],
  );
});

// ------------------------------------------------------------------------------------ patience and pace

for (
  const [silences, factor] of [[0, 1], [1, 1], [2, 2], [3, 4], [4, 8], [5, 8], [2_000, 8]] as const
) {
  Deno.test(`transition() heartbeat timer after ${silences} losses in a row waits ${factor} times as long`, () => {
    const state: State = { ...OPEN, silences };
    const waitMs = factor * 8_000;
    const stepMs = Math.min(waitMs, 25_000);
    assertStep(
      transition(state, timer("heartbeat"), BEATING),
      { ...state, pulse: "probed", leftMs: waitMs - stepMs },
      [arm("heartbeat", stepMs), PROBE],
    );
  });
}

Deno.test("transition() ready with a pace beats at it, on this connection", () => {
  const config = { ...BEATING, handshake: true };
  const pace = { intervalMs: 5_000, timeoutMs: 2_000 };
  const [open, effects] = transition(HANDSHAKING, { type: "ready", epoch: 4, pace }, config);
  assertEquals([open, effects[2]], [{ ...OPEN, pace }, arm("heartbeat", 5_000)]);
  assertStep(
    transition(open, timer("heartbeat"), config),
    { ...OPEN, pace, pulse: "probed" },
    [arm("heartbeat", 2_000), PROBE],
  );
});

// ------------------------------------------------------------------------------------ hints

for (const name of ["online", "wake"] as const) {
  Deno.test(`transition() ${name} while open is kept for 1 s, and probes at once, once a silence`, () => {
    const hinted = { ...OPEN, hint: name };
    assertStep(transition(OPEN, hint(name), BEATING), { ...hinted, pulse: "probed" }, [
      arm("hint", 1_000),
      arm("heartbeat", 8_000),
      PROBE,
    ]);
    for (const pulse of ["probed", "reprieved"] as const) {
      assertStep(
        transition({ ...OPEN, pulse }, hint(name), BEATING),
        { ...hinted, pulse },
        [arm("hint", 1_000)],
      );
    }
  });

  Deno.test(`transition() ${name} while open probes nothing where nothing can be probed`, () => {
    for (const config of [SILENT, CONFIG]) {
      assertStep(transition(OPEN, hint(name), config), { ...OPEN, hint: name }, [
        arm("hint", 1_000),
      ]);
    }
  });

  Deno.test(`transition() hint timer while open forgets ${name}`, () => {
    assertStep(transition({ ...OPEN, hint: name }, timer("hint"), BEATING), OPEN, []);
  });
}
