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
    "begin({ ...state, silences: 0 }, FRESH, config) : undefined",
    "begin(state, state.series, config) : undefined",
  ),
  foundBy(
    PAUSE,
    "a client that is to pause ends",
    "if (!pauses) return end(",
    "if (true) return end(",
  ),
  foundBy(
    PAUSE,
    "a provider goes on in a pause",
    ' || this.state.phase === "paused") doors',
    ") doors",
  ),
  foundBy(PAUSE, "opened stays rejected after a pause", "    this.#opened = undefined;\n", ""),
];

export const STATUSES: readonly Bug[] = [
  bug("the status keeps the error once open", "if (isOpen) client.failure = null;", ""),
  bug(
    "the status does not see a hint",
    "Math.min(atMs, client.retryAtMs ?? atMs)",
    "client.retryAtMs ?? atMs",
  ),
  bug(
    "the status is made anew each time",
    "return client.shownStatus = Object.freeze(fresh);",
    "return Object.freeze(fresh);",
  ),
  bug(
    "the status keeps the moment of a retry",
    'if (after.phase !== "waiting") client.retryAtMs = null;',
    "",
  ),
  bug(
    "a change of the status is not reported",
    "before.series.attempt !== after.series.attempt || ",
    "",
  ),
].map((bug) => ({ ...bug, test: STATUS }));
