import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { bundle, gzipBytes, partsOf, stopBundler, wordsOf } from "../bench/bundle.ts";

/** esbuild's process ends a moment after `stopBundler()` resolved. */
function test(name: string, run: () => Promise<void>): void {
  const sanitize = { sanitizeOps: false, sanitizeResources: false };
  Deno.test(name, sanitize, () => run().finally(stopBundler));
}

const CODE = new TextEncoder().encode("function a(){}function b(){a()}export{b};");

test("bundle() tells how many bytes each module became, in the order of the bundle", async () => {
  const { code, modules } = await bundle(`export * from "./lib/backoff.ts"`);
  const bytes = modules.reduce((sum, [, bytes]) => sum + bytes, 0);

  assertEquals(
    modules.filter(([, bytes]) => bytes > 0).map(([path]) => path),
    ["lib/_check.ts", "lib/backoff.ts"],
  );
  assertMatch(new TextDecoder().decode(code.subarray(bytes)), /^export\{[^}]*\};\n$/);
});

test("partsOf() weighs the bundle with and without each module", async () => {
  const gzip = (text: string): number => gzipBytes(new TextEncoder().encode(text));

  assertEquals(
    await partsOf({ code: CODE, modules: [["a.ts", 14], ["none.ts", 0], ["b.ts", 17]] }),
    [
      { path: "a.ts", bytes: 14, gzipBytes: gzipBytes(CODE) - gzip("function b(){a()}export{b};") },
      { path: "b.ts", bytes: 17, gzipBytes: gzipBytes(CODE) - gzip("function a(){}export{b};") },
    ],
  );
});

test("partsOf() refuses modules that are not in the order of the bundle", async () => {
  await assertRejects(
    () => partsOf({ code: CODE, modules: [["b.ts", 17], ["a.ts", 14]] }),
    Error,
    "Transform failed",
  );
});

test("wordsOf() tells names of four letters and more, and texts, each once", () => {
  const code = 'class a{#e;send(b){return this.#e.send(b?"open":`not ${b}`)}}throw"open";';
  const words = new TextDecoder().decode(wordsOf(new TextEncoder().encode(code)));

  assertEquals(words, 'class send return this "open" not  throw');
  return Promise.resolve();
});
