/**
 * The status: one snapshot for a user interface, and an event when anything in it changes.
 *
 * @module
 */

import type { Client } from "../client/client.ts";
import { clientOf, type ReconnectingWebSocket } from "../client/core_client.ts";
import type { DoorFeature, Feature, Moment } from "../client/feature.ts";
import type { ReconnectingWebSocketError } from "../errors.ts";
import type { ConnectionState } from "../machine/state.ts";
import { connectionState } from "../machine/step.ts";

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

const PLAIN: DoorFeature = { kind: "status", isPlain: true, note };

/** Dispatches `statuschange`, and lets `statusOf()` say what the client is doing. */
export function status(): Feature {
  return PLAIN;
}

/** The status now of a client with `status()`: the full class has it as its property. */
export function statusOf(ws: ReconnectingWebSocket): Status {
  const client = clientOf(ws);
  const { connection, failure, retryAtMs, shownStatus, state } = client;
  const fresh: Status = {
    state: connectionState(state),
    attempt: state.series.attempt,
    retryAtMs,
    error: failure && failure.error,
    connection,
  };
  const names = Object.keys(fresh) as (keyof Status)[];
  if (shownStatus && names.every((name) => shownStatus[name] === fresh[name])) return shownStatus;
  return client.shownStatus = Object.freeze(fresh);
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
  const { retryAtMs, failure: shown } = client;
  const isOpen = after.phase === "open";
  const hasOpened = isOpen && before.phase !== "open";
  if (hasOpened) client.connection++;
  if (after.phase !== "waiting") client.retryAtMs = null;
  let isNew = hasOpened;
  for (const effect of effects) {
    if (effect.type === "statechange") isNew = true;
    if (effect.type === "close") client.failure = client.named(effect.error, failure);
    // A hint makes the wait shorter, never longer.
    if (effect.type !== "arm" || after.phase !== "waiting") continue;
    const atMs = client.parts.clock.now() + effect.delayMs;
    client.retryAtMs = Math.min(atMs, client.retryAtMs ?? atMs);
  }
  if (isOpen) client.failure = null;
  return isNew || before.series.attempt !== after.series.attempt ||
    retryAtMs !== client.retryAtMs ||
    shown !== client.failure;
}
