/**
 * The guarantees of `lib/GUARANTEES.md` that a run can show, one check each, named by their numbers
 * there. Elsewhere: 15 is every other guarantee under the profiles whose sockets behave so; 28 is the
 * comparison of two runs in `soak.ts`; 30 is about imports.
 *
 * @module
 */

import type { Run } from "../run.ts";
import { type Check, keepBooks } from "./books.ts";
import * as lifecycle from "./lifecycle.ts";
import * as messages from "./messages.ts";
import * as surface from "./surface.ts";
import * as timing from "./timing.ts";

export type { Check } from "./books.ts";

/** In the order of application: the books first, and 17 before those that read the queue. */
export const guarantees: readonly ((run: Run) => Check)[] = [
  // 3 and 4 compare an event with what was known before it.
  timing.guarantee3,
  timing.guarantee4,
  keepBooks,
  ...[
    lifecycle.guarantee1,
    lifecycle.guarantee2,
    lifecycle.guarantee5,
    lifecycle.guarantee6,
    lifecycle.guarantee7,
    lifecycle.guarantee8,
    lifecycle.guarantee9,
    lifecycle.guarantee10,
    lifecycle.guarantee11,
    timing.guarantee12,
    timing.guarantee13,
    timing.guarantee14,
    timing.guarantee15,
    lifecycle.guarantee16b,
    lifecycle.guarantee16c,
    lifecycle.guarantee33,
    messages.guarantee17,
    messages.guarantee18,
    messages.guarantee19,
    messages.arrivals,
    messages.guarantee21,
    messages.guarantee22,
    messages.guarantee23,
    messages.guarantee55,
    surface.guarantee25,
    surface.guarantee26,
    surface.guarantee27,
    surface.guarantee29,
  ],
];
