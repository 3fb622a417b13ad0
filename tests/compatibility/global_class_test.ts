/**
 * This class in the place of the platform's own: what it dials with must be given then, or it would
 * dial with itself, without end.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { inTime } from "./trial.ts";

Deno.test("ReconnectingWebSocket as the global WebSocket says that it needs sources.WebSocket", async () => {
  const worker = new Worker(new URL("global_class.ts", import.meta.url), { type: "module" });
  try {
    const seen = await inTime(
      new Promise<Record<string, string>>((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
      }),
      "the worker",
    );
    const outcomes = Object.entries(seen).map(([name, outcome]) => {
      const isHelpful = /^TypeError: .*sources\.WebSocket/.test(outcome);
      return [name, isHelpful ? "a TypeError that says what to pass" : outcome];
    });
    assertEquals(Object.fromEntries(outcomes), {
      itself: "a TypeError that says what to pass",
      subclass: "a TypeError that says what to pass",
      withSources: "connecting",
    });
  } finally {
    worker.terminate();
  }
});
