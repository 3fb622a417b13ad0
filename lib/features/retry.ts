/**
 * What follows a failure: whether to retry, and after which delay. The only place that calls
 * `shouldRetry` and the backoff policy, once each, and draws the random number.
 *
 * @module
 */

import { isNumber } from "../_check.ts";
import type { Backoff } from "../backoff.ts";
import { type DelayRange, hintRange, isRetryable, pacing } from "../machine/close_codes.ts";
import type { ReconnectingWebSocketError } from "../errors.ts";
import type { Sources } from "../sources.ts";
import type { Config, Series, Verdict } from "../machine/state.ts";

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

/**
 * What a thrown value decides: an own `retry` that is `false` or `{ delayMs }` with a finite number. A
 * foreign library's error decides nothing by accident.
 */
export function decisionOf(thrown: unknown): RetryDecision {
  try {
    const retry = Object.getOwnPropertyDescriptor(Object(thrown), "retry")?.value;
    return retry === false || Number.isFinite(retry?.delayMs) ? retry : undefined;
  } catch {
    // A proxy or a getter: it decides nothing.
    return undefined;
  }
}

/** What the verdict depends on beside the failure. */
export interface Judges {
  readonly shouldRetry: ((failure: Failure) => RetryDecision) | undefined;
  readonly backoff: Backoff;
  readonly sources: Pick<Sources, "random">;
  /** Whether the next attempt may bring a new token: by a provider or a handshake. */
  readonly canRefresh: boolean;
}

/** What a verdict is about, and who wants it. */
export interface Case {
  readonly failure: Failure;
  readonly series: Series;
  /** What the thrown value decided that is the cause of the failure. */
  readonly decision: RetryDecision;
  /** Whether the verdict still matters: `shouldRetry` may have closed the client. */
  isAwaited(): boolean;
  /** A judge threw, or its answer made no sense. */
  report(judge: string, error: unknown): void;
}

/** Decides about a failure. A judge that throws is replaced by the default, and named. */
export function judge(
  { failure, series, decision, isAwaited, report }: Case,
  config: Config,
  judges: Judges,
): Verdict {
  const flaws: string[] = [];
  const consult = <T>(
    name: string,
    call: () => unknown,
    accepts: (answer: unknown) => answer is T,
  ): T | undefined => {
    try {
      const answer = call();
      if (accepts(answer)) return answer;
      flaws.push(`${name}: unusable answer`);
      report(name, new TypeError(`Cannot use the answer of '${name}'`));
      // An async function by mistake: its rejection has no other owner.
      Promise.resolve(answer).catch(() => {});
    } catch (error) {
      // Not the error's text: it may hold a URL with a token, and flaws are traced.
      flaws.push(`${name}: threw`);
      report(name, error);
    }
    return undefined;
  };
  const answer = consult("shouldRetry", () => judges.shouldRetry?.(failure), isDecision);
  const retry = answer ?? decision ?? isRetryable(failure.code, judges.canRefresh);
  if (!retry || !isAwaited()) return { retry: false, delayMs: 0, by: "policy", flaws };

  const random = draw(() => consult("random", judges.sources.random, isUnit));
  const { maxDelayMs, initialDelayMs } = config;
  const within = ([minMs, maxMs]: DelayRange): number =>
    bound(minMs + random * (maxMs - minMs), maxDelayMs);
  if (typeof retry === "object") {
    // A getter may answer once.
    const hintMs = consult("shouldRetry", () => retry.delayMs, isNumber);
    return {
      retry: true,
      delayMs: within(hintRange(hintMs ?? maxDelayMs, maxDelayMs)),
      by: "hint",
      flaws,
    };
  }
  const { attempt, waitedMs, previousDelayMs } = series;
  const range = attempt === 0 ? pacing(failure.code, initialDelayMs, maxDelayMs) : null;
  if (range) return { retry: true, delayMs: within(range), by: "close-code", flaws };

  const context = { attempt: attempt + 1, waitedMs, previousDelayMs, random };
  const proposedMs = consult("backoff", () => judges.backoff(context), isNumber);
  const delayMs = bound(proposedMs ?? maxDelayMs, maxDelayMs);
  if (proposedMs !== undefined && proposedMs !== delayMs) flaws.push("backoff: out of bounds");
  return { retry: true, delayMs, by: "policy", flaws };
}

/** A draw; the middle, where the source of chance is broken. */
export function draw(random: () => unknown): number {
  const drawn = random();
  return isUnit(drawn) ? drawn : 0.5;
}

function isDecision(answer: unknown): answer is RetryDecision {
  return answer === undefined || typeof answer === "boolean" ||
    isNumber((answer as { delayMs?: unknown } | null)?.delayMs);
}

function isUnit(answer: unknown): answer is number {
  return isNumber(answer) && answer >= 0 && answer < 1;
}

/** At least 1 ms, so that even a policy of zeros yields to the event loop; NaN is the longest. */
function bound(delayMs: number, maxDelayMs: number): number {
  return delayMs <= maxDelayMs ? Math.max(1, delayMs) : maxDelayMs;
}
