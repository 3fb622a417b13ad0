/**
 * Reports what a user's hook threw. The client goes on with its default, but a fault that only a trace
 * shows is not found: a policy that throws would mean a minute of silence after each loss.
 *
 * @module
 */

/** Reports as the platform reports the error of a listener, but never ends the process by it. */
export function reportFault(error: unknown): void {
  // QUIRK(Deno, Bun, Node): an error that is reported and not handled ends the process.
  const isFatal = "Deno" in globalThis || "process" in globalThis;
  if (!isFatal && typeof reportError === "function") reportError(error);
  // deno-lint-ignore no-console -- the one place where every platform's user looks
  else globalThis.console?.error(error);
}
