/**
 * Timers that keep no process alive.
 *
 * @module
 */

import type { Clock } from "../../sources.ts";

/** A session that waits for its client must not hold up a process that has nothing else to do. */
export const unreferencedClock: Pick<Clock, "setTimeout" | "clearTimeout"> = {
  setTimeout(callback, delayMs): unknown {
    const handle: unknown = setTimeout(callback, delayMs);
    if (typeof handle === "number") (globalThis as Runtime).Deno?.unrefTimer(handle);
    else (handle as { unref?(): void }).unref?.();
    return handle;
  },
  clearTimeout: (handle) => clearTimeout(handle as number),
};

interface Runtime {
  readonly Deno?: { unrefTimer(id: number): void };
}
