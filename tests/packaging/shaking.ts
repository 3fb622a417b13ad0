/**
 * Tree shaking: what a bundler leaves of the package for a user who needs only a part of it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type Bundle, bundle } from "../../bench/bundle.ts";

const MAX_BACKOFF_BYTES = 700;

/** Text that survives minification, and only one entry point has. */
const MARKERS: Readonly<Record<string, readonly string[]>> = {
  "@holdfast/websocket/trace": ["stable: counters reset", "dialling early after a hint"],
  "@holdfast/websocket/testing": ["dropAfterMs", "closeReply"],
  "@holdfast/websocket/streams": ["~standard", "highWaterBytes"],
  "@holdfast/websocket/preflight": ["Retry-After", "no-store"],
  "@holdfast/websocket/wait": ["confirmed", "Cannot wait as"],
  "@holdfast/websocket/hidden": ["pagehide", "afterMs"],
  "@holdfast/websocket/react": ["useSyncExternalStore", "onUndelivered"],
};

/** Fails if a bundle holds modules of other entry points than `.`. */
export function assertNothingElse({ modules }: Bundle): void {
  const strays = modules.filter((name) =>
    /^lib\/(trace|streams|preflight|wait|hidden|react|testing)[./]/.test(name)
  );
  assertEquals(strays, [], "of other entry points");
}

/** The row. */
export async function checkTreeShaking(): Promise<string> {
  const client = await bundle(`export { ReconnectingWebSocket } from "@holdfast/websocket"`);
  assertNothingElse(client);
  for (const [entry, markers] of Object.entries(MARKERS)) {
    const { code } = await bundle(`export * from "${entry}"`);
    for (const marker of markers) {
      assert(code.includes(marker), `"${marker}" marks ${entry}`);
      assert(!client.code.includes(marker), `"${marker}" is not in the bundle of .`);
    }
  }
  const backoff = await bundle(`export * from "@holdfast/websocket/backoff"`);
  assert(
    backoff.bytes <= MAX_BACKOFF_BYTES,
    `./backoff is ${backoff.bytes} bytes, at most ${MAX_BACKOFF_BYTES} expected`,
  );
  const one = await bundle(`export { constantBackoff } from "@holdfast/websocket/backoff"`);
  assert(one.bytes < backoff.bytes / 2, `one policy is ${one.bytes} of ${backoff.bytes} bytes`);
  return `. ${client.bytes} B of ${client.modules.length} modules, ./backoff ${backoff.bytes} B, ` +
    `one policy ${one.bytes} B`;
}
