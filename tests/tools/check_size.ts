/**
 * Bundles what users import and compares its compressed size with a budget, so that growth is a
 * decision. `bench/README.md` argues the numbers.
 */

import { gzipSync } from "node:zlib";
import * as esbuild from "npm:esbuild@0.28.2";

/** Bytes after minification and gzip -9. */
const BUDGETS: readonly (readonly [what: string, source: string, maxBytes: number])[] = [
  [".", `export * from "./mod.ts"`, 10_250],
  ["./backoff", `export * from "./lib/backoff.ts"`, 700],
];

let isOver = false;
for (const [what, contents, maxBytes] of BUDGETS) {
  const { outputFiles: [bundle] } = await esbuild.build({
    stdin: { contents, resolveDir: ".", loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    target: "esnext",
    write: false,
  });
  const bytes = gzipSync(bundle?.contents ?? new Uint8Array(), { level: 9 }).length;
  const verdict = bytes <= maxBytes ? "ok" : "TOO BIG";
  if (bytes > maxBytes) isOver = true;
  console.log(`size ${what.padEnd(10)} ${bytes} of ${maxBytes} bytes gzip  ${verdict}`);
}
await esbuild.stop();
if (isOver) Deno.exit(1);
