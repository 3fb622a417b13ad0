/**
 * The npm package as others judge and load it: publint, attw, `require()`, a bundler that does not
 * read `exports`. Each judge must also refuse a package that is broken on purpose.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { modulesOf } from "../platforms/runtimes/runners.ts";
import { attempt, type Outcome, ROOT, run } from "./command.ts";
import { bundlers } from "./edge.ts";
import { createProject, npmInstall } from "./npm.ts";
import type { Package } from "./package.ts";
import { startEcho } from "../platforms/real/echo.ts";

const program = (name: string): string => `${modulesOf("ways")}/.bin/${name}`;
export const publint = program("publint");
export const attw = program("attw");
export const parcel = program("parcel");

/** A copy of the package with another package.json. */
async function spoil({ folder }: Package, to: string, changes: object): Promise<string> {
  await run(["cp", "-r", folder, to]);
  const path = `${to}/package.json`;
  const manifest = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...manifest, ...changes }));
  return to;
}

/** publint, where a suggestion fails, too. */
export async function checkPublint(packed: Package, folder: string): Promise<string> {
  await Deno.mkdir(folder);
  const lint = (path: string): Promise<Outcome> =>
    attempt([publint, "run", path, "--strict", "--pack=false"]);
  const { success, output, errors } = await lint(packed.folder);
  assert(success && output.includes("All good!"), `${output}${errors}`);
  const planted = await lint(await spoil(packed, `${folder}/planted`, { main: "./absent.js" }));
  assert(!planted.success && planted.output.includes("absent.js"), planted.output);
  return `${output.match(/v[\d.]+/)}, all good`;
}

/**
 * Are the types wrong? Its strict profile but for one rule: CommonJS gets an ES module, which is so,
 * as there is one copy of the code, and one class.
 */
export async function checkAttw(packed: Package, folder: string): Promise<string> {
  const analyse = (path: string): Promise<Outcome> =>
    attempt([
      ...[attw, "--pack", path, "--profile=strict", "--ignore-rules=cjs-resolves-to-esm"],
      ...["--format=ascii", "--no-color", "--no-emoji"],
    ]);
  const { success, output, errors } = await analyse(packed.folder);
  assert(success && output.includes("No problems found"), `${output}${errors}`);
  const entries = Object.keys(packed.manifest.exports);
  const absent = entries.filter((entry) => !output.includes(`websocket${entry.slice(1)}"`));
  assertEquals(absent, [], "not looked at");
  await Deno.mkdir(folder);
  const planted = await spoil(packed, `${folder}/planted`, {});
  await Deno.remove(`${planted}/backoff`, { recursive: true });
  const broken = await analyse(planted);
  assert(!broken.success && broken.output.includes("Resolution failed"), broken.output);
  return `${entries.length} entry points, no problems`;
}

const PROGRAMS = {
  "consumer.js": "transforms/consumer.js",
  "expected.js": "transforms/expected.js",
  "require.cjs": "require.cjs",
};

/** Loads the package with `require()`, and uses it on a real server; says nothing on standard error. */
export async function checkRequire(
  { tarball }: Package,
  folder: string,
  command: readonly string[],
): Promise<string> {
  await createProject(folder, npmInstall(tarball), []);
  for (const [name, from] of Object.entries(PROGRAMS)) {
    await Deno.copyFile(`${ROOT}tests/packaging/${from}`, `${folder}/${name}`);
  }
  await using server = await startEcho();
  const url = server.url;
  const { output, errors } = await run([...command, `${folder}/require.cjs`, url]);
  assertEquals({ wrong: JSON.parse(output), errors }, { wrong: [], errors: "" });
  const [name = ""] = command;
  const { output: version } = await run([name, "--version"]);
  return `${version.trim()}, one class`;
}

const SUBPATH = `
  import { constantBackoff } from "@holdfast/websocket/backoff";
  console.log(constantBackoff(5)({ attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 0 }));`;

/** Parcel, which reads no `exports` unless it is set up to. */
export async function checkParcel({ tarball }: Package, folder: string): Promise<string> {
  await createProject(folder, npmInstall(tarball), []);
  const target = { context: "node", includeNodeModules: true, outputFormat: "commonjs" };
  await Deno.writeTextFile(`${folder}/main.js`, SUBPATH);
  await Deno.writeTextFile(
    `${folder}/package.json`,
    JSON.stringify({ name: "fresh", private: true, targets: { default: target } }),
  );
  const build = [parcel, "build", "main.js", "--no-cache", "--no-source-maps", "--dist-dir=out"];
  await run(build, { cwd: folder });
  assertEquals((await run(["node", `${folder}/out/main.js`])).output, "5\n");
  await Deno.remove(`${folder}/node_modules/@holdfast/websocket/backoff`, { recursive: true });
  const planted = await attempt(build, { cwd: folder });
  const said = `${planted.output}${planted.errors}`;
  assert(!planted.success && said.includes("Failed to resolve"), said);
  const { output: version } = await run([parcel, "--version"]);
  return `Parcel ${version.trim()} finds /backoff`;
}

const UNUSED = `
  import { ReconnectingWebSocket } from "@holdfast/websocket";
  console.log(5);`;

/** What an import costs that nothing uses: nothing, as `sideEffects` is false. */
export async function checkUnused(packed: Package, folder: string): Promise<string> {
  await createProject(folder, npmInstall(packed.tarball), []);
  await Deno.writeTextFile(`${folder}/main.js`, UNUSED);
  const bundle = async (name: keyof typeof bundlers): Promise<string> => {
    await run(bundlers[name]("main.js", `${folder}/${name}.js`), { cwd: folder });
    return await Deno.readTextFile(`${folder}/${name}.js`);
  };
  const names = Object.keys(bundlers) as (keyof typeof bundlers)[];
  for (const name of names) {
    const statements = (await bundle(name)).split("\n").filter((line) => !/^(\/\/.*)?$/.test(line));
    assertEquals(statements, ["console.log(5);"], name);
  }
  // A package that does something when it is imported, and says so, must be seen.
  const path = `${folder}/node_modules/@holdfast/websocket`;
  const manifest = { ...packed.manifest, sideEffects: true };
  await Deno.writeTextFile(`${path}/package.json`, JSON.stringify(manifest));
  await Deno.writeTextFile(`${path}/mod.js`, "globalThis.planted = class {};\n", { append: true });
  assert((await bundle("esbuild")).includes("class"), "a planted side effect is left");
  return names.join(", ");
}
