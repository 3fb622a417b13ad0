/**
 * The table in the doc comment of `lib/machine/transition.ts` against the function itself: every phase with
 * every input, in all their variants.
 *
 * @module
 */

import type {
  Config,
  HeartbeatConfig,
  Input,
  Phase,
  State,
  Step,
} from "../../lib/machine/state.ts";

/** Settings with a different number for each duration, so that no two can be mixed up. */
export const CONFIG: Config = {
  maxAttempts: 3,
  maxDelayMs: 60_000,
  initialDelayMs: 1_100,
  connectTimeoutMs: 10_000,
  stableAfterMs: 5_000,
  closeTimeoutMs: 3_000,
  pauses: false,
  handshake: false,
  heartbeat: null,
};

export const HEARTBEAT: HeartbeatConfig = {
  intervalMs: 25_000,
  timeoutMs: 8_000,
  probes: true,
  always: false,
};

/** All combinations of the settings that a transition may depend on. */
export const CONFIGS: readonly Config[] = [0, 3, Infinity].flatMap((maxAttempts) =>
  [[false, false], [true, false], [true, true]].flatMap(([handshake = false, pauses = false]) =>
    [null, HEARTBEAT, { ...HEARTBEAT, probes: false }, { ...HEARTBEAT, always: true }].map((
      heartbeat,
    ) => ({
      ...CONFIG,
      maxAttempts,
      pauses,
      handshake,
      heartbeat,
    }))
  )
);

const FRESH = { attempt: 0, waitedMs: 0, previousDelayMs: 0, early: 0, cut: false };
const LATE = { attempt: 3, waitedMs: 9_000, previousDelayMs: 4_000, early: 2, cut: true };
const EPOCH = 7;

const COMMONS = [FRESH, { ...LATE, attempt: 2, cut: false }, LATE].flatMap((series) =>
  [false, true].map((opened, silences) => ({ epoch: EPOCH, opened, series, silences }))
);

/** What an attempt may remember. */
const MEMORIES = [{}, { hint: "wake", late: 5 }, { hint: "online" }] as const;

const ATTEMPTS = COMMONS.flatMap((common) => MEMORIES.map((memory) => ({ ...common, ...memory })));

/** States of each phase, in all their variants. A phase that is new to the type is missing here. */
export const STATES: Readonly<Record<Phase, readonly State[]>> = {
  resolving: ATTEMPTS.map((common) => ({ ...common, phase: "resolving" })),
  connecting: ATTEMPTS.map((common) => ({ ...common, phase: "connecting" })),
  handshaking: ATTEMPTS.flatMap((common) =>
    [{}, { refused: true } as const].map((refusal) => ({
      ...common,
      ...refusal,
      phase: "handshaking",
    }))
  ),
  open: (["beating", "probed", "reprieved", "late"] as const).flatMap((pulse) =>
    [{}, { hint: "wake", pace: { intervalMs: 5_000 } } as const].flatMap((memory) =>
      COMMONS.map((common) => ({ ...common, ...memory, phase: "open", pulse, leftMs: 0 }))
    )
  ),
  waiting: [{ paced: true }, { paced: false }, { paced: false, hint: "wake" } as const].flatMap((
    wait,
  ) => COMMONS.map((common) => ({ ...common, ...wait, phase: "waiting" }))),
  closing: ([null, "aborted"] as const).flatMap((error) =>
    COMMONS.map((common) => ({ ...common, phase: "closing", error }))
  ),
  paused: COMMONS.map((common) => ({ ...common, phase: "paused" })),
  closed: COMMONS.map((common) => ({ ...common, phase: "closed" })),
};

const VERDICT = { delayMs: 1_500, by: "policy", flaws: [] } as const;
const CLOSURES = [
  { code: 1006, reason: "", wasClean: false, error: "connection-lost" },
  { code: 1000, reason: "bye", wasClean: true, error: null },
] as const;
const TIMERS = [
  "connect",
  "stable",
  "heartbeat",
  "retry",
  "hint",
  "error",
  "refusal",
  "close",
] as const;

/** Inputs of each type, in all their variants. A type that is new is missing here. */
export const INPUTS: Readonly<Record<Input["type"], readonly Input[]>> = {
  start: [[false, false], [true, false], [false, true]].map((
    [aborted = false, paused = false],
  ) => ({
    type: "start",
    config: CONFIG,
    aborted,
    paused,
  })),
  resolved: [{ type: "resolved", epoch: EPOCH, url: "wss://example.com/" }],
  opened: [{ type: "opened", epoch: EPOCH }],
  ready: [null, { timeoutMs: 2_000 }].map((pace) => ({ type: "ready", epoch: EPOCH, pace })),
  refused: [{ type: "refused", epoch: EPOCH }],
  alive: [{ type: "alive", epoch: EPOCH }],
  error: [{ type: "error", epoch: EPOCH }],
  lost: [false, true].flatMap((retry) =>
    CLOSURES.map((closure) => ({
      type: "lost",
      epoch: EPOCH,
      ...closure,
      verdict: { ...VERDICT, retry },
    }))
  ),
  timer: TIMERS.flatMap((timer) =>
    [null, 0, HEARTBEAT.intervalMs].flatMap((silentMs) =>
      [0, 1_000_000].map((lateMs) => ({ type: "timer", timer, lateMs, silentMs }))
    )
  ),
  hint: (["online", "offline", "wake"] as const).flatMap((hint) =>
    [null, 5_000].map((sinceMs) => ({
      ...{ type: "hint", hint, random: 0.5 },
      ...{ dialMs: sinceMs, earlyMs: sinceMs },
    }))
  ),
  close: ([null, "aborted"] as const).map((error) => ({ type: "close", error, code: 1000 })),
  reconnect: [{ type: "reconnect", again: false }, {
    type: "reconnect",
    again: false,
    code: 4000,
    reason: "again",
  }],
  pause: [{ type: "pause" }, { type: "pause", code: 4000, reason: "away" }],
  resume: [{ type: "resume" }],
  fault: [{ type: "fault", fault: "shouldRetry: threw" }],
  session: [{ type: "session", event: "begun", rx: 0 }],
};

/** Cells by phase and input: the outcomes that the table names. */
export type Table = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** Reads the one markdown table with a `phase` column from a doc comment. */
export function parseTable(source: string): Table {
  const rows = source.split("\n")
    .filter((line) => line.startsWith(" * |"))
    .map((line) => line.slice(3).split("|").slice(1, -1).map((cell) => cell.trim()));
  const [[, ...inputs] = [], , ...phases] = rows;
  return new Map(phases.map(([phase = "", ...cells]) => {
    const outcomes = cells.map((cell) => cell.split("/").filter(Boolean).sort());
    return [phase, new Map(inputs.map((input, i) => [input, outcomes[i] ?? ["missing"]]))];
  }));
}

/** What the table calls an outcome: "" is no change at all, "=" a change within the phase. */
export function outcomeOf(before: State, [after, effects]: Step): string {
  if (after === before && effects.length === 0) return "";
  return after.phase === before.phase && after.epoch === before.epoch ? "=" : after.phase;
}

/** Every difference between the table and the function, as a line each. */
export function differences(table: Table, transition: Transition): string[] {
  const found: string[] = [];
  const compare = (what: string, told: Iterable<string>, real: Iterable<string>): void => {
    const [a, b] = [told, real].map((names) => [...names].sort().join("/"));
    if (a !== b) found.push(`${what}: the table says '${a}', the code '${b}'`);
  };
  compare("phases", table.keys(), Object.keys(STATES));
  for (const [phase, states] of Object.entries(STATES)) {
    const row = table.get(phase) ?? new Map<string, readonly string[]>();
    compare(`inputs of ${phase}`, [...row.keys(), "fault", "session"], Object.keys(INPUTS));
    for (const [type, inputs] of Object.entries(INPUTS)) {
      const outcomes = new Set(
        states.flatMap((state) =>
          inputs.flatMap((input) =>
            CONFIGS.map((config) => outcomeOf(state, transition(state, input, config)))
          )
        ),
      );
      outcomes.delete("");
      compare(`${phase} x ${type}`, row.get(type) ?? [], outcomes);
    }
  }
  return found;
}

export type Transition = (state: State, input: Input, config: Config) => Step;
