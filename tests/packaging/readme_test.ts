import { assertEquals, assertThrows } from "@std/assert";
import { sectionOf, stepsOf } from "./readme.ts";

const SECTION = "a\n```js ignore\n// one.mjs\ntwo();\n```\n\n```html\n<!-- x.html -->\n```\n" +
  "```sh\ninstall it\nserve it   # in one terminal\nshow it   # in another\n```\n";

Deno.test("stepsOf() reads files, commands that end, and commands that go on", () => {
  assertEquals(stepsOf(SECTION), {
    files: { "one.mjs": "// one.mjs\ntwo();\n", "x.html": "<!-- x.html -->\n" },
    commands: ["install it"],
    servers: ["serve it", "show it"],
  });
});

Deno.test("stepsOf() refuses a file without a name", () => {
  assertThrows(() => stepsOf("```js\none();\n```\n"), Error, "without a name");
});

Deno.test("sectionOf() ends at the next heading, and refuses one that is not there", () => {
  assertEquals(sectionOf("# a\n## b\nc\n### d\n## e\nf\n", "b"), "\nc\n### d\n");
  assertThrows(() => sectionOf("# a\n", "b"), Error, "no section 'b'");
});
