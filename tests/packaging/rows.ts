/**
 * Runs rows, each of which uses the packed package in one way, and prints what became of them.
 *
 * @module
 */

import { removeFolder } from "../platforms/runtimes/processes.ts";
import { missing } from "../platforms/runtimes/runners.ts";
import { pack, type Package } from "./package.ts";

/** What a row finds when it begins. */
export interface Journey {
  /** The npm package, packed at most once. */
  pack(): Promise<Package>;
  /** A path of its own, at which nothing is yet. */
  readonly folder: string;
}

/** One row. */
export interface Way {
  /** Programs and files that must exist. */
  readonly needs: readonly string[];
  /** How to install them. */
  readonly install: string;
  /** Fails, or returns what the row says. */
  go(journey: Journey): Promise<string>;
}

/** Rows by name. */
export type Ways = Readonly<Record<string, Way>>;

/** Makes a row; `names` are what `install.sh` must install for it. */
export function way(go: Way["go"], needs: readonly string[] = [], names = ""): Way {
  return { needs, install: `tests/platforms/runtimes/install.sh ${names}`, go };
}

/**
 * Runs the rows of these names, or all; prints one line for each. The exit code is 1 if one failed,
 * or, with CI=true, if what it needs is missing.
 */
export async function runWays(ways: Ways, names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !ways[name]);
  if (unknown.length > 0) {
    console.error(`Unknown way: ${unknown.join(", ")}; known: ${Object.keys(ways).join(", ")}`);
    return 1;
  }
  const folder = await Deno.makeTempDir({ prefix: "ways-" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, async () => {
      await removeFolder(folder);
      Deno.exit(130);
    });
  }
  let packing: Promise<Package> | undefined;
  let failed = false;
  try {
    for (const [name, way] of Object.entries(ways)) {
      if (names.length > 0 && !names.includes(name)) continue;
      const absent = await missing(way);
      if (absent.length > 0) {
        console.log(`MISSING ${name}: ${way.install}`);
        failed ||= Deno.env.get("CI") === "true";
        continue;
      }
      const startMs = Date.now();
      try {
        const details = await way.go({
          folder: `${folder}/${name}`,
          pack: () => packing ??= pack(folder),
        });
        console.log(`PASS ${name}  ${details}  [${((Date.now() - startMs) / 1_000).toFixed(1)} s]`);
      } catch (error) {
        failed = true;
        console.log(`FAIL ${name}  ${error instanceof Error ? error.message : error}`);
      }
    }
  } finally {
    await removeFolder(folder);
  }
  return failed ? 1 : 0;
}
