/**
 * Delays that do not come from a policy but from what the server or the host said, drawn from the
 * ranges that ship.
 */

import { type DelayRange, hintRange, pacing } from "../../lib/machine/close_codes.ts";
import { HINT_JITTER_MS } from "../../lib/machine/hint_cells.ts";

const INITIAL_DELAY_MS = 1_000;
const CAP_MS = 60_000;

/** Close code 1012: U(5 s, 30 s), as its registration requires. */
export function restartDelay(random: number): number {
  return drawn(pacing(1012, INITIAL_DELAY_MS, CAP_MS), random);
}

/** Close code 1013: U(2, 4) x the initial delay. */
export function tryLaterDelay(random: number): number {
  return drawn(pacing(1013, INITIAL_DELAY_MS, CAP_MS), random);
}

/** A server's `{ delayMs: 30_000 }`. */
export function hintedDelay(random: number): number {
  return drawn(hintRange(30_000, CAP_MS), random);
}

/** The network is back, or the page: U(0, 500 ms). */
export function wakeDelay(random: number): number {
  return HINT_JITTER_MS * random;
}

/** Early attempts of a series that come ever rarer: each gap is twice the one before. */
export function doublingGap(earlyAttempts: number): number {
  return INITIAL_DELAY_MS * 2 ** (earlyAttempts - 1);
}

/** The same up to the longest delay of the policy, so that they never end. */
export function cappedGap(earlyAttempts: number): number {
  return Math.min(CAP_MS, doublingGap(earlyAttempts));
}

/** Early attempts that may follow each other for ever, an initial delay apart. */
export function constantGap(): number {
  return INITIAL_DELAY_MS;
}

/** One hint, for all clients. */
export function hintAt(atMs: number): (client: number, fromMs: number) => number {
  return (_, fromMs) => fromMs <= atMs ? atMs : Infinity;
}

/** Hints every `periodMs` before `endMs`: for all clients at once, or for each at its own time. */
export function hintsEvery(
  periodMs: number,
  endMs: number,
  isShared: boolean,
): (client: number, fromMs: number) => number {
  return (client, fromMs) => {
    const firstMs = periodMs * (isShared ? 1 : spread(client));
    const nextMs = firstMs + periodMs * Math.max(0, Math.ceil((fromMs - firstMs) / periodMs));
    return nextMs < endMs ? nextMs : Infinity;
  };
}

/** In [0, 1). Multiples of the golden ratio are spread evenly, and as evenly among any neighbours. */
export function spread(client: number): number {
  return client * 0.618033988749895 % 1;
}

function drawn(range: DelayRange | null, random: number): number {
  const [minMs, maxMs] = range ?? [0, 0];
  return minMs + random * (maxMs - minMs);
}
