/**
 * Delays that do not come from a policy but from what the server or the host said. These four
 * formulas are what the client does; the shipped functions are to take their place.
 */

/** How a paced delay is drawn: from a uniform number in [0, 1), never above `maxDelayMs`. */
export type Pacing = (random: number, maxDelayMs: number) => number;

/** Close code 1012: U(5 s, 30 s), as its registration asks, in the part that fits under the cap. */
export function restartDelay(random: number, maxDelayMs: number): number {
  const low = Math.min(5_000, maxDelayMs / 2);
  return low + random * (Math.min(30_000, maxDelayMs) - low);
}

/** Close code 1013: U(2, 4) x the initial delay, in the part that fits under the cap. */
export function tryLaterDelay(random: number, maxDelayMs: number, initialDelayMs = 1_000): number {
  const low = Math.min(2 * initialDelayMs, maxDelayMs / 2);
  return low * (1 + random);
}

/** A server's hint, spread by U(1, `spread`); one near the cap is drawn just below it instead. */
export function hintedDelay(
  random: number,
  maxDelayMs: number,
  hintMs: number,
  spread = 1.25,
): number {
  return Math.min(hintMs, maxDelayMs / spread) * (1 + (spread - 1) * random);
}

/** The network is back, or the page: U(0, 500 ms). */
export function wakeDelay(random: number): number {
  return 500 * random;
}
