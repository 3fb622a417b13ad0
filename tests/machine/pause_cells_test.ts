import type { Effect, State } from "../../lib/machine/state.ts";
import { connectionState, INITIAL } from "../../lib/machine/step.ts";
import { transition } from "../../lib/machine/transition.ts";
import { CONFIG } from "./core_table.ts";
import {
  ABANDON,
  arm,
  assertStep,
  change,
  closeOf,
  COMMON,
  CONNECTING,
  DISARM,
  FRESH,
  HANDSHAKING,
  OPEN,
  RESOLVE,
  RESOLVING,
  WAITING,
} from "./core_words.ts";

const PAUSED: State = { ...COMMON, phase: "paused" };

for (const state of [CONNECTING, HANDSHAKING, OPEN]) {
  Deno.test(`transition() pause while ${state.phase} closes the socket, and reports the end`, () => {
    assertStep(
      transition(state, { type: "pause", code: 4000, reason: "away" }, CONFIG),
      PAUSED,
      [
        DISARM,
        { ...ABANDON, code: 4000, reason: "away" } as Effect,
        change(connectionState(state), "paused"),
        closeOf({ code: 4000, reason: "away", willRetry: false }),
      ],
    );
  });
}

for (const state of [RESOLVING, WAITING]) {
  Deno.test(`transition() pause while ${state.phase} has no end to report`, () => {
    assertStep(transition(state, { type: "pause", code: 4000 }, CONFIG), PAUSED, [
      DISARM,
      { ...ABANDON, code: 4000 } as Effect,
      change(connectionState(state), "paused"),
    ]);
  });
}

Deno.test("transition() pause without a code reports an end without a close frame", () => {
  assertStep(transition(OPEN, { type: "pause" }, CONFIG), PAUSED, [
    DISARM,
    ABANDON,
    change("open", "paused"),
    closeOf({ willRetry: false }),
  ]);
});

Deno.test("transition() start paused waits for resume", () => {
  const start = { type: "start", config: CONFIG, aborted: false, paused: true } as const;
  const { epoch, opened, series, silences } = INITIAL;
  assertStep(
    transition(INITIAL, start, CONFIG),
    { epoch, opened, series, silences, phase: "paused" },
    [DISARM, ABANDON, change("connecting", "paused")],
  );
});

Deno.test("transition() resume dials now with fresh counters, and forgets heartbeat losses", () => {
  assertStep(
    transition({ ...PAUSED, silences: 3 }, { type: "resume" }, CONFIG),
    { ...RESOLVING, epoch: 5, series: FRESH },
    [DISARM, arm("connect", 10_000), change("paused", "connecting"), RESOLVE],
  );
});
