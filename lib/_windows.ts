/**
 * The default delay policy, of parameters that were checked. Not an entry point; `windowedBackoff` in
 * `backoff.ts` documents it.
 *
 * @module
 */

import type { Backoff } from "./backoff.ts";

/** How far a phase moves from window to window, to either side, as a part of the window. */
const STEP = 0.1;

/** Windows of `base`, then `factor` times as long each, up to `cap`. */
export function windows(
  [base, factor, cap]: readonly [base: number, factor: number, cap: number],
): Backoff {
  // The longest delay crosses the rest of a step and a whole window: together they are the cap.
  const longest = cap / (1 + STEP);
  return ({ waitedMs, random }) => {
    if (waitedMs < base) return base + random * base;
    let elapsed = waitedMs - base;
    let width = base;
    while (elapsed >= width && width < longest) {
      elapsed -= width;
      width = Math.min(longest, width * factor);
    }
    // Only once the windows are all alike can there be more than one left to skip.
    elapsed %= width;
    const phase = elapsed / width + STEP * (2 * random - 1);
    // Reflected, not clamped, at both ends of [0, 1]: clamping would gather the fleet there.
    const nextPhase = 1 - Math.abs(1 - Math.abs(phase));
    const nextMs = nextPhase * Math.min(longest, width * factor);
    return Math.min(cap, Math.max(base, width - elapsed + nextMs));
  };
}
