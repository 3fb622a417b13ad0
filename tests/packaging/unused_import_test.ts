/** What bundlers keep of the package for who imports it and does not use it. */

import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import * as esbuild from "npm:esbuild@0.28.2";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A program in JavaScript: of one in TypeScript the imports would be dropped before. */
async function bundle(source: string): Promise<string> {
  const { outputFiles: [file] } = await esbuild.build({
    stdin: { contents: source, resolveDir: ROOT, loader: "js" },
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: "esm",
    target: "esnext",
    write: false,
  });
  return file?.text ?? "";
}

/** esbuild's process ends a moment after `stop()` resolved. */
function test(name: string, run: () => Promise<void>): void {
  const sanitize = { sanitizeOps: false, sanitizeResources: false };
  Deno.test(name, sanitize, () => run().finally(() => esbuild.stop()));
}

/** Constants that are no literal may be left, but no class and no function. */
const MAX_BYTES = 100;

test("an import of mod.ts that is not used costs next to nothing", async () => {
  const code = await bundle(`import { ReconnectingWebSocket } from "./mod.ts"; console.log(1);`);
  assertEquals([/class|function|=>/.test(code), code.length <= MAX_BYTES], [false, true], code);
});

test("an import of the error class alone brings no client", async () => {
  const code = await bundle(
    `import { ReconnectingWebSocketError as E } from "./mod.ts"; console.log(E);`,
  );
  assertEquals([code.includes("attempt"), code.includes("binaryType")], [true, false]);
});

test("a member that is named by a symbol would keep its class", async () => {
  const code = await bundle(`
    const deliver = Symbol("deliver");
    class Client { [deliver]() {} }
    console.log(1);`);
  assert(/class/.test(code), code);
});
