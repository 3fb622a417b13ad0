/**
 * The control plane as one pure function: `transition(state, input, config) -> [state, effects]`.
 *
 * ## Theory of operation
 *
 * A client is always in one {@linkcode Phase}. Whatever happens to it, a timer that fires, a socket
 * that dies, a call of the user, is an {@linkcode Input}; the answer is the next state and a list of
 * {@linkcode Effect}s for the shell to perform, in order. Everything that decides lives here; the
 * shell (`reconnecting_websocket.ts`) only performs.
 *
 * Three rules keep this file honest:
 *
 * 1. **Pure.** No clock, no random number, no user code, no platform API. What is impure arrives in
 *    the input: the verdict on a failure (with its drawn delay), how late a timer fired, how long the
 *    peer was silent. So the inputs of a trace, replayed, give the same states and effects.
 * 2. **Total.** Every phase has an answer to every input. An empty cell of the table below means that
 *    the input cannot matter there, and changes nothing. Inputs that belong to one attempt carry its
 *    `epoch`; of another epoch they are stale (a dead socket, a late promise) and change nothing.
 * 3. **Durations, not instants.** A timer is armed by name and duration and comes back as an input.
 *    Arming a name again replaces it; `disarm` stops them all. Entering a phase starts with `disarm`,
 *    but for the connect timer, which spans the three phases of an attempt, and for that of an error
 *    during the handshake.
 *
 * ## The table
 *
 * Rows are phases, columns inputs; a cell names the next phase (`=` the same one, with effects).
 * `tests/transition_test.ts` reads this table and checks every cell of it.
 *
 * | phase       | start     | resolved   | opened             | ready | error | lost           | timer          | hint | close   | reconnect |
 * | ----------- | --------- | ---------- | ------------------ | ----- | ----- | -------------- | -------------- | ---- | ------- | --------- |
 * | resolving   | =/closing | connecting |                    |       |       | waiting/closed | =              |      | closing | resolving |
 * | connecting  |           |            | handshaking/open   |       | =     | waiting/closed | =              |      | closing | resolving |
 * | handshaking |           |            |                    | open  | =     | waiting/closed | =              |      | closing | resolving |
 * | open        |           |            |                    |       | =     | waiting/closed | =              | =    | closing | resolving |
 * | waiting     |           |            |                    |       |       |                | resolving      | =    | closing | resolving |
 * | closing     |           |            |                    |       | =     | closed         | closed         |      |         |           |
 * | closed      |           |            |                    |       |       |                |                |      |         |           |
 *
 * The inputs `offline` (a hint) and `fault` (a user callback misbehaved) exist for the trace alone.
 *
 * @module
 */

import type { ReconnectingWebSocketErrorCode as ErrorCode } from "./errors.ts";
import type { ConnectionState } from "./events.ts";
import type {
  Closure,
  Common,
  Config,
  Effect,
  Farewell,
  HeartbeatConfig,
  Input,
  Phase,
  Pulse,
  Series,
  State,
  Step,
  TimerName,
} from "./state.ts";

/** A hint is followed within this time, at random: a network that comes back does so for many. */
export const HINT_JITTER_MS = 500;

/**
 * After a delay that was not the policy's (a hint, a paced restart) the policy starts over. A fleet
 * that was brought together would stay so if each client went on from where it was: the slowest
 * hundredth would wait 4.5 times the bound instead of 1.3 (`bench/fleet.md`).
 */
const UNWAITED = { waitedMs: 0, previousDelayMs: 0 };

const FRESH: Series = { attempt: 0, ...UNWAITED, hinted: false };

/** RFC 6455 section 7.1.5: what a connection that ended without a close frame reports. */
export const ABNORMAL: Closure = { code: 1006, reason: "", wasClean: false };

/** The state of a client that has not started. */
export const INITIAL: State = { phase: "resolving", epoch: 1, opened: false, series: FRESH };

/** The phase as the user sees it. */
export function connectionState({ phase }: State): ConnectionState {
  return phase === "resolving" || phase === "handshaking" ? "connecting" : phase;
}

/** Whether `close()` was called or the client ended. */
export function isOver({ phase }: State): boolean {
  return phase === "closing" || phase === "closed";
}

/** The next state and the effects of one input; see the top of this file. */
export function transition(state: State, input: Input, config: Config): Step {
  if ("epoch" in input && input.epoch !== state.epoch) return stay(state);
  if (state.phase === "closed") return stay(state);
  if (state.phase === "closing") return closing(state, input);
  // What the user asks for has the same answer in all other phases.
  if (input.type === "close") return leave(state, input, config);
  if (input.type === "reconnect") return restart(state, input, config);
  switch (state.phase) {
    case "open":
      return open(state, input, config);
    case "waiting":
      return waiting(state, input, config);
    default:
      return attempting(state, input, config);
  }
}

type Of<P extends Phase> = State & { readonly phase: P };

function attempting(
  state: Of<"resolving" | "connecting" | "handshaking">,
  input: Input,
  config: Config,
): Step {
  const { phase } = state;
  switch (input.type) {
    case "start":
      if (phase !== "resolving") break;
      if (input.aborted) return leave(state, { error: "aborted" }, config);
      return stay(state, arm("connect", config.connectTimeoutMs), { type: "resolve" });
    case "resolved":
      if (phase !== "resolving") break;
      return [{ ...common(state), phase: "connecting" }, [{ type: "dial" }]];
    case "opened":
      if (phase !== "connecting") break;
      if (!config.handshake) return establish(state, config);
      return [{ ...common(state), phase: "handshaking" }, [{ type: "handshake" }]];
    case "ready":
      if (phase !== "handshaking") break;
      return establish(state, config);
    case "error":
      if (phase === "resolving") break;
      return doubt(state);
    case "lost":
      return fail(state, input, config);
    case "timer":
      if (input.timer === "connect") return lose(state, "connect-timeout");
      return lose(state, phase === "connecting" ? "connect-failed" : "handshake-failed");
  }
  return stay(state);
}

function open(state: Of<"open">, input: Input, config: Config): Step {
  const { heartbeat } = config;
  switch (input.type) {
    case "error":
      return doubt(state);
    case "lost":
      return fail(state, input, config);
    case "timer":
      if (input.timer === "stable") return stay({ ...state, series: FRESH });
      if (input.timer === "error") return lose(state, "connection-lost");
      if (heartbeat) return beat(state, input, heartbeat);
      break;
    case "hint":
      if (input.hint !== "offline" && heartbeat?.probes && state.pulse === "beating") {
        return probe(state, "probed", heartbeat);
      }
      break;
  }
  return stay(state);
}

function waiting(state: Of<"waiting">, input: Input, config: Config): Step {
  const { series } = state;
  switch (input.type) {
    case "timer":
      if (input.timer !== "hint") return begin(state, series, config);
      return begin(state, { ...series, ...UNWAITED, hinted: true }, config);
    case "hint": {
      if (input.hint === "offline" || state.hurried) break;
      // Once per initial delay: a second hint of this series waits for one more of them.
      const earliestMs = series.hinted ? config.initialDelayMs : 0;
      return stay(
        { ...state, hurried: true },
        arm("hint", earliestMs + input.random * HINT_JITTER_MS),
      );
    }
  }
  return stay(state);
}

function closing(state: Of<"closing">, input: Input): Step {
  switch (input.type) {
    case "error":
      return doubt(state);
    case "lost":
      return end(state, input, state.error);
    case "timer":
      return end(state, ABNORMAL, state.error);
  }
  return stay(state);
}

/** The connection is usable. Listeners of `open` send first, then the queue leaves, then what came early is told. */
function establish(state: State, config: Config): Step {
  const { epoch, series } = state;
  return move(
    state,
    // Not spread, as the others are: clients stay in this state, and a spread is kept in more memory.
    { epoch, series, phase: "open", opened: true, pulse: "beating" },
    [
      // Not the one of an error that came during the handshake: it says that the connection is dead.
      { type: "disarm", timer: "connect" },
      arm("stable", config.stableAfterMs),
      ...(config.heartbeat ? [arm("heartbeat", config.heartbeat.intervalMs)] : []),
    ],
    [
      { type: "open", reconnected: state.opened, attempt: series.attempt },
      { type: "flush" },
      { type: "deliver" },
    ],
  );
}

/** An error event says that the connection is dead; the close event that tells how may follow, or not. */
function doubt(state: State): Step {
  return stay(state, arm("error", 0));
}

function lose(state: State, error: ErrorCode): Step {
  return stay(state, { type: "lose", error });
}

/** An attempt or a connection ended: wait and retry, or end. */
function fail(
  state: State,
  input: Input & { readonly type: "lost" },
  config: Config,
): Step {
  const { error, verdict: { retry, delayMs, by } } = input;
  const { attempt, waitedMs, hinted } = state.series;
  if (!retry) {
    const peerSaidSo = isLinked(state) && input.code !== ABNORMAL.code;
    return end(state, input, peerSaidSo ? "fatal-close" : error);
  }
  if (attempt >= config.maxAttempts) {
    // With no retries allowed at all, a clean close is an ordinary end and not a failure.
    return end(state, input, config.maxAttempts === 0 && error === null ? null : "retry-limit");
  }
  const isPolicy = by === "policy";
  const series = {
    attempt: attempt + 1,
    waitedMs: isPolicy ? waitedMs + delayMs : 0,
    previousDelayMs: isPolicy ? delayMs : 0,
    hinted,
  };
  return move(
    state,
    { ...common(state), phase: "waiting", series, hurried: false },
    [DISARM, abandon(), arm("retry", delayMs)],
    [...report(input, true, error), { type: "retry", attempt: attempt + 1, delayMs, error }],
  );
}

/** Silence is counted from the last message, and a connection is only given up after an unanswered probe. */
function beat(
  state: Of<"open">,
  { lateMs, silentMs }: Input & { readonly type: "timer" },
  heartbeat: HeartbeatConfig,
): Step {
  const { intervalMs, timeoutMs } = heartbeat;
  const { pulse, leftMs } = state;
  if (silentMs !== null && silentMs < intervalMs) {
    return listen(state, "beating", intervalMs - silentMs, heartbeat);
  }
  if (silentMs !== null || pulse === "beating") return probe(state, "probed", heartbeat);
  if (leftMs) return listen(state, pulse, leftMs, heartbeat);
  // A host that slept, or throttles its timers, could not hear the answer to the first probe.
  const slept = lateMs > Math.max(1_000, timeoutMs / 2);
  return slept && pulse === "probed"
    ? probe(state, "reprieved", heartbeat)
    : lose(state, "heartbeat-timeout");
}

function probe(state: Of<"open">, pulse: Pulse, heartbeat: HeartbeatConfig): Step {
  const [after, effects] = listen(state, pulse, heartbeat.timeoutMs, heartbeat);
  return [after, heartbeat.probes ? [...effects, { type: "probe" }] : effects];
}

/** Waits for a sign of life, an interval at a time: what comes meanwhile starts a new silence. */
function listen(
  state: Of<"open">,
  pulse: Pulse,
  waitMs: number,
  { intervalMs }: HeartbeatConfig,
): Step {
  const leftMs = waitMs - intervalMs;
  const after: State = { ...common(state), phase: "open", pulse, ...(leftMs > 0 && { leftMs }) };
  return stay(after, arm("heartbeat", Math.min(waitMs, intervalMs)));
}

/** Starts the next attempt. */
function begin(
  state: State,
  series: Series,
  config: Config,
  acts: readonly Effect[] = [],
  tells: readonly Effect[] = [],
): Step {
  return move(
    state,
    { phase: "resolving", epoch: state.epoch + 1, opened: state.opened, series },
    [DISARM, ...acts, arm("connect", config.connectTimeoutMs)],
    [...tells, { type: "resolve" }],
  );
}

/** `reconnect()`: what there is ends now, and a fresh series begins. */
function restart(state: State, farewell: Farewell, config: Config): Step {
  // Where nothing was dialled nothing ends. A report would loop: its listeners may reconnect.
  const isIdle = state.phase === "resolving" || state.phase === "waiting";
  const tells: readonly Effect[] = isIdle ? [] : [
    ...report(ABNORMAL, true, null),
    { type: "retry", attempt: 0, delayMs: 0, error: null },
  ];
  return begin(state, FRESH, config, [abandon(farewell)], tells);
}

/** `close()`: a connection gets its close handshake, anything else is dropped. */
function leave(
  state: State,
  { error, code, reason }: Farewell & { readonly error: "aborted" | null },
  config: Config,
): Step {
  const linked = isLinked(state);
  return move(
    state,
    { ...common(state), phase: "closing", error },
    linked
      ? [DISARM, arm("close", config.closeTimeoutMs), { type: "hangUp", code, reason }]
      : [DISARM, abandon()],
    linked ? [] : [{ type: "settle" }],
  );
}

/** Over for good. What the user ended is not an error, but `aborted` is told with the close. */
function end(state: State, closure: Closure, error: ErrorCode | null): Step {
  const tells = report(closure, false, error);
  return move(
    state,
    { ...common(state), phase: "closed" },
    [DISARM, abandon()],
    isOver(state) ? tells.slice(-1) : tells,
  );
}

/** Whether there is a connection that a close handshake can end. */
function isLinked({ phase }: State): boolean {
  return phase === "open" || phase === "handshaking";
}

/** At most one `error`, exactly one `close`. */
function report(closure: Closure, willRetry: boolean, error: ErrorCode | null): readonly Effect[] {
  const { code, reason, wasClean } = closure;
  const close: Effect = { type: "close", code, reason, wasClean, willRetry, error };
  return error ? [{ type: "error", error }, close] : [close];
}

/** Puts `statechange` between what is done and what is told, if the user can see a change. */
function move(
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

function stay(state: State, ...effects: readonly Effect[]): Step {
  return [state, effects];
}

function common({ epoch, opened, series }: State): Common {
  return { epoch, opened, series };
}

const DISARM: Effect = { type: "disarm" };

function arm(timer: TimerName, delayMs: number): Effect {
  return { type: "arm", timer, delayMs };
}

function abandon({ code, reason }: Farewell = {}): Effect {
  return { type: "abandon", code, reason };
}
