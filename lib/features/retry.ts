/**
 * The `shouldRetry` option, and delays that a server asks for: what is thrown or answered is checked, as a
 * hook that fails must not end the client. Each hook is called once for each loss, and only here.
 *
 * @module
 */

import { isNumber } from "../_check.ts";
import type { BackoffContext } from "../backoff.ts";
import type { Client } from "../client/client.ts";
import type { Case, DoorFeature, Feature } from "../client/feature.ts";
import { canRefresh, isUnit, NO_RETRY, retryAfter, within } from "../client/verdict.ts";
import type { ReconnectingWebSocketError } from "../errors.ts";
import { hintRange, isRetryable } from "../machine/close_codes.ts";
import { isOver } from "../machine/step.ts";
import type { Verdict } from "../machine/state.ts";

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

/** Calls `shouldRetry`, and follows a server that says when to come back. */
export function retry(shouldRetry?: (failure: Failure) => RetryDecision): Feature {
  if (!shouldRetry) return PLAIN;
  const feature: DoorFeature = {
    kind: "retry",
    judge: (given, client) => judge(given, client, shouldRetry),
  };
  return feature;
}

/** Shared by all clients without `shouldRetry`. */
const PLAIN: DoorFeature = {
  kind: "retry",
  isPlain: true,
  judge: (given, client) => judge(given, client, undefined),
};

/** Decides about a loss. A hook that fails is replaced by its default, and named. */
function judge(
  given: Case,
  client: Client,
  shouldRetry: ((failure: Failure) => RetryDecision) | undefined,
): Verdict {
  const { closure, decision, failure } = given;
  const { epoch, phase, series: { attempt } } = client.state;
  const flaws: string[] = [];
  /** What a hook answers; undefined, where it threw or the answer makes no sense. */
  const consult = <T>(
    name: string,
    call: () => unknown,
    accepts: (answer: unknown) => answer is T,
  ): T | undefined => {
    try {
      const answer = call();
      if (accepts(answer)) return answer;
      flaws.push(`${name}: unusable answer`);
      client.report(name, new TypeError(`Cannot use the answer of '${name}'`));
      // An async function by mistake: its rejection has no other owner.
      Promise.resolve(answer).catch(() => {});
    } catch (error) {
      // Not the error's text: it may hold a URL with a token, and flaws are traced.
      flaws.push(`${name}: threw`);
      client.report(name, error);
    }
    return undefined;
  };
  const explain = (): Failure => ({
    attempt,
    ...closure,
    wasOpen: phase === "open",
    error: failure && failure.error,
  });
  const answer = consult("shouldRetry", () => shouldRetry?.(explain()), isDecision);
  const isWanted = answer ?? decision ?? isRetryable(closure.code, canRefresh(client));
  // Unless shouldRetry ended what the verdict is about.
  const isAwaited = client.state.epoch === epoch && !isOver(client.state);
  if (!isWanted || !isAwaited) return { ...NO_RETRY, flaws };
  const { backoff, config: { maxDelayMs }, random } = client.parts;
  const draw = consult("random", random, isUnit) ?? 0.5;
  if (typeof isWanted !== "object") {
    const propose = (context: BackoffContext): number | undefined =>
      consult("backoff", () => backoff(context), isNumber);
    return retryAfter(given, client, draw, propose, flaws);
  }
  // A getter may answer once.
  const hintMs = consult("shouldRetry", () => isWanted.delayMs, isNumber) ?? maxDelayMs;
  const delayMs = within(hintRange(hintMs, maxDelayMs), draw, maxDelayMs);
  return { retry: true, delayMs, by: "hint", flaws };
}

function isDecision(answer: unknown): answer is RetryDecision {
  return answer === undefined || typeof answer === "boolean" ||
    isNumber((answer as { delayMs?: unknown } | null)?.delayMs);
}

/** The `shouldRetry` option, checked. */
export { aFunction as readShouldRetry } from "../_check.ts";
