/**
 * Delays that do not come from a policy but from what the server or the host said, drawn from the
 * ranges that ship.
 */

import { type DelayRange, hintRange, pacing } from "../../lib/close_codes.ts";
import { HINT_JITTER_MS } from "../../lib/transition.ts";

/** How a paced delay is drawn: from a uniform number in [0, 1), never above `maxDelayMs`. */
export type Pacing = (random: number, maxDelayMs: number) => number;

/** Close code 1012: U(5 s, 30 s), as its registration asks, in the part that fits under the cap. */
export function restartDelay(random: number, maxDelayMs: number): number {
  return drawn(pacing(1012, 1_000, maxDelayMs), random);
}

/** Close code 1013: U(2, 4) x the initial delay, in the part that fits under the cap. */
export function tryLaterDelay(random: number, maxDelayMs: number, initialDelayMs = 1_000): number {
  return drawn(pacing(1013, initialDelayMs, maxDelayMs), random);
}

/** A server's hint; with a `spread` of one's own it shows what another would do. */
export function hintedDelay(
  random: number,
  maxDelayMs: number,
  hintMs: number,
  spread?: number,
): number {
  if (spread === undefined) return drawn(hintRange(hintMs, maxDelayMs), random);
  return Math.min(hintMs, maxDelayMs / spread) * (1 + (spread - 1) * random);
}

/** The network is back, or the page: U(0, 500 ms). */
export function wakeDelay(random: number): number {
  return HINT_JITTER_MS * random;
}

function drawn(range: DelayRange | null, random: number): number {
  const [minMs, maxMs] = range ?? [0, 0];
  return minMs + random * (maxMs - minMs);
}
