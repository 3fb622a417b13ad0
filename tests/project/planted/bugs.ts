/**
 * Wrong versions of the client, each a small replacement in its source. A harness that does not
 * notice one of them has a hole.
 *
 * @module
 */

import type { Bug } from "./bug.ts";
import { CLIENT } from "./client.ts";
import { COMMAND_LINE } from "./command_line.ts";
import { FEATURES } from "./features.ts";
import { CORE } from "./machine.ts";
import { QUEUE } from "./queue.ts";
import { REACT } from "./react.ts";
import { PAUSES, STATUSES } from "./status.ts";
import { ITERATORS, PREFLIGHT, STREAMS } from "./streams.ts";
import { HIDDEN, PAGES } from "./hidden.ts";
import { LOOKS, WAITS } from "./wait.ts";

/** All of them. */
export const BUGS: readonly Bug[] = [
  ...CORE,
  ...CLIENT,
  ...FEATURES,
  ...QUEUE,
  ...PAUSES,
  ...STATUSES,
  ...ITERATORS,
  ...STREAMS,
  ...PREFLIGHT,
  ...WAITS,
  ...LOOKS,
  ...HIDDEN,
  ...PAGES,
  ...COMMAND_LINE,
  ...REACT,
];
