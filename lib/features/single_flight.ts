/**
 * The user's functions that say where to connect, each called one at a time.
 *
 * @module
 */

import type { ProviderFunction } from "./provider.ts";
import { abortController, domException } from "../platform.ts";
import type { Clock } from "../sources.ts";

/** How the calls of a client are timed. */
export interface ProviderLimits {
  readonly clock: Clock;
  /** How long an answer may be outstanding before the provider may be called anew. */
  readonly limitMs: number;
  onTimeout(): void;
}

/**
 * A provider that is never called while an answer of it is outstanding: a refresh token that is used
 * twice ends a session. So a call outlives the attempt that made it, and serves the next.
 */
export class SingleFlight<T> {
  readonly #call: ProviderFunction<T>;
  readonly #limits: ProviderLimits;
  #answer: Promise<T> | undefined;
  #reject: ((reason: unknown) => void) | undefined;

  constructor(call: ProviderFunction<T>, limits: ProviderLimits) {
    this.#call = call;
    this.#limits = limits;
  }

  /** The answer that is outstanding, or that of a new call. */
  get(attempt: number): Promise<T> {
    return this.#answer ??= this.#start(attempt);
  }

  /** Gives up what is outstanding: aborts its signal, and fails the attempt that waits for it. */
  cancel(reason: unknown): void {
    this.#reject?.(reason);
  }

  #start(attempt: number): Promise<T> {
    const { clock, limitMs, onTimeout } = this.#limits;
    const controller = abortController();
    // Outside the promise: what the clock throws must leave no answer behind that never comes.
    const timer = clock.setTimeout(() => {
      onTimeout();
      this.cancel(domException("Cannot wait any longer for the provider", "TimeoutError"));
    }, limitMs);
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        if (this.#reject !== abort) return;
        this.#answer = this.#reject = undefined;
        clock.clearTimeout(timer);
      };
      const abort = this.#reject = (reason: unknown): void => {
        finish();
        controller.abort(reason);
        reject(reason);
      };
      // An async function, so that a throw is a rejection.
      const call = async (): Promise<T> => await this.#call({ attempt, signal: controller.signal });
      call().finally(finish).then(resolve, reject);
    });
  }
}
