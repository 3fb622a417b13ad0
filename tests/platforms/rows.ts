/**
 * Rows: what a platform, a network or a tool has to show, one by one.
 *
 * @module
 */

import type { Package } from "../packaging/package.ts";
import type { Result } from "./runtimes/runners.ts";

/** Thrown where the machine, not the client, makes a row impossible. */
export class NotHere extends Error {
  override readonly name = "NotHere";
}

/** What a row finds when it begins. */
export interface Stage {
  /** The npm package, packed at most once. */
  pack(): Promise<Package>;
  /** A path of its own, at which nothing is yet. */
  readonly folder: string;
  /** Part of the names of the cases to run, in rows of many; all if empty. */
  readonly only: string;
  /** Aborted when the row has to stop. */
  readonly signal: AbortSignal;
}

/** What came of a row. */
export interface Outcome {
  readonly results: readonly Result[];
  /** What else there is to say: a version, what was measured. */
  readonly details: string;
}

/** One row. */
export interface Row {
  /** Programs and files that must exist. */
  readonly needs: readonly string[];
  /** What `install.sh` must install for them. */
  readonly install: string;
  /** Rejects if it fails as a whole. */
  run(stage: Stage): Promise<Outcome>;
}

/** Rows by name. */
export type Rows = Readonly<Record<string, Row>>;

/** A row of one case: `play` rejects, or resolves with what there is to say. */
export function row(
  play: (stage: Stage) => Promise<string>,
  needs: readonly string[] = [],
  install = "",
): Row {
  return {
    needs,
    install,
    async run(stage): Promise<Outcome> {
      const name = "the row as a whole";
      try {
        return { results: [{ name, ok: true }], details: await play(stage) };
      } catch (error) {
        if (!(error instanceof NotHere)) throw error;
        return { results: [{ name, ok: true, notPossible: error.message }], details: "" };
      }
    },
  };
}
