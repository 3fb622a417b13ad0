/**
 * The `trace` option: one plain-data record for each decision. `lib/trace.ts` makes readable lines of them.
 *
 * @module
 */

import type { DoorFeature, Feature } from "../client/feature.ts";
import { redact } from "../connection/url.ts";
import type { TraceRecord } from "../trace.ts";

/** Passes a record of each decision to a function. */
export function trace(sink: (record: TraceRecord) => void): Feature {
  const feature: DoorFeature = {
    kind: "trace",
    redact,
    trace(client, { before, input, after, effects }): void {
      try {
        sink({ atMs: client.parts.clock.now(), before, input, after, effects });
      } catch (error) {
        // Not traced, as other faults are: the sink is what is broken.
        client.report("trace", error);
      }
    },
  };
  return feature;
}

/** The `trace` option, checked. */
export { aFunction as readTrace } from "../_check.ts";
