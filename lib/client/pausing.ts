/**
 * The options of a client that may pause.
 *
 * @module
 */

import { check } from "../_check.ts";

/** When a client pauses by itself. */
export interface PauseOptions {
  /**
   * Whether the client is made without dialling: `resume()` starts it.
   *
   * @default {false} because a WebSocket dials when it is made.
   */
  startPaused?: boolean;
  /**
   * What used-up attempts and a final failure do: end the client, or pause it, for a "try again" button that
   * calls `resume()`. The `close` event has `willRetry` false and the `error` either way.
   *
   * @default {"close"} because then the end is clear, and `closed` settles.
   */
  giveUp?: "close" | "pause";
}

/** These options, checked. */
export function checkPausing(giveUp: unknown): void {
  const isKnown = giveUp === undefined || giveUp === "close" || giveUp === "pause";
  check(isKnown, "'giveUp'", "one of close, pause", giveUp);
}
