/**
 * What a provider or a handshake decides by what it throws.
 *
 * @module
 */

import type { RetryDecision } from "./retry.ts";

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
