/**
 * What a scenario is.
 *
 * @module
 */

import type { Scope } from "./scope.ts";

/** One thing that happens to a client on a real network. */
export interface Scenario {
  readonly name: string;
  /** Programs and files that must exist. */
  readonly needs: readonly string[];
  /** What `tests/platforms/runtimes/install.sh` must install for them. */
  readonly install: string;
  /** Plays it; returns what the row tells. Throws `NotHere` where the machine makes it impossible. */
  play(scope: Scope): Promise<string>;
}
