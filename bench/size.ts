/**
 * Bundle sizes: everything an entry point exports, the least a user needs, and our modules.
 *
 * @module
 */

import { bundle } from "./bundle.ts";
import { VERSIONS } from "./contestants.ts";
import { type Line, spreadOf } from "./results.ts";

/** By row and contestant: a program of a user. */
type Programs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** One listener and nothing else: what tree shaking can leave out is left out. */
const minimal = (clause: string, from: string, create = `new C("wss://example.test")`): string =>
  `import ${clause} from "${from}"; ${create}.addEventListener("message", console.log);`;

/** The client of parts with these features. */
function core(...features: readonly string[]): string {
  const use = features.map((name) => `${name}()`).join(", ");
  return `import { ${["ReconnectingWebSocket as C", ...features].join(", ")} }
    from "@holdfast/websocket/core";
    new C("wss://example.test", { use: [${use}] }).addEventListener("message", console.log);`;
}

/** The sizes that `tests/project/check_size.ts` keeps. */
export const GATED: Programs = {
  "size of all exports": { holdfast: `export * from "@holdfast/websocket"` },
  "size of ./core": { holdfast: core() },
  "size of ./core with queue, connectivity, retry": {
    holdfast: core("queue", "connectivity", "retry"),
  },
  "size of ./backoff": { holdfast: `export * from "@holdfast/websocket/backoff"` },
  "size of ./streams on top": {
    holdfast: `export * from "@holdfast/websocket"; export * from "@holdfast/websocket/streams"`,
  },
  "size of ./preflight on top": {
    holdfast: `export * from "@holdfast/websocket"; export * from "@holdfast/websocket/preflight"`,
  },
  "size of ./react on top": {
    holdfast: `export * from "@holdfast/websocket"; export * from "@holdfast/websocket/react"`,
  },
  "size of ./resume on top": {
    holdfast: `export * from "@holdfast/websocket"; export * from "@holdfast/websocket/resume"`,
  },
  "size of ./resume/server": { holdfast: `export * from "@holdfast/websocket/resume/server"` },
  "size of ./resume/server with ./resume/redis": {
    holdfast: `export * from "@holdfast/websocket/resume/server";
      export * from "@holdfast/websocket/resume/redis"`,
  },
};

/** What is in a program already: the row is what its program adds to that. */
const BASES: Readonly<Record<string, string>> = {
  "size of ./streams on top": `export * from "@holdfast/websocket"`,
  "size of ./preflight on top": `export * from "@holdfast/websocket"`,
  "size of ./react on top": `export * from "@holdfast/websocket"`,
  "size of ./resume on top": `export * from "@holdfast/websocket"`,
};

const PROGRAMS: Programs = {
  "size of all exports": {
    ...GATED["size of all exports"],
    rews: `export * from "@nktkas/rews"`,
    partysocket: `export { default } from "partysocket/ws"`,
    "reconnecting-websocket": `export { default } from "reconnecting-websocket"`,
    "websocket-ts": `export * from "websocket-ts"`,
    sockette: `export { default } from "sockette"`,
    "ws-client": `export * from "@atproto/ws-client"`,
  },
  "size of minimal use": {
    holdfast: minimal("{ ReconnectingWebSocket as C }", "@holdfast/websocket"),
    rews: minimal("{ ReconnectingWebSocket as C }", "@nktkas/rews"),
    partysocket: minimal("C", "partysocket/ws"),
    "reconnecting-websocket": minimal("C", "reconnecting-websocket"),
    "websocket-ts": minimal(
      "{ WebsocketBuilder as B }",
      "websocket-ts",
      `new B("wss://example.test").build()`,
    ),
    "ws-client": `import { websocket } from "@atproto/ws-client";
      for await (const data of websocket("wss://example.test")) console.log(data);`,
  },
  "size of ./core": GATED["size of ./core"] ?? {},
  "size of ./core with queue, connectivity, retry":
    GATED["size of ./core with queue, connectivity, retry"] ?? {},
  "size of ./backoff": GATED["size of ./backoff"] ?? {},
  "size of ./streams on top": GATED["size of ./streams on top"] ?? {},
  "size of ./preflight on top": GATED["size of ./preflight on top"] ?? {},
  "size of ./react on top": GATED["size of ./react on top"] ?? {},
  "size of ./resume on top": GATED["size of ./resume on top"] ?? {},
  "size of ./resume/server": GATED["size of ./resume/server"] ?? {},
  "size of ./resume/server with ./resume/redis":
    GATED["size of ./resume/server with ./resume/redis"] ?? {},
  "size of ./trace": { holdfast: `export * from "@holdfast/websocket/trace"` },
  "size of ./testing": { holdfast: `export * from "@holdfast/websocket/testing"` },
};

/** A row's figures. */
interface Sizes {
  readonly gzip: number;
  readonly minified: number;
  /** By module, minified. */
  readonly parts: Readonly<Record<string, number>>;
}

/** Bundles a row's program, and what it is on top of. */
export async function measureSize(
  row: string,
  program: string,
  packages?: string,
): Promise<Sizes> {
  const { code, bytes, modules, moduleBytes } = await bundle(program, packages);
  const { [row]: base } = BASES;
  const below = base === undefined ? null : await measureSize("", base, packages);
  return {
    gzip: bytes - (below?.gzip ?? 0),
    minified: new TextEncoder().encode(code).length - (below?.minified ?? 0),
    parts: Object.fromEntries(modules.map((name, i) => [name, moduleBytes[i] ?? NaN])),
  };
}

/** Bundles and compresses everything; there is no spread, as the result is the same each time. */
export async function measureSizes(
  measured: string,
  progress: (text: string) => void,
): Promise<Line[]> {
  const packages = await Deno.makeTempDir();
  try {
    await installPeers(packages);
    const lines: Line[] = [];
    for (const [row, programs] of Object.entries(PROGRAMS)) {
      const gzip: Record<string, number> = {};
      const minified: Record<string, number> = {};
      for (const [contestant, program] of Object.entries(programs)) {
        progress(`${row} ${contestant}`);
        const sizes = await measureSize(row, program, packages);
        gzip[contestant] = sizes.gzip;
        minified[contestant] = sizes.minified;
        if (contestant !== "holdfast" || row !== "size of all exports") continue;
        lines.push(line("size by module", "B minified", measured, sizes.parts));
      }
      lines.push(line(row, "B gzip", measured, gzip), line(row, "B minified", measured, minified));
    }
    return lines;
  } finally {
    await Deno.remove(packages, { recursive: true });
  }
}

function line(row: string, unit: string, measured: string, bytes: Record<string, number>): Line {
  const figures = Object.entries(bytes).map(([name, value]) => [name, spreadOf([value])]);
  return { row, unit, runtime: "any", measured, figures: Object.fromEntries(figures) };
}

/** Puts the peers where the bundler looks for packages. */
async function installPeers(folder: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ dependencies: VERSIONS }));
  const command = new Deno.Command(Deno.execPath(), { args: ["install", "--quiet"], cwd: folder });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
