/**
 * The control plane as one pure function: `transition(state, input, config) -> [state, effects]`.
 *
 * ## Theory of operation
 *
 * A client is always in one {@linkcode Phase}. Whatever happens to it, a timer that fires, a socket
 * that dies, a call of the user, is an {@linkcode Input}; the answer is the next state and a list of
 * {@linkcode Effect}s to perform, in order. Everything that decides lives in this folder; the client
 * (`lib/client/`) only performs.
 *
 * Three rules keep this file honest:
 *
 * 1. **Pure.** No clock, no random number, no user code, no platform API. What is impure arrives in
 *    the input: the verdict on a failure (with its drawn delay), how late a timer fired, how long the
 *    peer was silent. So the inputs of a trace, replayed, give the same states and effects.
 * 2. **Total.** Every phase has an answer to every input. An empty cell of the table below means that
 *    the input cannot matter there, and changes nothing. Inputs that belong to one attempt carry its
 *    `epoch`; of another epoch they are stale (a dead socket, a late promise) and change nothing.
 * 3. **Durations, not instants.** A timer is armed by name and duration and comes back as an input.
 *    Arming a name again replaces it; `disarm` stops them all. Entering a phase starts with `disarm`,
 *    but for the connect timer, which spans the three phases of an attempt, and for that of an error
 *    during the handshake.
 *
 * ## The table
 *
 * Rows are phases, columns inputs; a cell names the next phase (`=` the same one, with effects).
 * `tests/machine/transition_table_test.ts` reads this table and checks every cell of it.
 *
 * | phase       | start            | resolved   | opened           | ready | refused | alive | error | lost                  | timer     | hint | pause  | resume    | close   | reconnect |
 * | ----------- | ---------------- | ---------- | ---------------- | ----- | ------- | ----- | ----- | --------------------- | --------- | ---- | ------ | --------- | ------- | --------- |
 * | resolving   | =/paused/closing | connecting |                  |       |         |       |       | waiting/paused/closed | =         | =    | paused |           | closing | resolving |
 * | connecting  |                  |            | handshaking/open |       |         |       | =     | waiting/paused/closed | =         | =    | paused |           | closing | resolving |
 * | handshaking |                  |            |                  | open  | =       | =     | =     | waiting/paused/closed | =         | =    | paused |           | closing | resolving |
 * | open        |                  |            |                  |       |         | =     | =     | waiting/paused/closed | =         | =    | paused |           | closing | resolving |
 * | waiting     |                  |            |                  |       |         |       |       |                       | resolving | =    | paused |           | closing | resolving |
 * | paused      |                  |            |                  |       |         |       |       |                       |           |      |        | resolving | closing | resolving |
 * | closing     |                  |            |                  |       |         |       | =     | closed                | closed    |      |        |           |         |           |
 * | closed      |                  |            |                  |       |         |       |       |                       |           |      |        |           |         |           |
 *
 * The inputs `offline` (a hint), `fault` (a hook or an effect threw) and `session` (of `./resume`) exist
 * for the trace alone.
 *
 * @module
 */

import { handshakeCells } from "./handshake_cells.ts";
import { heartbeatCells } from "./heartbeat_cells.ts";
import { hintCells } from "./hint_cells.ts";
import type { Config, Input, State, Step } from "./state.ts";
import { type FeatureCells, step } from "./step.ts";

const ALL: FeatureCells = { hintCells, heartbeatCells, handshakeCells };

/** The whole table: the next state and the effects of one input, whatever features are in. */
export function transition(state: State, input: Input, config: Config): Step {
  return step(state, input, config, ALL);
}
