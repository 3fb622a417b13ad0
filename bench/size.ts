/**
 * Bundle sizes: everything an entry point exports, the names and texts in it, the least a user needs,
 * and what each module of ours is worth.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { bundle, gzipBytes, type Part, partsOf, stopBundler, wordsOf } from "./bundle.ts";
import { VERSIONS } from "./contestants.ts";
import { type Result, summarize } from "./results.ts";
import type { Budget } from "./rows.ts";

interface Entry {
  readonly contestant: string;
  readonly row: string;
  readonly source: string;
  /** For the gzip size, in bytes or in multiples of rews. */
  readonly budgets?: readonly Budget[];
}

const mod = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));

/** One listener and nothing else: what tree shaking can leave out is left out. */
const minimal = (clause: string, from: string, create: string): string =>
  `import ${clause} from ${from}; ${create}.addEventListener("message", console.log);`;

/** The entry that is told part by part. */
const WHOLE: Entry = {
  contestant: "holdfast",
  row: "size of all exports",
  source: `export * from ${mod("../mod.ts")};`,
  budgets: [{ atMost: 1.5, against: "rews" }],
};

/** What of all exports no minifier may shorten. */
const WORDS = "size of names and texts, each once";

const ENTRIES: readonly Entry[] = [
  {
    contestant: "rews",
    row: "size of all exports",
    source: `export * from "@nktkas/rews";`,
  },
  WHOLE,
  {
    contestant: "partysocket",
    row: "size of all exports",
    source: `export { default } from "partysocket/ws";`,
  },
  {
    contestant: "reconnecting-websocket",
    row: "size of all exports",
    source: `export { default } from "reconnecting-websocket";`,
  },
  {
    contestant: "websocket-ts",
    row: "size of all exports",
    source: `export * from "websocket-ts";`,
  },
  {
    contestant: "sockette",
    row: "size of all exports",
    source: `export { default } from "sockette";`,
  },
  {
    contestant: "rews",
    row: "size of minimal use",
    source: minimal(
      "{ ReconnectingWebSocket as C }",
      `"@nktkas/rews"`,
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
    source: minimal("C", `"partysocket/ws"`, `new C("wss://example.test")`),
  },
  {
    contestant: "reconnecting-websocket",
    row: "size of minimal use",
    source: minimal("C", `"reconnecting-websocket"`, `new C("wss://example.test")`),
  },
  {
    contestant: "websocket-ts",
    row: "size of minimal use",
    source: minimal(
      "{ WebsocketBuilder as B }",
      `"websocket-ts"`,
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
  const folder = await Deno.makeTempDir();
  try {
    await installPeers(folder);
    const results: Result[] = [];
    const words: Result[] = [];
    const parts: Part[] = [];
    // Rews is the first of each row.
    let rewsBytes = NaN;
    for (const entry of ENTRIES) {
      const { contestant, row, source, budgets = [] } = entry;
      progress(`${row} ${contestant}`);
      const bundled = await bundle(source, folder);
      const line = { row, runtime: "any", contestant } as const;
      const gzip = gzipBytes(bundled.code);
      if (contestant === "rews") rewsBytes = gzip;
      const absolute = budgets.find((budget) => !budget.against);
      const relative = budgets.find((budget) => budget.against);
      results.push(...weigh(row, contestant, bundled.code, absolute));
      if (row === WHOLE.row) words.push(...weigh(WORDS, contestant, wordsOf(bundled.code)));
      if (relative) {
        results.push(summarize({ ...line, unit: "x rews" }, [gzip / rewsBytes], relative));
      }
      if (entry === WHOLE) parts.push(...await partsOf(bundled));
    }
    return [...results, ...words, ...parts.flatMap(partResults)];
  } finally {
    await stopBundler();
    await Deno.remove(folder, { recursive: true });
  }
}

function weigh(row: string, contestant: string, code: Uint8Array, budget?: Budget): Result[] {
  const line = { row, runtime: "any", contestant } as const;
  return [
    summarize({ ...line, unit: "B gzip" }, [gzipBytes(code)], budget),
    summarize({ ...line, unit: "B brotli" }, [brotliCompressSync(code).length]),
    summarize({ ...line, unit: "B minified" }, [code.length]),
  ];
}

function partResults({ path, bytes, gzipBytes }: Part): Result[] {
  const line = { row: `size by part ${path}`, runtime: "any", contestant: "holdfast" } as const;
  return [
    summarize({ ...line, unit: "B minified" }, [bytes]),
    summarize({ ...line, unit: "B gzip share" }, [gzipBytes]),
  ];
}

/** Puts the peers where the bundler looks for packages. */
async function installPeers(folder: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ dependencies: VERSIONS }));
  const command = new Deno.Command(Deno.execPath(), { args: ["install", "--quiet"], cwd: folder });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
