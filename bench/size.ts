/**
 * Bundle sizes: everything an entry point exports, and the least a user needs.
 *
 * @module
 */

import { brotliCompressSync, gzipSync } from "node:zlib";
import { type Result, summarize } from "./results.ts";
import type { Budget } from "./rows.ts";

interface Entry {
  readonly contestant: string;
  readonly row: string;
  readonly source: string;
  /** For the gzip size, in bytes or in multiples of rews. */
  readonly budgets?: readonly Budget[];
}

const mod = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** One listener and nothing else: what tree shaking can leave out is left out. */
const minimal = (clause: string, from: string, create: string): string =>
  `import ${clause} from ${from}; ${create}.addEventListener("message", console.log);`;

const ENTRIES: readonly Entry[] = [
  {
    contestant: "rews",
    row: "size of all exports",
    source: `export * from "npm:@nktkas/rews@4.1.0";`,
  },
  {
    contestant: "holdfast",
    row: "size of all exports",
    source: `export * from ${mod("../mod.ts")};`,
    budgets: [{ atMost: 1.5, against: "rews" }],
  },
  {
    contestant: "partysocket",
    row: "size of all exports",
    source: `export { default } from "npm:partysocket@1.3.0/ws";`,
  },
  {
    contestant: "reconnecting-websocket",
    row: "size of all exports",
    source: `export { default } from "npm:reconnecting-websocket@4.4.0";`,
  },
  {
    contestant: "websocket-ts",
    row: "size of all exports",
    source: `export * from "npm:websocket-ts@2.3.0";`,
  },
  {
    contestant: "sockette",
    row: "size of all exports",
    source: `export { default } from "npm:sockette@2.0.6";`,
  },
  {
    contestant: "rews",
    row: "size of minimal use",
    source: minimal(
      "{ ReconnectingWebSocket as C }",
      `"npm:@nktkas/rews@4.1.0"`,
      `new C("wss://example.test")`,
    ),
  },
  {
    contestant: "holdfast",
    row: "size of minimal use",
    source: minimal(
      "{ ReconnectingWebSocket as C }",
      mod("../mod.ts"),
      `new C("wss://example.test")`,
    ),
  },
  {
    contestant: "partysocket",
    row: "size of minimal use",
    source: minimal("C", `"npm:partysocket@1.3.0/ws"`, `new C("wss://example.test")`),
  },
  {
    contestant: "reconnecting-websocket",
    row: "size of minimal use",
    source: minimal("C", `"npm:reconnecting-websocket@4.4.0"`, `new C("wss://example.test")`),
  },
  {
    contestant: "websocket-ts",
    row: "size of minimal use",
    source: minimal(
      "{ WebsocketBuilder as B }",
      `"npm:websocket-ts@2.3.0"`,
      `new B("wss://example.test").build()`,
    ),
  },
  {
    contestant: "holdfast",
    row: "size of ./backoff",
    source: `export * from ${mod("../lib/backoff.ts")};`,
    budgets: [{ atMost: 700 }],
  },
  {
    contestant: "holdfast",
    row: "size of ./trace",
    source: `export * from ${mod("../lib/trace.ts")};`,
  },
  {
    contestant: "holdfast",
    row: "size of ./testing",
    source: `export * from ${mod("../lib/testing/mod.ts")};`,
  },
];

/** Bundles and compresses every entry; there is no spread, as the result is the same each time. */
export async function measureSizes(progress: (text: string) => void): Promise<Result[]> {
  const results: Result[] = [];
  const baselines = new Map<string, number>();
  for (const { contestant, row, source, budgets = [] } of ENTRIES) {
    progress(`${row} ${contestant}`);
    const code = await bundle(source);
    const line = { row, runtime: "any", contestant } as const;
    const gzip = gzipSync(code, { level: 9 }).length;
    const brotli = brotliCompressSync(code).length;
    const absolute = budgets.find((budget) => !budget.against);
    results.push(
      summarize({ ...line, unit: "B gzip" }, [gzip], absolute),
      summarize({ ...line, unit: "B brotli" }, [brotli]),
      summarize({ ...line, unit: "B minified" }, [code.length]),
    );
    if (contestant === "rews") baselines.set(row, gzip);
    const ratio = gzip / (baselines.get(row) ?? NaN);
    const relative = budgets.find((budget) => budget.against);
    if (relative) results.push(summarize({ ...line, unit: "x rews" }, [ratio], relative));
  }
  return results;
}

/** Bundles and minifies for the browser, with the esbuild that Deno drives. */
async function bundle(source: string): Promise<Uint8Array> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, source);
    const args = ["bundle", "--quiet", "--minify", "--platform=browser", entry];
    const output = await new Deno.Command(Deno.execPath(), { args }).output();
    if (!output.success) throw new Error(new TextDecoder().decode(output.stderr));
    return output.stdout;
  } finally {
    await Deno.remove(entry);
  }
}
