/**
 * Pauses: without a socket, a timer or a call of a provider, until the user goes on.
 *
 * @module
 */

import { anything, check, type Rules } from "../_check.ts";
import { clientOf, type ReconnectingWebSocket } from "../client/core_client.ts";
import type { DoorFeature, Feature } from "../client/feature.ts";
import { invalidState } from "../errors.ts";
import { pauseCells } from "../machine/pause_cells.ts";
import type { Input } from "../machine/state.ts";

/** When a client pauses by itself. */
export interface PauseOptions {
  /**
   * Whether the client is made without dialling: `resume()` starts it.
   *
   * @default {false} because a WebSocket dials when it is made.
   */
  startPaused?: boolean | undefined;
  /**
   * What used-up attempts and a final failure do: end the client, or pause it, for a "try again" button that
   * calls `resume()`. The `close` event has `willRetry` false and the `error` either way.
   *
   * @default {"close"} because then the end is clear, and `closed` settles.
   */
  giveUp?: "close" | "pause" | undefined;
}

/** Lets a client be paused, by `pause()` or by itself. */
export function pausing({ startPaused, giveUp }: PauseOptions = {}): Feature {
  const feature: DoorFeature = {
    kind: "pausing",
    isPlain: true,
    pauseCells,
    startsPaused: !!startPaused,
    pauses: giveUp === "pause",
  };
  return feature;
}

/** What each of these options may be. */
export const PAUSING: Rules<PauseOptions> = {
  startPaused: anything,
  giveUp(value, name): "close" | "pause" {
    check(value === "close" || value === "pause", `'${name}'`, "one of close, pause", value);
    return value;
  },
};

/**
 * `pause()` of a client with `pausing()`: the full class has it as its method, where it is documented.
 *
 * @throws {DOMException} `InvalidStateError`: over, or without `pausing()`.
 */
export function pause(ws: ReconnectingWebSocket, code?: number, reason?: string): void {
  demand(ws, { type: "pause", code, reason });
}

/**
 * `resume()` of a client with `pausing()`: the full class has it as its method, where it is documented.
 *
 * @throws {DOMException} `InvalidStateError`: over, or without `pausing()`.
 */
export function resume(ws: ReconnectingWebSocket): void {
  demand(ws, { type: "resume" });
}

function demand(ws: ReconnectingWebSocket, input: Input): void {
  const client = clientOf(ws);
  if (!client.parts.doors.pauseCells) {
    throw invalidState(`${input.type} as there is no pausing() in 'use'`);
  }
  client.demand(input);
}
