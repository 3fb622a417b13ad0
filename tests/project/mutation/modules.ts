/**
 * The modules that decide, and what must notice a change in them.
 *
 * @module
 */

/** The tests of a module, by their files below `tests/`. */
export interface Tests {
  /** Played for each mutant in one process. */
  readonly units: readonly string[];
  /** Played for those that survive, in a process each: they take long. */
  readonly walks?: readonly string[];
}

/** Cells of the machine: their tests by themselves, and what users see of them. */
function machine(cells: readonly string[], client: readonly string[]): Tests {
  const names = ["transition", "transition_later", "transition_table", ...cells];
  return {
    units: [
      ...names.map((name) => `machine/${name}_test.ts`),
      ...client.map((name) => `client/${name}_test.ts`),
    ],
    walks: ["machine/exhaustive_test.ts"],
  };
}

const BACKOFF: Tests = { units: ["machine/backoff_test.ts", "machine/backoff_options_test.ts"] };

const SETTINGS: Tests = {
  units: [
    "client/settings_arguments_test.ts",
    "client/settings_types_test.ts",
    "client/settings_test.ts",
    "client/parts_test.ts",
  ],
};

export const MODULES: Readonly<Record<string, Tests>> = {
  "machine/calls": machine([], ["pause", "reconnect"]),
  "machine/step": machine(["step"], ["lifecycle", "close", "events", "pause"]),
  "machine/hint_cells": machine(["hint_cells"], ["connectivity"]),
  "machine/heartbeat_cells": machine(["heartbeat_cells"], ["heartbeat"]),
  "machine/handshake_cells": machine([], ["handshake"]),
  "machine/pause_cells": machine(["pause_cells"], ["pause", "core_pausing"]),
  "machine/close_codes": { units: ["machine/close_codes_test.ts"] },
  "backoff": BACKOFF,
  "_windows": BACKOFF,
  "bounded_queue": {
    units: ["client/bounded_queue_test.ts", "client/message_test.ts", "client/settings_test.ts"],
  },
  "client/settings": SETTINGS,
  "client/timing": SETTINGS,
  "client/parts": SETTINGS,
  "client/close_arguments": { units: ["client/close_arguments_test.ts"] },
  "client/verdict": { units: ["client/verdict_test.ts", "machine/retry_decision_test.ts"] },
  "features/retry": { units: ["machine/retry_decision_test.ts"] },
  "features/decision": { units: ["client/decision_test.ts"] },
};
