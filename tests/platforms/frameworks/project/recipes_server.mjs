// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Node runs it as it is
/**
 * Renders the recipes on Node, and writes what came of it and how often they dialled. They are in
 * `vue.mjs`, `solid.mjs` and `svelte.mjs`.
 */
import { readFile, writeFile } from "node:fs/promises";
import * as solid from "solid-js/web";
import { compile, compileModule } from "svelte/compiler";
import { render } from "svelte/server";
import { createSSRApp, h } from "vue";
import { renderToString } from "vue/server-renderer";
import { useWebSocket as useInSolid } from "./solid.mjs";
import { useWebSocket as useInVue } from "./vue.mjs";

const URL = "ws://127.0.0.1:9/";
let dials = 0;
globalThis.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    dials++;
  }
};

function setup() {
  const { status } = useInVue(URL, () => {});
  return () => h("p", status.value?.state ?? "none");
}

async function renderSvelte() {
  const options = { filename: "svelte.svelte.js", generate: "server" };
  const recipe = compileModule(await readFile("svelte.mjs", "utf8"), options);
  await writeFile("compiled.mjs", recipe.js.code);
  const source = `<script>
      import { useWebSocket } from "./compiled.mjs";
      const made = useWebSocket(() => "${URL}", () => {});
    </script>
    {made.status?.state ?? "none"}`;
  const { js } = compile(source, { filename: "Page.svelte", generate: "server" });
  await writeFile("page.mjs", js.code);
  return render((await import("./page.mjs")).default).body.replace(/<!--.*?-->/g, "").trim();
}

const rendered = {
  vue: await renderToString(createSSRApp({ setup })),
  solid: solid.renderToString(() => useInSolid(() => URL, () => {}).status()?.state ?? "none"),
  svelte: await renderSvelte(),
};
// What an effect may have put off.
await new Promise((resolve) => setTimeout(resolve, 50));
console.log(JSON.stringify({ ...rendered, dials }));
