/**
 * The cells of a handshake: it is done, or it threw and the peer's close frame may say why.
 *
 * @module
 */

import type { Config, Input, State, Step } from "./state.ts";
import { arm, establish, lose, stay } from "./step.ts";

/** How long a handshake that threw waits for the peer's close frame. */
const REFUSAL_MS = 1_000;

/** What its end, or its timer, leads to. */
export function handshakeCells(state: State, input: Input, config: Config): Step {
  if (state.phase !== "handshaking") return stay(state);
  if (input.type === "ready") return establish(state, input.pace, config);
  if (input.type === "refused") {
    return stay({ ...state, refused: true }, arm("refusal", REFUSAL_MS));
  }
  return input.type === "timer" && input.timer === "refusal" ? lose(state) : stay(state);
}
