/**
 * Bundles what users import and compares its compressed size with a budget, so that growth is a
 * decision. `bench/README.md` argues the numbers.
 */

import { bundle, gzipBytes, stopBundler } from "../../bench/bundle.ts";

/** Bytes after minification and gzip -9. */
const BUDGETS: readonly (readonly [what: string, source: string, maxBytes: number])[] = [
  [".", `export * from "./mod.ts"`, 10_350],
  ["./backoff", `export * from "./lib/backoff.ts"`, 700],
];

let isOver = false;
for (const [what, source, maxBytes] of BUDGETS) {
  const bytes = gzipBytes((await bundle(source)).code);
  const verdict = bytes <= maxBytes ? "ok" : "TOO BIG";
  if (bytes > maxBytes) isOver = true;
  console.log(`size ${what.padEnd(10)} ${bytes} of ${maxBytes} bytes gzip  ${verdict}`);
}
await stopBundler();
if (isOver) Deno.exit(1);
