/**
 * The one bundler, with one set of flags, for every size: ours, the peers', the gate's, and what tree
 * shaking leaves.
 */

import { gzipSync } from "node:zlib";
import { attempt, deno, ROOT } from "../tests/packaging/command.ts";

/** A minified bundle for browsers. */
export interface Bundle {
  readonly code: string;
  /** After gzip -9. */
  readonly bytes: number;
  /** The modules that something is left of, relative to the repository. */
  readonly modules: readonly string[];
  /** How many bytes each module became, before compression. */
  readonly moduleBytes: readonly number[];
}

type Inputs = Readonly<Record<string, { readonly bytesInOutput: number }>>;
type Metafile = { readonly outputs: Readonly<Record<string, { readonly inputs: Inputs }>> };

/**
 * Bundles a program of a user. Our package's names are those of `deno.json`; others are looked for in
 * the `node_modules` of `packages`.
 */
export async function bundle(program: string, packages?: string): Promise<Bundle> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(`${ROOT}deno.json`),
  );
  const own = Object.entries(imports).filter(([, target]) => target.startsWith("./"));
  const folder = await Deno.makeTempDir({ prefix: "bundle-" });
  try {
    await Deno.writeTextFile(`${folder}/main.ts`, program);
    await esbuild([
      `${folder}/main.ts`,
      ...own.map(([name, target]) => `--alias:${name}=${ROOT}${target.slice(2)}`),
      ...["--bundle", "--minify", "--platform=browser", "--format=esm", "--target=esnext"],
      ...["--log-level=error", `--metafile=${folder}/meta.json`, `--outfile=${folder}/bundle.js`],
    ], packages);
    const { outputs }: Metafile = JSON.parse(await Deno.readTextFile(`${folder}/meta.json`));
    const code = await Deno.readTextFile(`${folder}/bundle.js`);
    const modules = Object.values(outputs)
      .flatMap(({ inputs }) => Object.entries(inputs))
      .filter(([name, { bytesInOutput }]) => bytesInOutput > 0 && !name.endsWith("/main.ts"));
    return {
      code,
      bytes: gzipSync(code, { level: 9 }).length,
      modules: modules.map(([name]) => name),
      moduleBytes: modules.map(([, { bytesInOutput }]) => bytesInOutput),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A process of its own, as esbuild's service would outlive the program that started it. */
export async function esbuild(args: readonly string[], packages?: string): Promise<void> {
  const env = packages === undefined ? {} : { NODE_PATH: `${packages}/node_modules` };
  const command = [deno, "run", "-A", "npm:esbuild@0.28.2", ...args];
  const { errors, success } = await attempt(command, { env });
  if (!success) throw new Error(errors);
}
