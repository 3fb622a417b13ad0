/**
 * Short words for the states, inputs and effects of the core, so that a test of one transition reads
 * as a sentence.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type {
  Config,
  Effect,
  Input,
  Series,
  State,
  Step,
  Verdict,
} from "../../lib/machine/state.ts";
import { CONFIG, HEARTBEAT } from "./core_table.ts";

export const FRESH: Series = {
  ...{ attempt: 0, waitedMs: 0, previousDelayMs: 0 },
  ...{ early: 0, cut: false },
};
export const THIRD: Series = {
  ...{ attempt: 2, waitedMs: 5_000, previousDelayMs: 3_000 },
  ...{ early: 0, cut: false },
};
export const COMMON = { epoch: 4, opened: true, series: THIRD, silences: 0 };

export const RESOLVING: State = { ...COMMON, phase: "resolving" };
export const CONNECTING: State = { ...COMMON, phase: "connecting" };
export const HANDSHAKING: State = { ...COMMON, phase: "handshaking" };
export const OPEN = { ...COMMON, phase: "open", pulse: "beating", leftMs: 0, late: 0 } as const;
export const WAITING = { ...COMMON, phase: "waiting", paced: false } as const;
export const CLOSING = { ...COMMON, phase: "closing", error: null } as const;
export const CLOSED: State = { ...COMMON, phase: "closed" };

export const BEATING: Config = { ...CONFIG, heartbeat: HEARTBEAT };
export const SILENT: Config = { ...CONFIG, heartbeat: { ...HEARTBEAT, probes: false } };

export const DISARM: Effect = { type: "disarm" };
export const ABANDON: Effect = {
  ...{ type: "abandon", silent: false },
  ...{ code: undefined, reason: undefined },
};
export const TERMINATE: Effect = { ...ABANDON, silent: true };
export const RESOLVE: Effect = { type: "resolve", early: false };

export function arm(timer: Extract<Effect, { type: "arm" }>["timer"], delayMs: number): Effect {
  return { type: "arm", timer, delayMs };
}

export function change(previous: string, state: string): Effect {
  return { type: "statechange", state, previous } as Effect;
}

export function timer(
  name: Extract<Input, { type: "timer" }>["timer"],
  silentMs: number | null = null,
  lateMs = 0,
): Input {
  return { type: "timer", timer: name, lateMs, silentMs };
}

export function hint(
  name: Extract<Input, { type: "hint" }>["hint"],
  over: Partial<Extract<Input, { type: "hint" }>> = {},
): Input {
  return { type: "hint", hint: name, random: 0.5, dialMs: null, earlyMs: null, ...over };
}

export const RETRY: Verdict = { retry: true, delayMs: 1_500, by: "policy", flaws: [] };
export const NO_RETRY: Verdict = { retry: false, delayMs: 0, by: "policy", flaws: [] };

export function lost(over: Partial<Extract<Input, { type: "lost" }>> = {}): Input {
  const gone = { code: 1006, reason: "", wasClean: false, error: "connection-lost" } as const;
  return { type: "lost", epoch: 4, ...gone, verdict: RETRY, ...over };
}

export function closeOf(over: Partial<Extract<Effect, { type: "close" }>>): Effect {
  const gone = { code: 1006, reason: "", wasClean: false, error: null } as const;
  return { type: "close", ...gone, willRetry: true, ...over };
}

/** Asserts the whole step, key order aside. */
export function assertStep(actual: Step, state: State, effects: readonly Effect[]): void {
  assertEquals(actual, [state, effects]);
}
