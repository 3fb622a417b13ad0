/**
 * The npm package in fresh projects: installed, run against a real server, and checked by tsc.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { start } from "../platforms/runtimes/processes.ts";
import { modulesOf } from "../platforms/runtimes/runners.ts";
import { ROOT, run } from "./command.ts";
import { startEcho } from "../platforms/real/echo.ts";
import type { Package } from "./package.ts";

/** How a package manager installs a tarball, and what runs a program. */
export interface Platform {
  readonly install: (tarball: string) => readonly string[];
  readonly program: string;
}

/** The compiler. */
export const tsc = `${modulesOf("ways")}/.bin/tsc`;

/** Makes an empty project, installs the tarball in it, and puts files of this folder in it. */
export async function createProject(
  folder: string,
  install: readonly string[],
  files: readonly string[],
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const manifest = { name: "fresh", private: true, type: "module" };
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(manifest));
  await run(install, { cwd: folder });
  for (const file of files) {
    await Deno.copyFile(`${ROOT}tests/packaging/${file}`, `${folder}/${file}`);
  }
}

/** How npm installs a tarball. */
export function npmInstall(tarball: string): readonly string[] {
  return ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", tarball];
}

/** Runs the program of a user, and kills its server in mid-work. */
export async function runConsumer(
  { tarball }: Package,
  folder: string,
  { install, program }: Platform,
): Promise<string> {
  await createProject(folder, install(tarball), ["consumer.mjs"]);
  await using server = await startEcho();
  await using process = start([program, `${folder}/consumer.mjs`, server.url]);
  const lines: unknown[] = [];
  for await (const line of process.lines) {
    lines.push(JSON.parse(line));
    if (lines.length > 1) continue;
    await server.kill();
    await server.start();
  }
  assertEquals(lines, [{ received: "hello" }, { received: "again" }, {
    ...{ received: ["hello", "again"], iterated: ["hello", "again"] },
    ...{ code: 1000, reason: "done", wasClean: true, error: null },
    ...{ undelivered: [], traced: true, faked: 1 },
  }], process.errors());
  const version = await run([program, "--version"]);
  return `${version.output.trim()}, a killed server survived`;
}

/** How users set up tsc. Declarations of a library are checked only where `skipLibCheck` is off. */
const CONFIGS = [
  { lib: ["es2022", "dom"], skipLibCheck: true },
  { lib: ["es2022", "dom"], skipLibCheck: false },
];

/** Ways of resolving modules; `node10` reads no `exports`. */
export type ModuleResolution = "nodenext" | "bundler" | "node10";

/** Checks the types of every entry point under one way of resolving modules. */
export async function checkTypes(
  { tarball }: Package,
  folder: string,
  moduleResolution: ModuleResolution,
): Promise<string> {
  // The others do not let CommonJS require an ES module.
  const programs = ["consumer.ts", ...(moduleResolution === "nodenext" ? ["consumer.cts"] : [])];
  await createProject(folder, npmInstall(tarball), programs);
  let files: readonly string[] = [];
  for (const config of CONFIGS) {
    const compilerOptions = {
      ...config,
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      target: "es2022",
      module: moduleResolution === "nodenext" ? moduleResolution : "esnext",
      moduleResolution,
      types: [],
    };
    const tsconfig = { compilerOptions, files: programs };
    await Deno.writeTextFile(`${folder}/tsconfig.json`, JSON.stringify(tsconfig));
    const { output } = await run([tsc, "--listFiles", "-p", "."], { cwd: folder });
    files = output.split("\n").filter((file) => file.includes("/@holdfast/websocket/"));
    assert(files.every((file) => file.endsWith(".d.ts")), "only declarations are read");
  }
  const { output: version } = await run([tsc, "--version"]);
  return `tsc ${version.trim().split(" ").at(-1)}, ${files.length} declaration files`;
}
