/**
 * Calls what others wrote: its throw is reported, and breaks nothing.
 *
 * @module
 */

/** The errors of one server. */
export class Guard {
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** The answer, or undefined if there is none but an error. */
  call<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }

  /** Reports an error. */
  report(error: unknown): void {
    try {
      this.#onError(error);
    } catch {
      // There is nowhere left to report to.
    }
  }
}
