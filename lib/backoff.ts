/**
 * Delay policies: how long to wait before the next attempt. Each is a pure function of what the
 * client tells it; none keeps state, reads a clock or draws a random number, so one policy may serve
 * any number of clients and a test can ask it anything.
 *
 * In the formulas `n` is the attempt (1 for the first after a loss), `r` the random number in
 * [0, 1), and `base`, `factor` and `cap` are the options `initialDelayMs`, `multiplier` and
 * `maxDelayMs`. A bound at `r` -> 1 may be reached by rounding.
 *
 * ```ts
 * import { fullJitter } from "@holdfast/websocket/backoff";
 * import { assertEquals } from "@std/assert";
 *
 * const policy = fullJitter({ maxDelayMs: 20_000 });
 * const delayMs = policy({ attempt: 3, waitedMs: 2_500, previousDelayMs: 1_700, random: 0.5 });
 * assertEquals(delayMs, 2_000); // half of 1,000 * 2^2
 * ```
 *
 * @module
 */

import { checkNumber } from "./_check.ts";
import { windows } from "./_windows.ts";

/** A pure delay policy: from what is known about this outage to a delay in milliseconds. */
export type Backoff = (context: BackoffContext) => number;

/**
 * What a delay policy knows of the outage. All of it starts anew once a connection proved stable;
 * `waitedMs` and `previousDelayMs` do so too where something else than the policy decided when to
 * dial (a server's hint, a paced restart, a network that is back). That dials a whole fleet at about
 * one time, so what each client had waited until then tells it apart from the others no more.
 */
export interface BackoffContext {
  /** The attempt that the delay is for: 1 for the first reconnection attempt. */
  readonly attempt: number;
  /** Sum of the policy's delays in this series, in milliseconds; 0 on the first attempt. */
  readonly waitedMs: number;
  /** The policy's delay before this one, in milliseconds; 0 on the first attempt. */
  readonly previousDelayMs: number;
  /** Uniform in [0, 1), drawn for this call. */
  readonly random: number;
}

/** What the growing policies share. */
export interface BackoffOptions {
  /**
   * The unit of the first delay, in milliseconds, from 1 to `maxDelayMs` (`windowedBackoff`: to half
   * of it). One second is below what people notice as an outage and above what a restart takes.
   *
   * @default {1_000} or, where `maxDelayMs` does not allow it, the longest that it allows
   */
  initialDelayMs?: number;
  /**
   * What each step is multiplied by, from 1 (`windowedBackoff`: 1.25) to 2^31-1. Doubling is the
   * usual choice: the attempts of an outage grow with the logarithm of its length, and nobody waits
   * longer than it had lasted already.
   *
   * @default {2}
   */
  multiplier?: number;
  /**
   * No delay is ever longer, in milliseconds, to 2^31-1. A minute keeps a dead server's load at one
   * attempt a minute and a client, and is about as long as people wait before they reload by hand.
   *
   * @default {60_000}
   */
  maxDelayMs?: number;
}

/** Options of {@linkcode additiveJitter}. */
export interface AdditiveJitterOptions extends BackoffOptions {
  /**
   * The most that chance adds to a delay, in milliseconds, from 0 to 2^31-1.
   *
   * @default {1_000}
   */
  jitterMs?: number;
}

/**
 * The default policy: one attempt at a random moment of each of a series of doubling windows.
 *
 * Window `k` is `W(k) = min(cap / 1.1, base * factor^k)` long; the first starts `base` after the
 * loss and each starts where the one before ends. A client keeps its place in the window, its phase,
 * from one to the next, give or take a tenth. So the fleet that lost a server together stays evenly
 * spread over each window, the capped ones too, and no client is unlucky twice: its wait grows with
 * the outage and not with its draws. The tenth lets apart those that a server refused together.
 *
 * | delay | in |
 * |---|---|
 * | the first, and any while `waitedMs < base` | `[base, base + W(0)]`, uniformly |
 * | the one that leaves window `k` | `[max(base, 0.9 * W(k)), W(k + 1) + 0.1 * W(k)]` |
 * | every | `[base, cap]` |
 *
 * With the defaults the first attempts come 1-2 s, 2-4 s, 4-8 s, 8-16 s, 16-32 s and 32-64 s after
 * the loss, and then one in each 54.5 s. The policy reads `waitedMs` and `random` only: where in its
 * windows a client is, not how many attempts it has made.
 *
 * @throws {TypeError} An option is not a number.
 * @throws {RangeError} An option is out of range; `maxDelayMs` must be at least 2 and twice
 * `initialDelayMs`, as the first delay may be as long, and `multiplier` at least 1.25.
 *
 * @example The client's default, with a shorter cap
 * ```ts
 * import { windowedBackoff } from "@holdfast/websocket/backoff";
 * import { assertEquals } from "@std/assert";
 *
 * const policy = windowedBackoff({ maxDelayMs: 30_000 });
 * const first = policy({ attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 0.5 });
 * assertEquals(first, 1_500); // the middle of the window from 1 s to 2 s
 * const second = policy({ attempt: 2, waitedMs: 1_500, previousDelayMs: 1_500, random: 0.5 });
 * assertEquals(second, 1_500); // to 3 s after the loss, the middle of the window from 2 s to 4 s
 * ```
 */
export function windowedBackoff(options?: BackoffOptions): Backoff {
  return windows(checkOptions(options, 2, 1.25));
}

/**
 * The formula that most clients use: a doubling delay plus a little chance.
 *
 * `min(base * factor^(n - 1) + r * jitter, cap)`, which lies in
 * `[min(base * factor^(n - 1), cap), min(base * factor^(n - 1) + jitter, cap)]`.
 *
 * Right for one client, wrong for a fleet: once the cap is reached (attempt 7 with the defaults)
 * every delay is exactly the cap, so clients that were lost together come back together.
 *
 * @throws {TypeError} An option is not a number.
 * @throws {RangeError} An option is out of range.
 *
 * @example
 * ```ts
 * import { additiveJitter } from "@holdfast/websocket/backoff";
 * import { assertEquals } from "@std/assert";
 *
 * const policy = additiveJitter();
 * const context = { waitedMs: 0, previousDelayMs: 0, random: 0.25 };
 * assertEquals(policy({ attempt: 1, ...context }), 1_250);
 * assertEquals(policy({ attempt: 5, ...context }), 16_250);
 * assertEquals(policy({ attempt: 7, ...context }), 60_000);
 * ```
 */
export function additiveJitter(options: AdditiveJitterOptions = {}): Backoff {
  const { jitterMs = 1_000 } = options;
  checkNumber(ACTION, "jitterMs", jitterMs, 0);
  return exponential(options, (delayMs, random, cap) => Math.min(delayMs + random * jitterMs, cap));
}

/**
 * Any delay up to a doubling limit, each as likely ("full jitter").
 *
 * `r * min(base * factor^(n - 1), cap)`, which lies in `[0, min(base * factor^(n - 1), cap)]`.
 *
 * Spreads a fleet well, but an attempt may follow at once, and one unlucky client may wait long.
 *
 * @see {@link https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/}
 * @throws {TypeError} An option is not a number.
 * @throws {RangeError} An option is out of range.
 *
 * @example
 * ```ts
 * import { fullJitter } from "@holdfast/websocket/backoff";
 * import { assertEquals } from "@std/assert";
 *
 * const policy = fullJitter();
 * assertEquals(policy({ attempt: 4, waitedMs: 0, previousDelayMs: 0, random: 0.25 }), 2_000);
 * ```
 */
export function fullJitter(options?: BackoffOptions): Backoff {
  return exponential(options, (delayMs, random) => random * delayMs);
}

/**
 * Half of a doubling delay for certain, the other half by chance ("equal jitter").
 *
 * `(1 + r) / 2 * min(base * factor^(n - 1), cap)`, which lies in
 * `[min(base * factor^(n - 1), cap) / 2, min(base * factor^(n - 1), cap)]`.
 *
 * @see {@link https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/}
 * @throws {TypeError} An option is not a number.
 * @throws {RangeError} An option is out of range.
 *
 * @example
 * ```ts
 * import { equalJitter } from "@holdfast/websocket/backoff";
 * import { assertEquals } from "@std/assert";
 *
 * const policy = equalJitter();
 * assertEquals(policy({ attempt: 4, waitedMs: 0, previousDelayMs: 0, random: 0.25 }), 5_000);
 * ```
 */
export function equalJitter(options?: BackoffOptions): Backoff {
  return exponential(options, (delayMs, random) => (1 + random) / 2 * delayMs);
}

/**
 * Any delay from the initial one to three times the one before ("decorrelated jitter").
 *
 * `min(base + r * (3 * max(previousDelayMs, base) - base), cap)`, which lies in
 * `[base, min(3 * max(previousDelayMs, base), cap)]`.
 *
 * What chance draws above the cap is cut, so in a long outage two delays of three are exactly the
 * cap; the third keeps a fleet apart.
 *
 * @see {@link https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/}
 * @throws {TypeError} An option is not a number.
 * @throws {RangeError} An option is out of range.
 *
 * @example
 * ```ts
 * import { decorrelatedJitter } from "@holdfast/websocket/backoff";
 * import { assertEquals } from "@std/assert";
 *
 * const policy = decorrelatedJitter();
 * assertEquals(policy({ attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 0.5 }), 2_000);
 * assertEquals(policy({ attempt: 2, waitedMs: 0, previousDelayMs: 2_000, random: 0.5 }), 3_500);
 * ```
 */
export function decorrelatedJitter(options?: Omit<BackoffOptions, "multiplier">): Backoff {
  const [base, , cap] = checkOptions(options);
  return ({ previousDelayMs, random }) =>
    Math.min(base + random * (3 * Math.max(previousDelayMs, base) - base), cap);
}

/**
 * Always the same delay: for tests, and for one client that talks to a server of its own.
 *
 * @param delayMs The delay in milliseconds, from 1 to 2^31-1.
 * @throws {TypeError} `delayMs` is not a number.
 * @throws {RangeError} `delayMs` is out of range.
 *
 * @example
 * ```ts
 * import { constantBackoff } from "@holdfast/websocket/backoff";
 * import { assertEquals } from "@std/assert";
 *
 * const policy = constantBackoff(250);
 * assertEquals(policy({ attempt: 9, waitedMs: 2_000, previousDelayMs: 250, random: 0.7 }), 250);
 * ```
 */
export function constantBackoff(delayMs: number): Backoff {
  checkNumber(ACTION, "delayMs", delayMs, 1);
  return () => delayMs;
}

const ACTION = "make a delay policy";

/** What `jitter` makes of `min(base * factor^(n - 1), cap)`; Infinity, too, is above the cap. */
function exponential(
  options: BackoffOptions | undefined,
  jitter: (delayMs: number, random: number, cap: number) => number,
): Backoff {
  const [base, factor, cap] = checkOptions(options);
  return ({ attempt, random }) =>
    jitter(Math.min(base * factor ** (attempt - 1), cap), random, cap);
}

/** Returns `[base, factor, cap]`, with the defaults; `base` fits `minRatio` times into `cap`. */
function checkOptions(
  options: BackoffOptions = {},
  minRatio = 1,
  minMultiplier = 1,
): [base: number, factor: number, cap: number] {
  const {
    multiplier = 2,
    maxDelayMs = 60_000,
    initialDelayMs = Math.min(1_000, maxDelayMs / minRatio),
  } = options;
  checkNumber(ACTION, "maxDelayMs", maxDelayMs, minRatio);
  checkNumber(ACTION, "multiplier", multiplier, minMultiplier);
  checkNumber(ACTION, "initialDelayMs", initialDelayMs, 1, maxDelayMs / minRatio);
  return [initialDelayMs, multiplier, maxDelayMs];
}
