/**
 * Planted bugs of pauses and of the status.
 *
 * @module
 */

import { type Bug, bug, foundBy } from "./bug.ts";

const PAUSE = "tests/client/pause_test.ts";
const STATUS = "tests/client/status_test.ts";

/** Found by the simulation, or by the test that is named. */
export const PAUSES: readonly Bug[] = [
  bug(
    "timers go on in a pause",
    "[DISARM, abandon(false, call)],\n    isDialled",
    "[abandon(false, call)],\n    isDialled",
  ),
  foundBy(
    PAUSE,
    "a retry is reported in a pause",
    ' || state.phase === "paused") return;',
    ") return;",
  ),
  bug(
    "resume() keeps the counters",
    "begin({ ...state, silences: 0 }, FRESH, config) : stay",
    "begin(state, state.series, config) : stay",
  ),
  foundBy(
    PAUSE,
    "a client that is to pause ends",
    'config.pauses ? "paused" : "closed"',
    '"closed"',
  ),
  foundBy(
    PAUSE,
    "a provider goes on in a pause",
    ' && client.state.phase !== "paused") return;',
    ") return;",
  ),
  foundBy(
    "tests/client/core_pausing_test.ts",
    "a pause that cannot be is silent",
    "if (!client.parts.doors.pauseCells) {",
    "if (false) {",
  ),
  foundBy(
    "tests/client/core_status_test.ts",
    "opened is not settled at the end",
    'else if (phase === "closed") {',
    "else if (false) {",
  ),
  foundBy(PAUSE, "opened stays rejected after a pause", "    noted.opened = undefined;\n", ""),
  foundBy(
    PAUSE,
    "a pause rejects opened for what failed before",
    "settle(noted, after);",
    'settle(noted, after); if (after.phase === "paused") noted.opened?.reject(noted.failure?.error);',
  ),
];

export const STATUSES: readonly Bug[] = [
  bug("the status keeps the error once open", "if (isOpen) noted.failure = null;", ""),
  bug(
    "the status does not see a hint",
    "Math.min(atMs, noted.retryAtMs ?? atMs)",
    "noted.retryAtMs ?? atMs",
  ),
  bug(
    "the status is made anew each time",
    "return noted.shown = Object.freeze(fresh);",
    "return Object.freeze(fresh);",
  ),
  bug(
    "the status keeps the moment of a retry",
    'if (after.phase !== "waiting") noted.retryAtMs = null;',
    "",
  ),
  bug(
    "a change of the status is not reported",
    "isNew || before.series.attempt !== after.series.attempt ||",
    "isNew ||",
  ),
].map((bug) => ({ ...bug, test: STATUS }));
