/**
 * The declarations of the npm package under the oldest and the newest TypeScript, with the types of each
 * platform and nothing of the others, and with declarations checked (`skipLibCheck: false`).
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { modulesOf } from "../platforms/runtimes/runners.ts";
import { attempt, run } from "./command.ts";
import { createProject, npmInstall } from "./npm.ts";
import type { Package } from "./package.ts";

/** A way of setting up a project. */
interface Setup {
  readonly lib: readonly string[];
  readonly types: readonly string[];
  readonly skipLibCheck: boolean;
  readonly programs: readonly string[];
}

const COMMON = "types/common.ts";
const DOM = "types/dom.ts";
const BROWSER: Setup = {
  ...{ lib: ["es2022", "dom"], types: [], skipLibCheck: false },
  programs: [COMMON, DOM],
};

/** By platform. */
const SETUPS: Readonly<Record<string, Setup>> = {
  "dom": BROWSER,
  "webworker": { ...BROWSER, lib: ["es2022", "webworker"] },
  "@types/node": { ...BROWSER, lib: ["es2022"], types: ["node"], programs: [COMMON] },
  "workers-types": {
    ...{ lib: ["es2022"], types: ["@cloudflare/workers-types"], skipLibCheck: false },
    programs: [COMMON],
  },
  "@types/bun": { ...BROWSER, lib: ["esnext"], types: ["bun"], programs: [COMMON] },
  // mock-socket's own declarations need `dom`.
  "libraries": {
    ...{ lib: ["es2022"], types: ["node"], skipLibCheck: true },
    programs: ["types/libraries.mts"],
  },
};

/** Before 5.2 TypeScript does not know `Symbol.dispose`, nor have the types of platforms been written for it. */
const OLD_SETUPS: Readonly<Record<string, Setup>> = { dom: { ...BROWSER, skipLibCheck: true } };

/** What is newer than the oldest compiler. */
const STRICTNESS = [
  { since: 4.4, exactOptionalPropertyTypes: true },
  { since: 5, verbatimModuleSyntax: true },
  { since: 5.5, isolatedDeclarations: true, declaration: true },
];

/** A compiler of `install.sh types`. */
export function compilerOf(version: string): string {
  return `${modulesOf("types")}/typescript-${version}/bin/tsc`;
}

/** Checks every entry point with the compiler of a version, on all platforms. */
export async function checkVersion(
  { tarball }: Package,
  folder: string,
  version: string,
): Promise<string> {
  await createProject(folder, npmInstall(tarball), []);
  await Deno.mkdir(`${folder}/types`);
  await linkPackages(folder);
  const setups = Object.entries(parseFloat(version) < 5.2 ? OLD_SETUPS : SETUPS);
  for (const [platform, setup] of setups) {
    assertEquals(await compile(folder, version, setup), [], platform);
  }
  // Declarations that name what no library has must be seen.
  const planted = `${folder}/node_modules/@holdfast/websocket/mod.d.ts`;
  await Deno.writeTextFile(planted, "export type P = Planted<5>;\n", { append: true });
  const seen = await compile(folder, version, { ...BROWSER, programs: [DOM] });
  assert(seen.some((line) => line.includes("Planted")), seen.join("\n"));
  const { output } = await run(["node", compilerOf(version), "--version"]);
  return `tsc ${output.trim().split(" ").at(-1)}: ${setups.map(([name]) => name).join(", ")}`;
}

/** What the setups need beside the package. */
async function linkPackages(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(modulesOf("types"))) {
    if (name.startsWith(".")) continue;
    await Deno.symlink(`${modulesOf("types")}/${name}`, `${folder}/node_modules/${name}`);
  }
}

/** The errors, but for those inside the declarations of others: Bun's have some. */
async function compile(folder: string, version: string, setup: Setup): Promise<string[]> {
  const { programs, ...options } = setup;
  for (const program of programs) {
    await Deno.copyFile(new URL(program, import.meta.url), `${folder}/${program}`);
  }
  const strictness = STRICTNESS.filter(({ since }) => since <= parseFloat(version))
    .map(({ since: _, ...options }) => options);
  const resolution = parseFloat(version) < 5 ? "node16" : "bundler";
  const compilerOptions = Object.assign(
    { rootDir: ".", outDir: "out", strict: true, target: "es2022" },
    { module: resolution === "bundler" ? "esnext" : resolution, moduleResolution: resolution },
    ...strictness,
    options,
  );
  const tsconfig = { compilerOptions, files: programs };
  await Deno.writeTextFile(`${folder}/tsconfig.json`, JSON.stringify(tsconfig));
  const command = ["node", compilerOf(version), "--pretty", "false", "-p", "."];
  const { success, output, errors } = await attempt(command, { cwd: folder });
  const found = `${output}${errors}`.split("\n").filter((line) => /error TS\d+/.test(line));
  assertEquals(found.length === 0, success, `${output}${errors}`);
  return found.filter((line) =>
    !line.includes("/node_modules/") || /[/\\]@holdfast[/\\]/.test(line)
  );
}
