/**
 * The `signal` option: aborting it ends the client.
 *
 * @module
 */

import { check } from "../_check.ts";
import { tagOf } from "../bounded_queue.ts";
import type { DoorFeature, Feature } from "../client/feature.ts";

/** Ends the client when the signal is aborted, as `close()` does. */
export function abort(signal: AbortSignal): Feature {
  const feature: DoorFeature = {
    kind: "abort",
    signal,
    listenToSignal(client): void {
      const end = (): void =>
        client.apply({ type: "close", error: "aborted", code: 1000, reason: "" });
      signal.addEventListener("abort", end);
      client.releases = [() => signal.removeEventListener("abort", end)];
    },
  };
  return feature;
}

/** The `signal` option, checked. */
export function readSignal(given: AbortSignal): AbortSignal {
  check(tagOf(given) === "AbortSignal", "'signal'", "an AbortSignal", given);
  return given;
}
