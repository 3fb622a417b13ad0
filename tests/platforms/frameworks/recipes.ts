/**
 * The recipes of `docs/frameworks.md`, as they stand there, with the frameworks themselves.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { until } from "../../compatibility/trial.ts";
import { ROOT, run } from "../../packaging/command.ts";
import { esbuild } from "../../packaging/edge.ts";
import { startEcho } from "../real/echo.ts";
import { row, type Rows, type Stage } from "../rows.ts";
import { modulesOf, nodeOf } from "../runtimes/runners.ts";
import { host, openIn, pageOf } from "./page.ts";
import { bundle, createProject } from "./project.ts";

const modules = modulesOf("react");
const node = nodeOf("node-24");

/** The code below a heading. */
async function recipeOf(heading: string): Promise<string> {
  const text = await Deno.readTextFile(`${ROOT}docs/frameworks.md`);
  const [, section = ""] = text.split(`\n## ${heading}`);
  const [, code] = /^```js ignore\n([^]*?)^```$/m.exec(section) ?? [];
  if (!code) throw new Error(`There is no recipe under ${heading}`);
  return code;
}

async function checkRecipe(
  stage: Stage,
  name: string,
  heading: string,
  files: readonly string[],
  build?: string,
): Promise<string> {
  const mount = `recipe_${name}.mjs`;
  const project = await createProject(stage, ["recipes_page.mjs", mount, ...files], modules);
  await Deno.writeTextFile(`${project}/recipe.mjs`, await recipeOf(heading));
  await Deno.writeTextFile(`${project}/countdown.mjs`, await recipeOf("A countdown"));
  if (build) await run([node, build], { cwd: project });
  const entry = `import { check } from "./recipes_page.mjs";
    import { mount } from "./${mount}";
    export const result = () => check(mount);`;
  await using server = await startEcho();
  await using pages = host({ "/": pageOf(), "/module.js": await bundle(project, entry, "esm") });
  await using stack = new AsyncDisposableStack();
  await openIn(stack, `${pages.origin}/?server=${server.url}`);
  assertEquals(await pages.next(), {
    seen: ["first", "second"],
    seconds: [null, 2, 1, null],
    urls: [server.url, `${server.url}other`],
    errors: [],
  });
  await until(() => server.live === 0, "no client is left");
  return "a loss, a countdown, another url, the end of the component";
}

async function checkServer(stage: Stage): Promise<string> {
  const project = await createProject(stage, ["recipes_server.mjs"], modules);
  for (const heading of ["Vue", "Solid", "Svelte"]) {
    const file = `${project}/${heading.toLowerCase()}.mjs`;
    await Deno.writeTextFile(file, await recipeOf(heading));
  }
  const { output } = await run([node, "recipes_server.mjs"], { cwd: project });
  assertEquals(JSON.parse(output), { vue: "<p>none</p>", solid: "none", svelte: "none", dials: 0 });
  return "Vue, Solid and Svelte render, and dial nothing";
}

/** What is not called like the framework. */
const PACKAGES: Readonly<Record<string, string>> = {
  angular: "@angular/platform-browser",
  solid: "solid-js",
};

/** A row for the recipe below a heading; `build` is what compiles it, on Node. */
function recipe(
  name: string,
  heading: string,
  files: readonly string[],
  build?: string,
): Rows[string] {
  return row(
    (stage) => checkRecipe(stage, name, heading, files, build),
    ["chromium", node, esbuild, `${modules}/${PACKAGES[name] ?? name}/package.json`],
    "node-24 react chromium",
  );
}

/** The rows. */
export const recipes: Rows = {
  "recipe-vue": recipe("vue", "Vue", []),
  "recipe-solid": recipe("solid", "Solid", []),
  "recipe-angular": recipe("angular", "Angular", []),
  "recipe-svelte": recipe(
    "svelte",
    "Svelte",
    ["Feed.svelte", "svelte_build.mjs"],
    "svelte_build.mjs",
  ),
  "recipes-server": row(checkServer, [node, `${modules}/vue/package.json`], "node-24 react"),
};
