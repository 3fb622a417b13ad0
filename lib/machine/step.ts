/**
 * The cells of the table that every client has, and what cells are made of; `transition.ts` explains the
 * table, and a feature brings cells of its own.
 *
 * @module
 */

import type { ReconnectingWebSocketErrorCode as ErrorCode } from "../errors.ts";
import { leave, restart } from "./calls.ts";
import type {
  CloseArguments,
  Closure,
  Common,
  Config,
  ConnectionState,
  Effect,
  Input,
  Pace,
  Phase,
  Series,
  State,
  Step,
  TimerName,
} from "./state.ts";

/** A state of certain phases. */
export type Of<P extends Phase> = State & { readonly phase: P };

/** The cells of a feature; where they are empty the state stays, without effects. */
export type Cells = (state: State, input: Input, config: Config) => Step;

/** The cells that features bring, in the order in which they see an input. */
export interface FeatureCells {
  /** These come before the cells that every client has, and undefined leaves the input to those. */
  readonly pauseCells?: (state: State, input: Input, config: Config) => Step | undefined;
  readonly hintCells?: Cells;
  readonly heartbeatCells?: Cells;
  readonly handshakeCells?: Cells;
}

/** RFC 6455 section 7.1.5: what a connection that ended without a close frame reports. */
export const ABNORMAL: Closure = { code: 1006, reason: "", wasClean: false };

/** Turns of the event loop that a deadline gives to what has arrived; an opening handshake takes 3 on Deno. */
export const LATE_TURNS = 5;

/** A turn that is later was no turn: the platform held its timer back. */
const HELD_BACK_MS = 1_000;

/** The last of them, where even a turn takes its time: Node inflates a message on another thread. */
const LAST_TURN_MS = 150;

/**
 * After a delay that was not the policy's (a network that came back, a paced restart) the policy starts
 * over. A fleet that was brought together would stay so if each client went on from where it was: the
 * slowest hundredth would wait 4.5 times the bound instead of 1.3 (`bench/fleet.md`).
 */
export const UNWAITED = { waitedMs: 0, previousDelayMs: 0 };

export const FRESH: Series = { attempt: 0, ...UNWAITED, early: 0, cut: false };

/** The state of a client that has not started. */
export const INITIAL: State = {
  phase: "resolving",
  epoch: 1,
  opened: false,
  series: FRESH,
  silences: 0,
};

/** What an abnormal end is called: it follows from the phase in which it happens. */
const LOST_WHILE: { readonly [phase in Phase]?: ErrorCode } = {
  resolving: "provider-failed",
  connecting: "connect-failed",
  handshaking: "handshake-failed",
  open: "connection-lost",
};

/** The phase as the user sees it. */
export function connectionState({ phase }: State): ConnectionState {
  return phase === "resolving" || phase === "handshaking" ? "connecting" : phase;
}

/** Whether `close()` was called or the client ended. */
export function isOver({ phase }: State): boolean {
  return phase === "closing" || phase === "closed";
}

/** The error of a loss; an open connection that was closed cleanly did not fail. */
export function lossOf({ phase }: State, wasClean = false): ErrorCode | null {
  return phase === "open" && wasClean ? null : LOST_WHILE[phase] ?? null;
}

/** The next state and the effects of one input; see `transition.ts`. */
export function step(
  state: State,
  input: Input,
  config: Config,
  { pauseCells, hintCells, heartbeatCells, handshakeCells }: FeatureCells,
): Step {
  if ("epoch" in input && input.epoch !== state.epoch) return stay(state);
  if (state.phase === "closed") return stay(state);
  if (state.phase === "closing") return closing(state, input);
  // What the user calls has the same answer in all other phases.
  if (input.type === "close") return leave(state, input, config);
  if (input.type === "reconnect") return restart(state, input, config);
  const answer = pauseCells?.(state, input, config) ??
    (state.phase === "waiting"
      ? waiting(state, input, config)
      : live(state as Live, input, config));
  if (answer) return answer;
  let after: State = state;
  const effects: Effect[] = [];
  for (const cells of [hintCells, heartbeatCells, handshakeCells]) {
    if (!cells) continue;
    const [next, more] = cells(after, input, config);
    after = next;
    effects.push(...more);
  }
  return [after, effects];
}

/** Where there is an attempt, or the connection that came of it. A pause never gets so far. */
type Live = Of<"resolving" | "connecting" | "handshaking" | "open">;

function live(state: Live, input: Input, config: Config): Step | undefined {
  const { phase } = state;
  switch (input.type) {
    case "start":
      if (phase !== "resolving") return;
      if (input.aborted) return leave(state, { error: "aborted" }, config);
      return stay(state, arm("connect", config.connectTimeoutMs), RESOLVE);
    case "resolved":
      if (phase !== "resolving") return;
      return stay({ ...state, phase: "connecting" }, { type: "dial" });
    case "opened":
      if (phase !== "connecting") return;
      if (!config.handshake) return establish(state, null, config);
      return stay({ ...state, phase: "handshaking" }, { type: "handshake" });
    case "error":
      return isDialled(state) ? doubt(state) : undefined;
    case "lost":
      return fail(state, input, config);
    case "timer":
      if (input.timer === "error") return lose(state);
      if (phase === "open") {
        return input.timer === "stable" ? stay({ ...state, series: FRESH }) : undefined;
      }
      if (input.timer !== "connect") return;
      return overdue(state, input, "refused" in state ? undefined : "connect-timeout");
  }
  return;
}

function waiting(state: Of<"waiting">, input: Input, config: Config): Step | undefined {
  const isDue = input.type === "timer" && input.timer !== "hint";
  return isDue ? begin(state, state.series, config) : undefined;
}

function closing(state: Of<"closing">, input: Input): Step {
  switch (input.type) {
    case "error":
      return doubt(state);
    case "lost":
      return end(state, input, state.error);
    case "timer":
      return end(state, ABNORMAL, state.error, input.timer === "close");
  }
  return stay(state);
}

/** The connection is usable. Listeners of `open` send first, then the queue leaves, then what came early is dispatched. */
export function establish(state: State, pace: Pace | null, config: Config): Step {
  const { epoch, series, silences } = state;
  const { heartbeat } = config;
  // Not spread, as the others are: clients stay in this state, and a spread is kept in more memory.
  const after: State = {
    epoch,
    series,
    silences,
    phase: "open",
    opened: true,
    pulse: "beating",
    leftMs: 0,
    late: 0,
  };
  return move(
    state,
    pace ? { ...after, pace } : after,
    [
      // Not the one of an error that came during the handshake: it says that the connection is dead.
      { type: "disarm", timer: "connect" },
      arm("stable", config.stableAfterMs),
      ...(heartbeat ? [arm("heartbeat", pace?.intervalMs ?? heartbeat.intervalMs)] : []),
    ],
    [
      { type: "open", reconnected: state.opened, attempt: series.attempt },
      { type: "flush" },
      { type: "deliver" },
    ],
  );
}

/** An attempt or a connection ended: wait and retry, or end. */
function fail(
  state: Live,
  input: Input & { readonly type: "lost" },
  config: Config,
): Step {
  const { error, verdict: { retry, delayMs, by } } = input;
  const { hint } = state;
  const { attempt, waitedMs } = state.series;
  const isSilent = error === "connect-timeout" || error === "heartbeat-timeout";
  if (!retry || attempt >= config.maxAttempts) {
    const peerSaidSo = isLinked(state) && input.code !== ABNORMAL.code;
    // With no retries allowed at all, none were used up.
    const why = !retry ? peerSaidSo && "fatal-close" : config.maxAttempts && "retry-limit";
    return end(state, input, why || error, isSilent, config.pauses ? "paused" : "closed");
  }
  const paced = by !== "policy";
  const series = {
    ...state.series,
    ...(paced ? UNWAITED : { waitedMs: waitedMs + delayMs, previousDelayMs: delayMs }),
    attempt: attempt + 1,
  };
  const silences = state.silences + (error === "heartbeat-timeout" ? 1 : 0);
  return move(
    state,
    { ...common(state), phase: "waiting", series, silences, paced },
    [DISARM, abandon(isSilent), arm("retry", delayMs)],
    [
      ...report(input, true, error),
      { type: "retry", attempt: attempt + 1, delayMs, error },
      ...(hint ? [{ type: "hint", hint } as const] : []),
    ],
  );
}

/** Starts the next attempt. */
export function begin(
  state: State,
  series: Series,
  config: Config,
  acts: readonly Effect[] = [],
  events: readonly Effect[] = [],
): Step {
  const { epoch, opened, silences } = state;
  const early = series.early > state.series.early;
  return move(
    state,
    { phase: "resolving", epoch: epoch + 1, opened, series, silences },
    [DISARM, ...acts, arm("connect", config.connectTimeoutMs)],
    [...events, { ...RESOLVE, early }],
  );
}

/**
 * Over for good, or until `resume()`. What the user ended is not an error, but `aborted` goes with the close.
 */
function end(
  state: State,
  closure: Closure,
  error: ErrorCode | null,
  isSilent = false,
  phase: "closed" | "paused" = "closed",
): Step {
  const events = report(closure, false, error);
  return move(
    state,
    { ...common(state), phase },
    [DISARM, abandon(isSilent)],
    isOver(state) ? events.slice(-1) : events,
  );
}

/** Whether there is a connection that a close handshake can end. */
export function isLinked({ phase }: State): boolean {
  return phase === "open" || phase === "handshaking";
}

/** Whether there is a socket that has not ended. */
export function isDialled(state: State): boolean {
  return state.phase === "connecting" || isLinked(state);
}

/** An error event says that the connection is dead; the close event that says how may follow, or not. */
function doubt(state: State): Step {
  return stay(state, arm("error", 0));
}

export function lose(state: State, error = lossOf(state) as ErrorCode): Step {
  return stay(state, { type: "lose", error });
}

/**
 * A deadline passed. The answer may have arrived while the loop was blocked, and be unread: also if the
 * timer is on time, as the block may just have ended.
 */
export function overdue(
  state: Live,
  { timer, lateMs }: Input & { readonly type: "timer" },
  error?: ErrorCode,
): Step {
  const { late: before = 0 } = state;
  if (before === LATE_TURNS) return lose(state, error);
  // Where the platform holds timers back a turn takes up to a minute, and the loop runs all the while.
  const late = before && lateMs > HELD_BACK_MS ? LATE_TURNS : before + 1;
  return stay({ ...state, late }, arm(timer, late === LATE_TURNS && lateMs ? LAST_TURN_MS : 0));
}

/** At most one `error`, and none after a close handshake, whatever it means; exactly one `close`. */
export function report(
  { code, reason, wasClean }: Closure,
  willRetry: boolean,
  error: ErrorCode | null,
): readonly Effect[] {
  const close: Effect = { type: "close", code, reason, wasClean, willRetry, error };
  return error && !wasClean ? [{ type: "error", error }, close] : [close];
}

/** Puts `statechange` between what is done and what is dispatched, if the user can see a change. */
export function move(
  before: State,
  after: State,
  acts: readonly Effect[],
  events: readonly Effect[],
): Step {
  const state = connectionState(after);
  const previous = connectionState(before);
  if (state === previous) return [after, [...acts, ...events]];
  return [after, [...acts, { type: "statechange", state, previous }, ...events]];
}

export function stay(state: State, ...effects: readonly Effect[]): Step {
  return [state, effects];
}

export function common({ epoch, opened, series, silences }: State): Common {
  return { epoch, opened, series, silences };
}

export const DISARM: Effect = { type: "disarm" };

const RESOLVE = { type: "resolve", early: false } as const;

export function arm(timer: TimerName, delayMs: number): Effect {
  return { type: "arm", timer, delayMs };
}

export function abandon(silent: boolean, { code, reason }: CloseArguments = {}): Effect {
  return { type: "abandon", silent, code, reason };
}
