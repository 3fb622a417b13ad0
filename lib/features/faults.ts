/**
 * What a user's hooks throw: traced, and reported. The client goes on with its default, but a fault
 * that only a trace shows is not found: a policy that throws would mean a minute of silence after each
 * loss.
 *
 * @module
 */

const NONE: readonly never[] = [];

/** The faults of one client. */
export class Faults {
  readonly #trace: (fault: string) => void;
  /** The hooks that were reported since the client was open. */
  #reported: readonly string[] = NONE;

  constructor(trace: (fault: string) => void) {
    this.#trace = trace;
  }

  /** Calls what a user gave; its throw breaks nothing. */
  attempt<T>(hook: string, call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      this.note(hook, error);
      return undefined;
    }
  }

  /** Traces and reports a throw. */
  note(hook: string, error: unknown): void {
    // Not the error's text: it may hold a URL with a token.
    this.#trace(`${hook}: threw`);
    this.report(hook, error);
  }

  /** Reports what a hook threw: once, until {@linkcode reset}. */
  report(hook: string, error: unknown): void {
    if (this.#reported.includes(hook)) return;
    this.#reported = this.#reported.concat(hook);
    reportFault(error);
  }

  /** The client is open: each hook may be reported again. */
  reset(): void {
    this.#reported = NONE;
  }
}

/** Reports as the platform reports the error of a listener, but never ends the process by it. */
function reportFault(error: unknown): void {
  // QUIRK(Deno, Bun, Node): an error that is reported and not handled ends the process.
  const isFatal = "Deno" in globalThis || "process" in globalThis;
  if (!isFatal && typeof reportError === "function") reportError(error);
  // deno-lint-ignore no-console -- the one place where every platform's user looks
  else globalThis.console?.error(error);
}
