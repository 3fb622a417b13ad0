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
 * `tests/machine/transition_table_test.ts` reads this table and checks every cell of it.
 *
 * | phase       | start     | resolved   | opened             | ready | refused | alive | error | lost           | timer     | hint | close   | reconnect |
 * | ----------- | --------- | ---------- | ------------------ | ----- | ------- | ----- | ----- | -------------- | --------- | ---- | ------- | --------- |
 * | resolving   | =/closing | connecting |                    |       |         |       |       | waiting/closed | =         | =    | closing | resolving |
 * | connecting  |           |            | handshaking/open   |       |         |       | =     | waiting/closed | =         | =    | closing | resolving |
 * | handshaking |           |            |                    | open  | =       | =     | =     | waiting/closed | =         | =    | closing | resolving |
 * | open        |           |            |                    |       |         | =     | =     | waiting/closed | =         | =    | closing | resolving |
 * | waiting     |           |            |                    |       |         |       |       |                | resolving | =    | closing | resolving |
 * | closing     |           |            |                    |       |         |       | =     | closed         | closed    |      |         |           |
 * | closed      |           |            |                    |       |         |       |       |                |           |      |         |           |
 *
 * The inputs `offline` (a hint) and `fault` (a hook or an effect threw) exist for the trace alone.
 *
 * @module
 */

import type { ReconnectingWebSocketErrorCode as ErrorCode } from "../errors.ts";
import { beat, probe } from "./heartbeat_cells.ts";
import type {
  Closure,
  Config,
  Effect,
  Farewell,
  Input,
  Pace,
  Series,
  State,
  Step,
} from "./state.ts";
import {
  abandon,
  ABNORMAL,
  arm,
  common,
  DISARM,
  doubt,
  isLinked,
  isOver,
  lose,
  move,
  type Of,
  report,
  RESOLVE,
  stay,
} from "./step.ts";

/** A hint is followed within this time, at random: a network that comes back does so for many. */
export const HINT_JITTER_MS = 500;

/** A dial that is older belongs to the network of before; a younger one may just be slow (RFC 6298: 1 s). */
export const YOUNG_DIAL_MS = 1_000;

/** A hint counts for a loss that follows within this time: the network changes first, then the socket dies. */
const FRESH_HINT_MS = 1_000;

/** Turns of the event loop that an opening handshake takes at most, once its bytes are there (Deno: 3). */
const LATE_TURNS = 5;

/** How long a handshake that threw waits for the peer's close frame, which may say why. */
const REFUSAL_MS = 1_000;

/**
 * After a delay that was not the policy's (a network that came back, a paced restart) the policy starts
 * over. A fleet that was brought together would stay so if each client went on from where it was: the
 * slowest hundredth would wait 4.5 times the bound instead of 1.3 (`bench/fleet.md`).
 */
const UNWAITED = { waitedMs: 0, previousDelayMs: 0 };

const FRESH: Series = { attempt: 0, waitedMs: 0, previousDelayMs: 0, early: 0, cut: false };

/** The state of a client that has not started. */
export const INITIAL: State = {
  phase: "resolving",
  epoch: 1,
  opened: false,
  series: FRESH,
  silences: 0,
};

/** The next state and the effects of one input; see the top of this file. */
export function transition(state: State, input: Input, config: Config): Step {
  if ("epoch" in input && input.epoch !== state.epoch) return stay(state);
  if (state.phase === "closed") return stay(state);
  if (state.phase === "closing") return closing(state, input);
  // What the user calls has the same answer in all other phases.
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
      return stay(state, arm("connect", config.connectTimeoutMs), RESOLVE);
    case "resolved":
      if (phase !== "resolving") break;
      return stay({ ...state, phase: "connecting" }, { type: "dial" });
    case "opened":
      if (phase !== "connecting") break;
      if (!config.handshake) return establish(state, null, config);
      return stay({ ...state, phase: "handshaking" }, { type: "handshake" });
    case "ready":
      if (phase !== "handshaking") break;
      return establish(state, input.pace, config);
    case "refused":
      if (phase !== "handshaking") break;
      return stay({ ...state, refused: true }, arm("refusal", REFUSAL_MS));
    case "alive":
      if (phase !== "handshaking") break;
      return stay({ ...state, silences: 0 });
    case "error":
      if (phase === "resolving") break;
      return doubt(state);
    case "lost":
      return fail(state, input, config);
    case "timer":
      return expire(state, input);
    case "hint":
      return remember(state, input, config);
  }
  return stay(state);
}

/** The attempt's deadline, or that of what must follow an error or a refusal. */
function expire(
  state: Of<"resolving" | "connecting" | "handshaking">,
  { timer, lateMs }: Input & { readonly type: "timer" },
): Step {
  if (timer === "hint") return state.phase === "connecting" ? cut(state) : stay(state);
  if (timer !== "connect") return lose(state);
  // The answer may have arrived while the loop was blocked: a few turns of it, to read it.
  const { late = 0 } = state;
  if (late ? late < LATE_TURNS : lateMs) {
    return stay({ ...state, late: late + 1 }, arm("connect", 0));
  }
  return lose(state, "refused" in state ? undefined : "connect-timeout");
}

/**
 * A hint during an attempt is followed when it fails, which a dial into the network of before does as
 * soon as it is no longer young.
 */
function remember(
  state: Of<"resolving" | "connecting" | "handshaking">,
  { hint, dialMs }: Input & { readonly type: "hint" },
  { maxAttempts }: Config,
): Step {
  if (hint === "offline") return stay(state);
  const isOnline = hint === "online";
  const { series } = state;
  const after = { ...state, hint: isOnline ? hint : state.hint ?? hint };
  const isCut = isOnline && state.phase === "connecting" && !series.cut &&
    series.attempt < maxAttempts;
  if (!isCut) return stay(after);
  const youngMs = YOUNG_DIAL_MS - Number(dialMs);
  return youngMs < 0 ? cut(after) : stay(after, arm("hint", youngMs));
}

/** Ends a dial into the network of before, once in each series. */
function cut(state: Of<"resolving" | "connecting" | "handshaking">): Step {
  return lose({ ...state, series: { ...state.series, cut: true } });
}

function open(state: Of<"open">, input: Input, config: Config): Step {
  const { heartbeat } = config;
  switch (input.type) {
    case "alive":
      return stay({ ...state, silences: 0 });
    case "error":
      return doubt(state);
    case "lost":
      return fail(state, input, config);
    case "timer":
      if (input.timer === "stable") return stay({ ...state, series: FRESH });
      if (input.timer === "hint") {
        const { hint: _, ...rest } = state;
        return stay(rest);
      }
      if (input.timer === "error") return lose(state);
      if (heartbeat) return beat(state, input, { ...heartbeat, ...state.pace });
      break;
    case "hint": {
      if (input.hint === "offline") break;
      const after = { ...state, hint: state.hint === "online" ? state.hint : input.hint };
      const fresh = arm("hint", FRESH_HINT_MS);
      if (!heartbeat?.probes || state.pulse !== "beating") return stay(after, fresh);
      const [probed, effects] = probe(after, "probed", { ...heartbeat, ...state.pace });
      return [probed, [fresh, ...effects]];
    }
  }
  return stay(state);
}

function waiting(state: Of<"waiting">, input: Input, config: Config): Step {
  const { series } = state;
  switch (input.type) {
    case "timer": {
      if (input.timer !== "hint") return begin(state, series, config);
      const early = series.early + 1;
      const waited = state.hint === "online" ? UNWAITED : {};
      return begin(state, { ...series, ...waited, early }, config);
    }
    case "hint": {
      const { hint, random, earlyMs } = input;
      if (hint === "offline" || state.paced || state.hint === "online") break;
      if (state.hint) return state.hint === hint ? stay(state) : stay({ ...state, hint });
      // Ever farther apart: who is woken every few seconds must not dial every few seconds.
      const apartMs = config.initialDelayMs * 2 ** (series.early - 1);
      const restMs = series.early ? Math.max(0, apartMs - Number(earlyMs)) : 0;
      const delayMs = Math.min(restMs + random * HINT_JITTER_MS, config.maxDelayMs);
      return stay({ ...state, hint }, arm("hint", delayMs));
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
      return end(state, ABNORMAL, state.error, input.timer === "close");
  }
  return stay(state);
}

/** The connection is usable. Listeners of `open` send first, then the queue leaves, then what came early is dispatched. */
function establish(state: State, pace: Pace | null, config: Config): Step {
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
  state: Of<"resolving" | "connecting" | "handshaking" | "open">,
  input: Input & { readonly type: "lost" },
  config: Config,
): Step {
  const { error, verdict: { retry, delayMs, by } } = input;
  const { hint } = state;
  const { attempt, waitedMs } = state.series;
  const isSilent = error === "connect-timeout" || error === "heartbeat-timeout";
  if (!retry) {
    const peerSaidSo = isLinked(state) && input.code !== ABNORMAL.code;
    return end(state, input, peerSaidSo ? "fatal-close" : error, isSilent);
  }
  if (attempt >= config.maxAttempts) {
    // With no retries allowed at all, none were used up.
    return end(state, input, config.maxAttempts ? "retry-limit" : error, isSilent);
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
function begin(
  state: State,
  series: Series,
  config: Config,
  acts: readonly Effect[] = [],
  tells: readonly Effect[] = [],
): Step {
  const { epoch, opened, silences } = state;
  const early = series.early > state.series.early;
  return move(
    state,
    { phase: "resolving", epoch: epoch + 1, opened, series, silences },
    [DISARM, ...acts, arm("connect", config.connectTimeoutMs)],
    [...tells, { ...RESOLVE, early }],
  );
}

/** `reconnect()`: what there is ends now, and a fresh series begins. */
function restart(
  state: State,
  farewell: Input & { readonly type: "reconnect" },
  config: Config,
): Step {
  const { code = ABNORMAL.code, reason = "", again } = farewell;
  // Where nothing was dialled that was reported, nothing ends. A report would loop: its listeners may
  // reconnect.
  const isIdle = again || state.phase === "resolving" || state.phase === "waiting";
  const tells: readonly Effect[] = isIdle ? [] : [
    ...report({ code, reason, wasClean: false }, true, null),
    { type: "retry", attempt: 0, delayMs: 0, error: null },
  ];
  return begin({ ...state, silences: 0 }, FRESH, config, [abandon(false, farewell)], tells);
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
      : [DISARM, abandon(false)],
    linked ? [] : [{ type: "settle" }],
  );
}

/** Over for good. What the user ended is not an error, but `aborted` goes with the close. */
function end(state: State, closure: Closure, error: ErrorCode | null, isSilent = false): Step {
  const tells = report(closure, false, error);
  return move(
    state,
    { ...common(state), phase: "closed" },
    [DISARM, abandon(isSilent)],
    isOver(state) ? tells.slice(-1) : tells,
  );
}
