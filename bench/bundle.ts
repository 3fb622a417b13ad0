/**
 * One bundler with one set of flags for every size that is told: ours, the peers', and the gate's.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { tokenizer } from "npm:acorn@8.15.0";
import * as esbuild from "npm:esbuild@0.28.2";

/** A minified bundle for browsers. */
export interface Bundle {
  readonly code: Uint8Array;
  /** The bytes that each module became, in the order of the bundle. */
  readonly modules: readonly (readonly [path: string, bytes: number])[];
}

/** A module within a bundle. */
export interface Part {
  /** Relative to the repository. */
  readonly path: string;
  readonly bytes: number;
  /** By how much the bundle is smaller without it, both after gzip. */
  readonly gzipBytes: number;
}

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Bundles the source of an entry; packages are looked for in the `node_modules` of `folder`. */
export async function bundle(source: string, folder = ROOT): Promise<Bundle> {
  const { outputFiles: [file], metafile: { outputs } } = await esbuild.build({
    stdin: { contents: source, resolveDir: folder, loader: "ts" },
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: "esnext",
    write: false,
    metafile: true,
  });
  const [output] = Object.values(outputs);
  if (file === undefined || output === undefined) throw new Error("Cannot bundle to no file");
  const modules = Object.entries(output.inputs);
  return {
    code: file.contents,
    modules: modules.map(([path, { bytesInOutput }]) => [path, bytesInOutput]),
  };
}

/** Ends esbuild's process, which would keep this one alive. */
export async function stopBundler(): Promise<void> {
  await esbuild.stop();
}

/** The bytes after gzip -9. */
export function gzipBytes(code: Uint8Array): number {
  return gzipSync(code, { level: 9 }).length;
}

/** What each module is worth; one that left nothing in the bundle is left out. */
export async function partsOf({ code, modules }: Bundle): Promise<Part[]> {
  const whole = gzipBytes(code);
  const parts: Part[] = [];
  let start = 0;
  for (const [path, bytes] of modules) {
    if (bytes === 0) continue;
    const end = start + bytes;
    // That esbuild tells the modules in the order of the bundle is not promised; a cut in the wrong
    // place does not parse.
    await esbuild.transform(code.slice(start, end));
    const without = new Uint8Array([...code.subarray(0, start), ...code.subarray(end)]);
    parts.push({ path, bytes, gzipBytes: whole - gzipBytes(without) });
    start = end;
  }
  return parts;
}

/** Names of fewer letters are those that a minifier gives. */
const MIN_NAME_LENGTH = 4;

/**
 * The names and texts of a bundle that no minifier may shorten, each once: options, members, events,
 * codes, messages, and the platform's and the language's own words.
 */
export function wordsOf(code: Uint8Array): Uint8Array {
  const words = new Set<string>();
  const source = new TextDecoder().decode(code);
  for (const token of tokenizer(source, { ecmaVersion: "latest", sourceType: "module" })) {
    const { label, keyword } = token.type;
    const word = source.slice(token.start, token.end);
    const isText = label === "string" || label === "template";
    const isName = label === "name" || label === "privateId" || keyword !== undefined;
    const minLength = isText ? 1 : isName ? MIN_NAME_LENGTH : Infinity;
    if (word.length >= minLength) words.add(word);
  }
  return new TextEncoder().encode([...words].join(" "));
}
