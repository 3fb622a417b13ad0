/**
 * The delay policy, the limit of attempts and the deadlines: what every client has.
 *
 * @module
 */

import { anything, NOTHING, read, type Rules } from "../_check.ts";
import { windows } from "../_windows.ts";
import { type Backoff, type BackoffOptions, windowedBackoff } from "../backoff.ts";
import type { Config } from "../machine/state.ts";

/** When a client tries again, and how long it waits for anything. Durations are in milliseconds. */
export interface TimingOptions {
  /**
   * A delay policy (see `@holdfast/websocket/backoff`), or parameters of the default one, `windowedBackoff`.
   * A policy's answer is kept within 1 ms and `maxDelayMs`; what is no number counts as `maxDelayMs`.
   *
   * @default {windowedBackoff({ initialDelayMs: 1_000, multiplier: 2 })}
   */
  backoff?: Backoff | Pick<BackoffOptions, "initialDelayMs" | "multiplier">;
  /**
   * No wait is ever longer: it bounds the policy, a server's hints and paced restarts alike. A minute is
   * what a user waits at most, and one attempt a minute is no load for any server.
   *
   * @default {60_000}
   */
  maxDelayMs?: number;
  /**
   * Consecutive attempts after the first that did not stay open for `stableAfterMs`, before giving up.
   * The error is `retry-limit` then; with 0 it says what happened.
   *
   * @default {Infinity} because a network comes back, and only the application knows when to stop waiting.
   */
  maxAttempts?: number;
  /**
   * The deadline of one whole attempt: providers, dialling, handshake. Platforms have none that can be
   * relied on; three SYN retransmissions (1 + 2 + 4 s) fit in.
   *
   * @default {10_000}
   */
  connectTimeoutMs?: number;
  /**
   * How long a connection must stay open before the attempt counter returns to 0. A server that
   * accepts and then drops must not defeat the backoff.
   *
   * @default {5_000}
   */
  stableAfterMs?: number;
  /**
   * How long `close()` waits for the peer's close frame before the end is reported anyway. Platforms
   * wait 5 s to for ever.
   *
   * @default {3_000}
   */
  closeTimeoutMs?: number;
}

/** What a client's timing is made of. */
export interface Timing {
  readonly backoff: Backoff;
  readonly numbers: Omit<Config, "handshake" | "heartbeat" | "pauses">;
}

type Parameters = Pick<BackoffOptions, "initialDelayMs" | "multiplier">;

/** A policy keeps no state, so one serves all clients that want no other. */
let defaultBackoff: Backoff | undefined;

/** Fills in the defaults. */
export function timingOf({
  backoff: given = NOTHING,
  maxDelayMs = 60_000,
  maxAttempts = Infinity,
  connectTimeoutMs = 10_000,
  stableAfterMs = 5_000,
  closeTimeoutMs = 3_000,
}: TimingOptions): Timing {
  const parameters: Parameters = typeof given === "function" ? NOTHING : given;
  const { initialDelayMs = Math.min(1_000, maxDelayMs / 2), multiplier = 2 } = parameters;
  const isDefault = initialDelayMs === 1_000 && multiplier === 2 && maxDelayMs === 60_000;
  const make = (): Backoff => windows([initialDelayMs, multiplier, maxDelayMs]);
  const backoff = typeof given === "function"
    ? given
    : isDefault
    ? defaultBackoff ??= make()
    : make();
  return {
    backoff,
    numbers: {
      maxAttempts,
      maxDelayMs,
      initialDelayMs,
      connectTimeoutMs,
      stableAfterMs,
      closeTimeoutMs,
    },
  };
}

/** What each of these options may be. */
export const TIMING: Rules<TimingOptions> = {
  backoff: (value) => typeof value === "function" ? value : read("backoff", value, PARAMETERS),
  maxDelayMs: [2],
  maxAttempts: [0, Infinity],
  connectTimeoutMs: [1],
  stableAfterMs: [0],
  closeTimeoutMs: [0],
};

/** Checked together, by the policy. */
const PARAMETERS: Rules<Parameters> = { initialDelayMs: anything, multiplier: anything };

/** Checks the parameters of the default policy, which depend on the cap. */
export function checkParameters(options: TimingOptions): void {
  const { backoff } = options;
  if (typeof backoff !== "object") return;
  const { initialDelayMs, maxDelayMs } = timingOf(options).numbers;
  windowedBackoff({ ...backoff, initialDelayMs, maxDelayMs });
}
