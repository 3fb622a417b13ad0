/**
 * The edge: a worker that imports the package in global scope, where timers, random numbers and
 * AbortController are forbidden, and connects from a handler; bundled in three ways, and not at all.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { modulesOf, tools } from "../platforms/runtimes/runners.ts";
import { attempt, deno, ROOT, run } from "./command.ts";
import { startEcho } from "../platforms/real/echo.ts";
import { createProject, npmInstall } from "./npm.ts";
import type { Package } from "./package.ts";

/** A module's name in the worker, and its file. */
type WorkerFile = readonly [name: string, path: string];

/** What runs workerd, and a bundler. */
export const miniflare = `${modulesOf("workerd")}/miniflare/package.json`;
export const esbuild = `${modulesOf("base")}/.bin/esbuild`;
export const rolldown = `${modulesOf("ways")}/.bin/rolldown`;

/** Runs a worker in workerd; it answers what its client has seen of the server. */
async function runWorker(files: readonly WorkerFile[]): ReturnType<typeof attempt> {
  await using server = await startEcho();
  const job = { modules: `${tools}/workerd`, files, server: server.url };
  return await attempt(["node", `${ROOT}tests/packaging/miniflare.mjs`, JSON.stringify(job)]);
}

/** Fails unless the worker starts, connects and hears its echo. */
async function assertWorks(files: readonly WorkerFile[]): Promise<void> {
  const { success, output, errors } = await runWorker(files);
  assert(success, errors);
  const answer = { received: ["hello"], code: 1000, wasClean: true, traced: true };
  assertEquals(JSON.parse(output), answer, errors);
}

/** How a bundler is called. */
export type Bundle = (entry: string, outfile: string) => readonly string[];

/** By name. */
export const bundlers: Readonly<Record<"esbuild" | "rolldown" | "deno", Bundle>> = {
  esbuild: (entry, outfile) => [
    ...[esbuild, entry, "--bundle", "--format=esm", "--platform=neutral"],
    `--outfile=${outfile}`,
  ],
  rolldown: (entry, outfile) => [
    ...[rolldown, entry, "--format", "esm", "--platform", "neutral", "--file", outfile],
  ],
  deno: (entry, outfile) => [deno, "bundle", "--platform", "browser", "--output", outfile, entry],
};

/** Bundles the worker of a project that has installed the package. */
export async function checkBundled(
  { tarball }: Package,
  folder: string,
  bundle: Bundle,
): Promise<string> {
  await createProject(folder, npmInstall(tarball), ["worker.mjs"]);
  const outfile = `${folder}/bundle.mjs`;
  await run(bundle("worker.mjs", outfile), { cwd: folder });
  await assertWorks([["worker.mjs", outfile]]);
  const { size } = await Deno.stat(outfile);
  return `${size} bytes before minification`;
}

/** Runs the package's own modules, each as it is. */
export async function checkUnbundled(packed: Package, folder: string): Promise<string> {
  await Deno.mkdir(folder);
  const files = await unbundled(packed, `${folder}/worker.mjs`);
  await assertWorks(files);
  await assertGlobalScopeIsGuarded(files, `${folder}/planted.mjs`);
  return `${files.length - 1} modules as they are`;
}

/** The worker, with specifiers that workerd can resolve, and the modules of the package. */
async function unbundled(
  { files, folder, manifest }: Package,
  worker: string,
): Promise<readonly WorkerFile[]> {
  const source = await Deno.readTextFile(`${ROOT}tests/packaging/worker.mjs`);
  const resolved = source.replace(
    /"@holdfast\/websocket(.*?)"/g,
    (_, entry) => JSON.stringify(manifest.exports[`.${entry}`]?.import),
  );
  await Deno.writeTextFile(worker, resolved);
  const modules = files.filter((file) => file.endsWith(".js"));
  return [
    ["worker.mjs", worker],
    ...modules.map((file): WorkerFile => [file, `${folder}/${file}`]),
  ];
}

/** Fails unless workerd refuses a worker that does in global scope what it forbids. */
async function assertGlobalScopeIsGuarded(
  [worker, ...others]: readonly WorkerFile[],
  planted: string,
): Promise<void> {
  const [name = "", path = ""] = worker ?? [];
  const source = await Deno.readTextFile(path);
  await Deno.writeTextFile(planted, `setTimeout(() => {}, 1);\n${source}`);
  const { success, errors } = await runWorker([[name, planted], ...others]);
  assert(!success && errors.includes("global scope"), `not refused: ${errors}`);
}
