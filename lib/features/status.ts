/**
 * The status: one snapshot for a user interface, and an event when anything in it changes.
 *
 * @module
 */

import type { Client } from "../client/client.ts";
import { clientOf, type ReconnectingWebSocket } from "../client/core_client.ts";
import type { DoorFeature, Feature, Moment } from "../client/feature.ts";
import { type Deferred, deferred } from "../deferred.ts";
import type { PendingError, ReconnectingWebSocketError } from "../errors.ts";
import type { ConnectionState, State } from "../machine/state.ts";
import { connectionState } from "../machine/step.ts";
import { domException } from "../platform.ts";

/** What a banner shows; frozen, and the same object until something in it changes. */
export interface Status {
  /** What the client is doing. */
  readonly state: ConnectionState;
  /** The number of the current or next attempt since the last reset; 0 is the first connection. */
  readonly attempt: number;
  /** When the next attempt begins, in the time of `sources.clock.now()`; null unless waiting. */
  readonly retryAtMs: number | null;
  /** What happened last; null once open. */
  readonly error: ReconnectingWebSocketError | null;
  /** How many connections were open so far, the present one included. */
  readonly connection: number;
}

/** What a client's status is made of. */
export interface Noted {
  /** When the next attempt begins; null unless waiting. */
  retryAtMs: number | null;
  /** What happened last; null once open. */
  failure: PendingError | null;
  /** How many connections were open. */
  connection: number;
  /** The status as it was given out last. */
  shown: Status | undefined;
  /** Made when needed: most clients are used by their events alone. */
  opened: Deferred<void> | undefined;
}

const PLAIN: DoorFeature = { kind: "status", isPlain: true, note };

/** Dispatches `statuschange`, and lets `statusOf()` and `openedOf()` say what the client is doing. */
export function status(): Feature {
  return PLAIN;
}

/** The status now of a client with `status()`: the full class has it as its property. */
export function statusOf(ws: ReconnectingWebSocket): Status {
  const client = clientOf(ws);
  const noted = notedOf(client);
  const { connection, failure, retryAtMs, shown } = noted;
  const fresh: Status = {
    state: connectionState(client.state),
    attempt: client.state.series.attempt,
    retryAtMs,
    error: failure && failure.error,
    connection,
  };
  const names = Object.keys(fresh) as (keyof Status)[];
  if (shown && names.every((name) => shown[name] === fresh[name])) return shown;
  return noted.shown = Object.freeze(fresh);
}

/** The promise `opened` of a client with `status()`: the full class has it as its property. */
export function openedOf(ws: ReconnectingWebSocket): Promise<void> {
  const client = clientOf(ws);
  const noted = notedOf(client);
  if (!noted.opened) {
    noted.opened = deferred();
    noted.opened.promise.catch(() => {});
    settle(noted, client.state);
  }
  return noted.opened.promise;
}

/** Settles `opened` once it is known that the client opened, or never will. */
function settle({ failure, opened }: Noted, { opened: hasOpened, phase }: State): void {
  if (hasOpened) opened?.resolve();
  else if (phase === "closed") {
    opened?.reject(failure?.error ?? domException("Closed before it was open", "AbortError"));
  }
}

/** What was noted so far. */
export function notedOf(client: Client): Noted {
  return client.noted ??= {
    retryAtMs: null,
    failure: null,
    connection: 0,
    shown: undefined,
    opened: undefined,
  };
}

function note(client: Client, moment: Moment): boolean {
  try {
    return keep(client, moment);
  } catch {
    // A clock that throws: what arms the timer notices it, too.
    return false;
  }
}

/** Keeps what a step says about the status; true if it changed. */
function keep(client: Client, { before, after, effects, failure }: Moment): boolean {
  const noted = notedOf(client);
  const { retryAtMs, failure: shown } = noted;
  const isOpen = after.phase === "open";
  let isNew = isOpen && before.phase !== "open";
  if (isNew) noted.connection++;
  if (after.phase !== "waiting") noted.retryAtMs = null;
  for (const effect of effects) {
    if (effect.type === "statechange") isNew = true;
    if (effect.type === "close") {
      const given = noted.failure = client.named(effect.error, failure);
      // It gave up, though `resume()` may go on: who looks after that waits for what it brings.
      if (given && after.phase === "paused") {
        noted.opened?.reject(given.error);
        noted.opened = undefined;
      }
    }
    // A hint makes the wait shorter, never longer.
    if (effect.type !== "arm" || after.phase !== "waiting") continue;
    const atMs = client.parts.clock.now() + effect.delayMs;
    noted.retryAtMs = Math.min(atMs, noted.retryAtMs ?? atMs);
  }
  if (isOpen) noted.failure = null;
  settle(noted, after);
  return isNew || before.series.attempt !== after.series.attempt ||
    retryAtMs !== noted.retryAtMs || shown !== noted.failure;
}
