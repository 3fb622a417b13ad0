/**
 * Projects of users that have the package, and the programs of others, among their modules.
 *
 * @module
 */

import { modulesOf } from "../runtimes/runners.ts";
import { esbuild } from "../../packaging/edge.ts";
import { run } from "../../packaging/command.ts";
import type { Stage } from "../rows.ts";

const FILES = new URL("./project/", import.meta.url).pathname;

/** The programs of others that `install.sh platforms` installs. */
export const modules = modulesOf("platforms");

/**
 * Makes a project with some of the files and folders of `project/`, and returns its folder. The package
 * is there as npm would lay it, the modules that `install.sh` keeps are found one folder above, where
 * Node, Jest and bundlers look next.
 */
export async function createProject(
  { pack, folder }: Stage,
  files: readonly string[],
  tools = modules,
): Promise<string> {
  const packed = await pack();
  const project = `${folder}/project`;
  await Deno.mkdir(`${project}/node_modules/@holdfast`, { recursive: true });
  await Deno.symlink(tools, `${folder}/node_modules`);
  await run(["cp", "-r", packed.folder, `${project}/node_modules/@holdfast/websocket`]);
  await Deno.writeTextFile(`${project}/package.json`, `{ "private": true, "type": "module" }`);
  await run(["cp", "-r", ...files.map((file) => FILES + file), project]);
  return project;
}

/** Bundles modules of a project for a platform without modules of its own; returns the code. */
export async function bundle(
  project: string,
  entry: string,
  format: "esm" | "iife",
  ...flags: readonly string[]
): Promise<string> {
  await Deno.writeTextFile(`${project}/entry.mjs`, entry);
  const { output } = await run(
    [esbuild, "entry.mjs", "--bundle", `--format=${format}`, "--log-level=error", ...flags],
    { cwd: project },
  );
  return output;
}
