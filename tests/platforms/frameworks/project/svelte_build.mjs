/** Compiles the recipe and its component, as Svelte's plugins for bundlers do. */
import { readFile, writeFile } from "node:fs/promises";
import { compile, compileModule } from "svelte/compiler";

const read = (name) => readFile(name, "utf8");

const module = compileModule(await read("recipe.mjs"), { filename: "recipe.svelte.js" });
await writeFile("recipe.mjs", module.js.code);
const component = compile(await read("Feed.svelte"), { filename: "Feed.svelte" });
await writeFile("Feed.mjs", component.js.code);
