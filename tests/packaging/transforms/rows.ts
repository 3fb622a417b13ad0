/**
 * The package after the transforms that bundlers apply to `node_modules`: what is left of it must do
 * on a real server what the package does.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { modulesOf, nodeOf, tools } from "../../platforms/runtimes/runners.ts";
import { attempt, ROOT, run } from "../command.ts";
import type { Package } from "../package.ts";
import { startEcho } from "../../platforms/real/echo.ts";
import type { Variants } from "./variants.ts";

const HERE = new URL(".", import.meta.url).pathname;
const node = nodeOf("node-24");
const AT_ONCE = 3;

/** A transformed package: the folder from which it is found, and what the tool said if it failed. */
interface Build {
  readonly name: string;
  readonly folder: string;
  readonly failure: string | undefined;
}

/** The modules of the package, or its sources; nobody bundles its command line. */
async function modules({ sources }: Variants, packed: Package): Promise<readonly string[]> {
  const modules = packed.files.filter((file) => file.endsWith(".js") && !file.includes("/cli/"));
  if (!sources) return modules;
  const paths = modules.map((file) => file.replace(/\.js$/, ".ts"));
  await Promise.all(paths.map((path) => Deno.stat(`${ROOT}${path}`)));
  return paths;
}

/** Makes a package of CommonJS modules for each variant. */
async function build(
  variants: Variants,
  packed: Package,
  folder: string,
): Promise<readonly Build[]> {
  const group = variants.tool === "esbuild" ? "base" : "transforms";
  // What Babel leaves of helpers is imported from @babel/runtime.
  await Deno.mkdir(`${folder}/node_modules`, { recursive: true });
  await Deno.symlink(`${modulesOf("transforms")}/@babel`, `${folder}/node_modules/@babel`);
  const places = Object.keys(variants.options).map((name, n) => ({
    name,
    folder: `${folder}/${n}`,
    inside: `${folder}/${n}/node_modules/@holdfast/websocket`,
  }));
  const job = {
    tool: variants.tool,
    modules: `${tools}/${group}`,
    from: variants.sources ? ROOT : packed.folder,
    files: await modules(variants, packed),
    variants: places.map(({ name, inside }) => [inside, variants.options[name]]),
  };
  const { output } = await run([node, `${HERE}build.mjs`, JSON.stringify(job)]);
  const failures: Record<string, string> = JSON.parse(output);
  const manifest = JSON.stringify({ ...packed.manifest, type: "commonjs" });
  for (const { inside } of places) await Deno.writeTextFile(`${inside}/package.json`, manifest);
  return places.map(({ name, folder, inside }) => ({ name, folder, failure: failures[inside] }));
}

/** Runs the program of a user; what is wrong, or null. */
async function tryOut(
  { folder, failure }: Build,
  url: string,
  { without = [] }: Variants,
): Promise<string | null> {
  if (failure !== undefined) return failure;
  const program = [node, `${HERE}main.mjs`, folder, url, ...without];
  const { success, output, errors } = await attempt(program);
  if (success) return JSON.parse(output).join("; ") || null;
  return errors.match(/^\w*Error: .*$/m)?.[0] ?? errors;
}

/** Fails with one line for each variant that does not do what it should. */
export function assertAll(results: ReadonlyMap<string, string | null>, { impossible = {} }: {
  readonly impossible?: Variants["impossible"] | undefined;
}): void {
  const lines = [...results].flatMap(([name, wrong]) => {
    const said = impossible[name];
    if (said === undefined) return wrong === null ? [] : [`${name}: ${wrong}`];
    if (wrong?.includes(said)) return [];
    return [`${name}: ${wrong ?? "works"}, which was thought impossible: ${said}`];
  });
  if (lines.length > 0) throw new Error(["", ...lines].join("\n  "));
}

/** The row of a tool. */
export async function checkTransforms(
  packed: Package,
  folder: string,
  ...tools: readonly Variants[]
): Promise<string> {
  await using server = await startEcho();
  const url = server.url;
  let count = 0;
  for (const [n, variants] of tools.entries()) {
    const waiting = [...await build(variants, packed, `${folder}/${n}`)];
    const results = new Map<string, string | null>(waiting.map(({ name }) => [name, null]));
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let build = waiting.shift(); build; build = waiting.shift()) {
        results.set(build.name, await tryOut(build, url, variants));
      }
    }));
    assertAll(results, variants);
    count += results.size - Object.keys(variants.impossible ?? {}).length;
  }
  assertEquals(server.live, 0, "connections that outlive their clients");
  return `${count} variants do what the package does`;
}
