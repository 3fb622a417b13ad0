/**
 * What steps of the machine are made of: the state on one side, the effects in their order on the other.
 *
 * @module
 */

import type { ReconnectingWebSocketErrorCode as ErrorCode } from "../errors.ts";
import type { ConnectionState } from "../client/events.ts";
import type { Closure, Common, Effect, Farewell, Phase, State, Step, TimerName } from "./state.ts";

/** A state of certain phases. */
export type Of<P extends Phase> = State & { readonly phase: P };

/** RFC 6455 section 7.1.5: what a connection that ended without a close frame reports. */
export const ABNORMAL: Closure = { code: 1006, reason: "", wasClean: false };

/** What an abnormal end is called: it follows from the phase in which it happens. */
const LOST_WHILE: Readonly<Record<Phase, ErrorCode | null>> = {
  resolving: "provider-failed",
  connecting: "connect-failed",
  handshaking: "handshake-failed",
  open: "connection-lost",
  waiting: null,
  closing: null,
  closed: null,
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
  return phase === "open" && wasClean ? null : LOST_WHILE[phase];
}

/** Whether there is a connection that a close handshake can end. */
export function isLinked({ phase }: State): boolean {
  return phase === "open" || phase === "handshaking";
}

/** An error event says that the connection is dead; the close event that says how may follow, or not. */
export function doubt(state: State): Step {
  return stay(state, arm("error", 0));
}

export function lose(state: State, error = lossOf(state) as ErrorCode): Step {
  return stay(state, { type: "lose", error });
}

/** At most one `error`, and none after a close handshake, whatever it means; exactly one `close`. */
export function report(
  closure: Closure,
  willRetry: boolean,
  error: ErrorCode | null,
): readonly Effect[] {
  const { code, reason, wasClean } = closure;
  const close: Effect = { type: "close", code, reason, wasClean, willRetry, error };
  return error && !wasClean ? [{ type: "error", error }, close] : [close];
}

/** Puts `statechange` between what is done and what is dispatched, if the user can see a change. */
export function move(
  before: State,
  after: State,
  acts: readonly Effect[],
  tells: readonly Effect[],
): Step {
  const state = connectionState(after);
  const previous = connectionState(before);
  if (state === previous) return [after, [...acts, ...tells]];
  return [after, [...acts, { type: "statechange", state, previous }, ...tells]];
}

export function stay(state: State, ...effects: readonly Effect[]): Step {
  return [state, effects];
}

export function common({ epoch, opened, series, silences }: State): Common {
  return { epoch, opened, series, silences };
}

export const DISARM: Effect = { type: "disarm" };

export const RESOLVE = { type: "resolve", early: false } as const;

export function arm(timer: TimerName, delayMs: number): Effect {
  return { type: "arm", timer, delayMs };
}

export function abandon(silent: boolean, { code, reason }: Farewell = {}): Effect {
  return { type: "abandon", silent, code, reason };
}
