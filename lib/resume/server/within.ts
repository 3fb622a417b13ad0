/**
 * Deadlines for what a store is to do: one that does not answer must not hold up what others wait for.
 *
 * @module
 */

import type { ServerSources } from "./options.ts";

/** The answer, or an error when it takes too long: whether it was done is then unknown. */
export function within<T>(
  clock: ServerSources["clock"],
  limitMs: number,
  what: string,
  answer: T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(
      () => reject(new Error(`The session store did not answer '${what}' within ${limitMs} ms`)),
      limitMs,
    );
    Promise.resolve(answer).finally(() => clock.clearTimeout(timer)).then(resolve, reject);
  });
}
