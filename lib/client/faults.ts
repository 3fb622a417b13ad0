/**
 * What a user's hooks throw: traced, and reported. The client goes on with its default, but a fault
 * that only a trace shows is not found: a policy that throws would mean a minute of silence after each
 * loss.
 *
 * @module
 */

import type { Input } from "../machine/state.ts";

/** Whose hooks are called. */
export interface HookOwner {
  /** The hooks that were reported since the client was open: each is reported once. */
  reported: readonly string[];
  apply(input: Input): void;
}

/** Calls what a user gave; its throw breaks nothing. */
export function guard<T>(owner: HookOwner, hook: string, call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    noteFault(owner, hook, error);
    return undefined;
  }
}

/** Traces and reports a throw. */
export function noteFault(owner: HookOwner, hook: string, error: unknown): void {
  // Not the error's text: it may hold a URL with a token.
  owner.apply({ type: "fault", fault: `${hook}: threw` });
  reportFault(owner, hook, error);
}

/** Reports as the platform reports the error of a listener, but never ends the process by it. */
export function reportFault(owner: HookOwner, hook: string, error: unknown): void {
  if (owner.reported.includes(hook)) return;
  owner.reported = owner.reported.concat(hook);
  // QUIRK(Deno, Bun, Node): an error that is reported and not handled ends the process.
  const isFatal = "Deno" in globalThis || "process" in globalThis;
  if (!isFatal && typeof reportError === "function") reportError(error);
  // deno-lint-ignore no-console -- the one place where every platform's user looks
  else globalThis.console?.error(error);
}
