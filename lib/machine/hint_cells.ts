/**
 * The cells of hints about the network: they bring the next attempt forward, and cut short a dial into the
 * network of before.
 *
 * @module
 */

import type { Config, Hint, Input, State, Step } from "./state.ts";
import { arm, begin, lose, type Of, stay, UNWAITED } from "./step.ts";

/** A hint is followed within this time, at random: a network that comes back does so for many. */
export const HINT_JITTER_MS = 500;

/** A dial that is older belongs to the network of before; a younger one may just be slow (RFC 6298: 1 s). */
export const YOUNG_DIAL_MS = 1_000;

/** A hint counts for a loss that follows within this time: the network changes first, then the socket dies. */
const FRESH_HINT_MS = 1_000;

type HintInput = Input & { readonly type: "hint" };

/** Whatever a hint, or its timer, leads to. */
export function hintCells(state: State, input: Input, config: Config): Step {
  if (input.type === "timer" && input.timer === "hint") return expire(state, config);
  if (input.type !== "hint" || input.hint === "offline") return stay(state);
  const { hint } = input;
  switch (state.phase) {
    case "open":
      return stay({ ...state, hint: stronger(state, hint) }, arm("hint", FRESH_HINT_MS));
    case "waiting":
      return hurry(state, hint, input, config);
    case "resolving":
    case "connecting":
    case "handshaking":
      return remember(state, hint, input, config);
  }
  return stay(state);
}

function expire(state: State, config: Config): Step {
  switch (state.phase) {
    case "open": {
      const { hint: _, ...rest } = state;
      return stay(rest);
    }
    case "connecting":
      return cut(state);
    case "waiting": {
      const { series } = state;
      const waited = state.hint === "online" ? UNWAITED : {};
      return begin(state, { ...series, ...waited, early: series.early + 1 }, config);
    }
  }
  return stay(state);
}

/** `online` is not forgotten for a `wake`. */
function stronger(
  state: Of<"open" | "resolving" | "connecting" | "handshaking">,
  hint: Hint,
): Hint {
  return state.hint === "online" || hint === "online" ? "online" : "wake";
}

/** Ends a wait early, unless the server asked for it. */
function hurry(
  state: Of<"waiting">,
  hint: Hint,
  { random, earlyMs }: HintInput,
  config: Config,
): Step {
  const { series } = state;
  if (state.paced || state.hint === "online") return stay(state);
  if (state.hint) return state.hint === hint ? stay(state) : stay({ ...state, hint });
  // Ever farther apart: who is woken every few seconds must not dial every few seconds.
  const apartMs = config.initialDelayMs * 2 ** (series.early - 1);
  const restMs = series.early ? Math.max(0, apartMs - Number(earlyMs)) : 0;
  const delayMs = Math.min(restMs + random * HINT_JITTER_MS, config.maxDelayMs);
  return stay({ ...state, hint }, arm("hint", delayMs));
}

/**
 * A hint during an attempt is followed when it fails, which a dial into the network of before does as
 * soon as it is no longer young.
 */
function remember(
  state: Of<"resolving" | "connecting" | "handshaking">,
  hint: Hint,
  { dialMs }: HintInput,
  { maxAttempts }: Config,
): Step {
  const { series } = state;
  const after = { ...state, hint: stronger(state, hint) };
  const isCut = hint === "online" && state.phase === "connecting" && !series.cut &&
    series.attempt < maxAttempts;
  if (!isCut) return stay(after);
  const youngMs = YOUNG_DIAL_MS - Number(dialMs);
  return youngMs < 0 ? cut(after) : stay(after, arm("hint", youngMs));
}

/** Ends a dial into the network of before, once in each series. */
function cut(state: Of<"resolving" | "connecting" | "handshaking">): Step {
  return lose({ ...state, series: { ...state.series, cut: true } });
}
