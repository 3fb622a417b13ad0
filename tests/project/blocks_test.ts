/** What documents show runs: each block on the test kit, with its assertions, as a module of its own. */

import { assertEquals, assertRejects } from "@std/assert";
import { blocksOf, load } from "./blocks.ts";
import { readTree } from "./documents.ts";

for (const [path, text] of await readTree()) {
  if (!path.endsWith(".md")) continue;
  for (const [i, code] of blocksOf(text).entries()) {
    // Others need a network, a server or a framework; they are type-checked.
    if (!code.includes("@holdfast/websocket/testing")) continue;
    Deno.test(`Block ${i + 1} of ${path} runs`, async () => {
      await load(code);
    });
  }
}

Deno.test("blocksOf() takes TypeScript, and nothing else", () => {
  const document = "```ts\none();\n```\n\n```sh\ntwo\n```\n\n- three\n\n```ts\nfour();\n\n```\n";

  assertEquals(blocksOf(document), ["one();\n", "four();\n\n"]);
});

Deno.test("load() fails where a block does", async () => {
  await assertRejects(() => load("throw new Error('planted');"), Error, "planted");
});
