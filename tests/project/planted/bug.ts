/**
 * A planted bug: a wrong version of the client, as a small replacement in its source.
 *
 * @module
 */

/** A replacement; `from` occurs exactly once in all of `lib/`, wherever that is. */
export interface Edit {
  readonly from: string;
  readonly to: string;
}

/** A planted bug. */
export interface Bug extends Edit {
  readonly name: string;
  /** Another place that the bug needs. */
  readonly also?: Edit;
  /** The unit test that must see it, where no schedule of one client can. */
  readonly test?: string;
}

/** A bug that a replacement makes. */
export function bug(name: string, from: string, to: string, also?: Edit): Bug {
  return { name, from, to, ...(also && { also }) };
}

/** A bug that this test must find, as no schedule of one client can. */
export function foundBy(test: string, ...planted: Parameters<typeof bug>): Bug {
  return { ...bug(...planted), test };
}
