/**
 * What follows a failure: whether to retry, and after which delay. The only place that calls
 * `shouldRetry` and the backoff policy, once each, and draws the random number.
 *
 * @module
 */

import type { Backoff } from "./backoff.ts";
import { type DelayRange, hintRange, isRetryable, pacing } from "./close_codes.ts";
import type { ReconnectingWebSocketError } from "./errors.ts";
import type { Sources } from "./sources.ts";
import type { Config, Series, Verdict } from "./state.ts";

/** Why an attempt or a connection ended, as `shouldRetry` sees it. */
export interface Failure {
  /** The attempt that ended; 0 is the first connection. */
  readonly attempt: number;
  /** The close code; 1006 when there was no close frame. */
  readonly code: number;
  /** The close reason. */
  readonly reason: string;
  /** Whether the close handshake completed. */
  readonly wasClean: boolean;
  /** Whether the connection had been open. */
  readonly wasOpen: boolean;
  /** What happened; null after a clean close. */
  readonly error: ReconnectingWebSocketError | null;
}

/** An answer of `shouldRetry`: yes, no, after a delay (a server's hint), or the default decision. */
export type RetryDecision = boolean | { readonly delayMs: number } | undefined;

/** What the verdict depends on beside the failure. */
export interface Judges {
  readonly shouldRetry: ((failure: Failure) => RetryDecision) | undefined;
  readonly backoff: Backoff;
  readonly sources: Pick<Sources, "random">;
  /** Whether the URL or the protocols come from a function. */
  readonly canRefresh: boolean;
}

/**
 * Decides about a failure. A judge that throws is replaced by the default, and named.
 *
 * @param isAwaited Whether the verdict still matters: `shouldRetry` may have closed the client.
 */
export function judge(
  failure: Failure,
  series: Series,
  config: Config,
  judges: Judges,
  isAwaited: () => boolean,
): Verdict {
  const flaws: string[] = [];
  const decision = consult("shouldRetry", () => judges.shouldRetry?.(failure), isDecision, flaws);
  const retry = decision ?? isRetryable(failure.code, judges.canRefresh);
  if (!retry || !isAwaited()) return { retry: false, delayMs: 0, by: "policy", flaws };

  const random = consult("random", judges.sources.random, isUnit, flaws) ?? 0.5;
  const { maxDelayMs, initialDelayMs } = config;
  const draw = ([minMs, maxMs]: DelayRange): number =>
    bound(minMs + random * (maxMs - minMs), maxDelayMs);
  if (typeof retry === "object") {
    return { retry: true, delayMs: draw(hintRange(retry.delayMs, maxDelayMs)), by: "hint", flaws };
  }
  const { attempt, waitedMs, previousDelayMs } = series;
  const range = attempt === 0 ? pacing(failure.code, initialDelayMs, maxDelayMs) : null;
  if (range) return { retry: true, delayMs: draw(range), by: "close-code", flaws };

  const context = { attempt: attempt + 1, waitedMs, previousDelayMs, random };
  const proposedMs = consult("backoff", () => judges.backoff(context), isNumber, flaws);
  const delayMs = bound(proposedMs ?? maxDelayMs, maxDelayMs);
  if (proposedMs !== undefined && proposedMs !== delayMs) flaws.push("backoff: out of bounds");
  return { retry: true, delayMs, by: "policy", flaws };
}

/** What a user's function answers; undefined, with the flaw noted, if it throws or makes no sense. */
function consult<T>(
  name: string,
  ask: () => unknown,
  accepts: (answer: unknown) => answer is T,
  flaws: string[],
): T | undefined {
  try {
    const answer = ask();
    if (accepts(answer)) return answer;
    flaws.push(`${name}: unusable answer`);
    // An async function by mistake: its rejection has no other owner.
    Promise.resolve(answer).catch(() => {});
  } catch {
    // Not the error's text: it may hold a URL with a token, and flaws are traced.
    flaws.push(`${name}: threw`);
  }
  return undefined;
}

function isDecision(answer: unknown): answer is RetryDecision {
  return answer === undefined || typeof answer === "boolean" ||
    isNumber((answer as { delayMs?: unknown } | null)?.delayMs);
}

function isNumber(answer: unknown): answer is number {
  return typeof answer === "number" && !Number.isNaN(answer);
}

function isUnit(answer: unknown): answer is number {
  return isNumber(answer) && answer >= 0 && answer < 1;
}

/** At least 1 ms, so that even a policy of zeros yields to the event loop; NaN is the longest. */
function bound(delayMs: number, maxDelayMs: number): number {
  return delayMs <= maxDelayMs ? Math.max(1, delayMs) : maxDelayMs;
}
