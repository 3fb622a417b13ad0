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

/** The compiler wants to know the type of an input before its members. */
const NO_OTHER_HAS_IT = "no other input has what is asked next";

/** Of what is kept, or of a kind. */
const A_NAME = "a name among others: it has only to be unlike them";

export const EQUIVALENT: readonly Equivalent[] = [
  {
    module: "machine/handshake_cells",
    line: 'return input.type === "timer" && input.timer === "refusal" ? lose(state) : stay(state);',
    text: 'input.type === "timer"',
    replacement: "true",
    reason: NO_OTHER_HAS_IT,
  },
  {
    module: "machine/pause_cells",
    line: 'const isMade = input.type === "start" && state.phase === "resolving";',
    text: 'input.type === "start"',
    replacement: "true",
    reason: NO_OTHER_HAS_IT,
  },
  {
    module: "machine/heartbeat_cells",
    line:
      'if (input.type === "timer" && input.timer === "heartbeat") return beat(state, input, heartbeat);',
    text: 'input.type === "timer"',
    replacement: "true",
    reason: NO_OTHER_HAS_IT,
  },
  {
    module: "machine/heartbeat_cells",
    line:
      "return silences > 1 ? timeoutMs * Math.min(2 ** (silences - 1), MAX_PATIENCE) : timeoutMs;",
    text: "silences > 1",
    replacement: "silences >= 1",
    reason: "after one loss the factor is 1",
  },
  {
    module: "machine/hint_cells",
    line: 'if (input.type === "timer" && input.timer === "hint") return expire(state, config);',
    text: 'input.type === "timer"',
    replacement: "true",
    reason: NO_OTHER_HAS_IT,
  },
  {
    module: "bounded_queue",
    line: "if (!/[\\u0080-\\uffff]/.test(message)) return bytes;",
    text: "!/[\\u0080-\\uffff]/.test(message)",
    replacement: "false",
    reason: "a shorter way to what the loop counts, too",
  },
  {
    module: "client/parts",
    line: 'config: shared("config", {',
    text: '"config"',
    replacement: '""',
    reason: A_NAME,
  },
  {
    module: "client/parts",
    line: 'return use.every(({ isPlain }) => isPlain) ? shared("doors", doors) : doors;',
    text: '"doors"',
    replacement: '""',
    reason: A_NAME,
  },
  {
    module: "client/settings",
    line: 'kind: "listeners",',
    text: '"listeners"',
    replacement: '""',
    reason: A_NAME,
  },
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
