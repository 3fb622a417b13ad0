/**
 * What the user's calls lead to, in any phase but the last two: `close()` and `reconnect()`.
 *
 * @module
 */

import type { CloseArguments, Config, Effect, Input, State, Step } from "./state.ts";
import {
  abandon,
  ABNORMAL,
  arm,
  begin,
  common,
  DISARM,
  FRESH,
  isDialled,
  isLinked,
  move,
  report,
} from "./step.ts";

/** `close()`: a connection gets its close handshake, anything else is dropped. */
export function leave(
  state: State,
  { error, code, reason }: CloseArguments & { readonly error: "aborted" | null },
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

/** `reconnect()`: what there is ends now, and a fresh series begins. */
export function restart(
  state: State,
  call: Input & { readonly type: "reconnect" },
  config: Config,
): Step {
  const { code = ABNORMAL.code, reason = "", again } = call;
  // Where nothing was dialled that was reported, nothing ends. A report would loop: its listeners may
  // reconnect.
  const isIdle = again || !isDialled(state);
  const events: readonly Effect[] = isIdle ? [] : [
    ...report({ code, reason, wasClean: false }, true, null),
    { type: "retry", attempt: 0, delayMs: 0, error: null },
  ];
  return begin({ ...state, silences: 0 }, FRESH, config, [abandon(false, call)], events);
}
