/**
 * The cells of a pause: what is there ends, and nothing follows until `resume()`.
 *
 * @module
 */

import type { CloseArguments, Config, Input, State, Step } from "./state.ts";
import {
  abandon,
  ABNORMAL,
  begin,
  common,
  DISARM,
  FRESH,
  isDialled,
  move,
  report,
  stay,
} from "./step.ts";

/** Sees an input before the cells that every client has, which know no pause; undefined leaves it to them. */
export function pauseCells(state: State, input: Input, config: Config): Step | undefined {
  if (state.phase !== "paused") {
    const isMade = input.type === "start" && state.phase === "resolving";
    if (isMade && input.paused && !input.aborted) return pause(state, {});
    return input.type === "pause" ? pause(state, input) : undefined;
  }
  return input.type === "resume" ? begin({ ...state, silences: 0 }, FRESH, config) : stay(state);
}

function pause(state: State, call: CloseArguments): Step {
  const { code = ABNORMAL.code, reason = "" } = call;
  return move(
    state,
    { ...common(state), phase: "paused" },
    [DISARM, abandon(false, call)],
    isDialled(state) ? report({ code, reason, wasClean: false }, false, null) : [],
  );
}
