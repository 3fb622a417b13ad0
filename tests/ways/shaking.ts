/**
 * Tree shaking: what a bundler leaves of the package for a user who needs only a part of it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { deno, ROOT, run } from "./command.ts";

/** A minified bundle. */
export interface Bundle {
  readonly code: string;
  /** After gzip -9. */
  readonly bytes: number;
  /** The modules that something is left of. */
  readonly modules: readonly string[];
}

interface Metafile {
  readonly outputs: Readonly<
    Record<
      string,
      { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }
    >
  >;
}

/** Bundles a program of a user; the package's names are those of `deno.json`. */
export async function bundle(program: string): Promise<Bundle> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(`${ROOT}deno.json`),
  );
  const folder = await Deno.makeTempDir({ prefix: "shaking-" });
  try {
    await Deno.writeTextFile(`${folder}/main.ts`, program);
    const own = Object.entries(imports).filter(([, target]) => target.startsWith("./"));
    await run([
      ...[deno, "run", "-A", "npm:esbuild@0.28.2", `${folder}/main.ts`],
      ...own.map(([name, target]) => `--alias:${name}=${ROOT}${target.slice(2)}`),
      ...["--bundle", "--minify", "--format=esm", "--target=esnext", "--log-level=error"],
      ...[`--metafile=${folder}/meta.json`, `--outfile=${folder}/bundle.js`],
    ]);
    const { outputs }: Metafile = JSON.parse(await Deno.readTextFile(`${folder}/meta.json`));
    const code = await Deno.readTextFile(`${folder}/bundle.js`);
    return {
      code,
      bytes: gzipSync(code, { level: 9 }).length,
      modules: Object.values(outputs)
        .flatMap(({ inputs }) => Object.entries(inputs))
        .filter(([name, { bytesInOutput }]) => bytesInOutput > 0 && !name.endsWith("main.ts"))
        .map(([name]) => name),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const MAX_BACKOFF_BYTES = 700;

/** Text that survives minification, and only one entry point has. */
const MARKERS: Readonly<Record<string, readonly string[]>> = {
  "@holdfast/websocket/trace": ["stable: counters reset", "dialling early after a hint"],
  "@holdfast/websocket/testing": ["dropAfterMs", "untilMs"],
};

/** Fails if a bundle holds modules of other entry points than `.`. */
export function assertNothingElse({ modules }: Bundle): void {
  const strays = modules.filter((name) => /^lib\/(trace|streams|testing\/.*)\.ts$/.test(name));
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
