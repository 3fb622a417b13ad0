/**
 * What follows a loss where no `retry` feature decides: the close-code table, its pacing, and the policy.
 *
 * @module
 */

import { isNumber } from "../_check.ts";
import type { BackoffContext } from "../backoff.ts";
import { type DelayRange, isRetryable, pacing } from "../machine/close_codes.ts";
import type { Config, Verdict } from "../machine/state.ts";
import type { Client } from "./client.ts";
import { guard } from "./faults.ts";
import type { Case } from "./feature.ts";

/** The verdict on what must not go on. */
export const NO_RETRY: Verdict = { retry: false, delayMs: 0, by: "policy", flaws: [] };

/** The verdict where the policy has none. */
export function slowest({ maxDelayMs }: Config): Verdict {
  return { retry: true, delayMs: maxDelayMs, by: "policy", flaws: ["backoff: threw"] };
}

/** Whether the next attempt may bring a new token: by a provider or a handshake. */
export function canRefresh({ parts: { doors } }: Client): boolean {
  return !!(doors.resolve ?? doors.handshake);
}

/** At least 1 ms, so that even a policy of zeros yields to the event loop; NaN is the longest. */
export function bound(delayMs: number, maxDelayMs: number): number {
  return delayMs <= maxDelayMs ? Math.max(1, delayMs) : maxDelayMs;
}

/** Drawn in a range that lies below the cap. */
export function within([minMs, maxMs]: DelayRange, random: number, maxDelayMs: number): number {
  return bound(minMs + random * (maxMs - minMs), maxDelayMs);
}

/**
 * A retry after what a paced close code says, or the policy. The core trusts the policy and the source of
 * chance; what checks them gives their answers, and undefined for one that makes no sense.
 */
export function retryAfter(
  { closure: { code } }: Case,
  { parts: { backoff, config: { initialDelayMs, maxDelayMs }, random: source }, state }: Client,
  random: number = source(),
  propose: (context: BackoffContext) => number | undefined = backoff,
  flaws: string[] = [],
): Verdict {
  const { attempt, waitedMs, previousDelayMs } = state.series;
  const range = attempt ? null : pacing(code, initialDelayMs, maxDelayMs);
  if (range) {
    return { retry: true, delayMs: within(range, random, maxDelayMs), by: "close-code", flaws };
  }
  const proposedMs = propose({ attempt: attempt + 1, waitedMs, previousDelayMs, random });
  const delayMs = bound(proposedMs ?? maxDelayMs, maxDelayMs);
  if (proposedMs !== undefined && proposedMs !== delayMs) flaws.push("backoff: out of bounds");
  return { retry: true, delayMs, by: "policy", flaws };
}

/** The verdict of the core. */
export function plainVerdict(given: Case, client: Client): Verdict {
  const isWanted = given.decision ?? isRetryable(given.closure.code, canRefresh(client));
  return isWanted ? retryAfter(given, client) : NO_RETRY;
}

/** A draw; the middle, where the source of chance is broken. */
export function drawn(client: Client): number {
  const value = guard(client, "random", client.parts.random);
  return isUnit(value) ? value : 0.5;
}

export function isUnit(value: unknown): value is number {
  return isNumber(value) && value >= 0 && value < 1;
}
