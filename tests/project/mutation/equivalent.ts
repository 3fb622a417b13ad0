/**
 * Changes that no test can see, each with its reason. They count neither as killed nor as survivors; one
 * that is not found, or that a test sees after all, is an error.
 *
 * @module
 */

/** A mutant that behaves as the code does. */
export interface Equivalent {
  readonly module: string;
  /** The line of the source that it begins in, without the blanks around it. */
  readonly line: string;
  /** What it replaces, and by what. */
  readonly text: string;
  readonly replacement: string;
  /** Why nobody can see the difference. */
  readonly reason: string;
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    module: "features/decision",
    line: 'const retry = Object.getOwnPropertyDescriptor(Object(thrown), "retry")?.value;',
    text: 'Object.getOwnPropertyDescriptor(Object(thrown), "retry")?.value',
    replacement: 'Object.getOwnPropertyDescriptor(Object(thrown), "retry").value',
    reason: "it throws where there is none, and what throws decides nothing either",
  },
  {
    module: "features/decision",
    line: "return retry === false || Number.isFinite(retry?.delayMs) ? retry : undefined;",
    text: "retry?.delayMs",
    replacement: "retry.delayMs",
    reason: "it throws where there is none, and what throws decides nothing either",
  },
  {
    module: "features/decision",
    line: "} catch {",
    text: "{\n    // A proxy or a getter: it decides nothing.\n    return undefined;\n  }",
    replacement: "{}",
    reason: "a function without a return gives undefined",
  },
];
