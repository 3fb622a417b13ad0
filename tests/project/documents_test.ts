/** Documents cite what is there, and every promise has its proof. */

import { assertEquals } from "@std/assert";
import {
  citedDocuments,
  citedPaths,
  citedPromises,
  headings,
  isThere,
  links,
  parsePromises,
  readTree,
  ROOT,
} from "./documents.ts";

const tree = await readTree();
const PROMISES = parsePromises(tree.get("lib/GUARANTEES.md") ?? "");
const documents = [...tree].filter(([path]) => path.endsWith(".md"));
/** A record of what was measured names the modules of its day. */
const kept = documents.filter(([path]) => path !== "bench/results/README.md");
/** The samples of this file are no citations. */
const cited = [...tree].filter(([path]) => !path.startsWith("tests/project/documents"));

Deno.test("Documents cite paths that are there", () => {
  const missing = kept.flatMap(([path, text]) =>
    citedPaths(text).filter((cited) => !isThere(cited)).map((cited) => `${path}: ${cited}`)
  );

  assertEquals(missing, []);
});

Deno.test("Links of documents lead to files and headings that are there", () => {
  const broken = documents.flatMap(([path, text]) =>
    links(path, text)
      .filter(([target, heading]) => {
        if (!isThere(target)) return true;
        return heading !== "" && !headings(tree.get(target) ?? "").includes(heading);
      })
      .map(([target, heading]) => `${path}: ${target}#${heading}`)
  );

  assertEquals(broken, []);
});

Deno.test("tests/README.md has a row for each folder, and names tests that are there", () => {
  const text = tree.get("tests/README.md") ?? "";
  const folders = [...Deno.readDirSync(new URL("tests", ROOT))].filter((entry) => entry.isDirectory)
    .map(({ name }) => name).filter((name) => name !== "std");

  assertEquals(
    [...text.matchAll(/^\| \[`(\w+)`\]/gm)].map(([, name]) => name).sort(),
    folders.sort(),
  );
  assertEquals(
    [...text.matchAll(/`(?:tests\/)?(\w+\/[\w/]+_test\.ts)`/g)]
      .filter(([, path]) => !isThere(`tests/${path}`)),
    [],
  );
});

Deno.test("examples/README.md has a row for each example", () => {
  const text = tree.get("examples/README.md") ?? "";
  const examples = [...Deno.readDirSync(new URL("examples", ROOT))]
    .map(({ name, isDirectory }) => isDirectory ? `${name}/` : name)
    .filter((name) => name !== "README.md");

  assertEquals(examples.filter((name) => !text.includes(`[\`${name}\`]`)), []);
});

Deno.test("README.md has at most 200 lines, and the page on benches at most 150", () => {
  const linesOf = (path: string): number => (tree.get(path) ?? "").split("\n").length;

  assertEquals([linesOf("README.md") <= 200, linesOf("bench/README.md") <= 150], [true, true]);
});

Deno.test("Sources and documents name only documents that are there", () => {
  const names = new Set(documents.map(([path]) => path.split("/").at(-1)));
  const missing = cited.flatMap(([path, text]) =>
    citedDocuments(text).filter((name) => !names.has(name)).map((name) => `${path}: ${name}`)
  );

  assertEquals(missing, []);
});

Deno.test("Every promise that is cited has its entry in lib/GUARANTEES.md", () => {
  const unknown = cited.flatMap(([path, text]) =>
    citedPromises(text).filter((number) => !PROMISES.has(number))
      .map((number) => `${path}: ${number}`)
  );

  assertEquals(unknown, []);
});

Deno.test("Every promise has a test that proves it", () => {
  const bare = [...PROMISES].filter(([, paths]) =>
    !paths.some((path) => path.endsWith("_test.ts") && isThere(path))
  );

  assertEquals(bare, []);
});

Deno.test("Every promise that the simulation checks names the file of its check", () => {
  const checks = [...tree].filter(([path]) => path.startsWith("tests/simulation/guarantees/"))
    .flatMap(([path, text]) =>
      [...text.matchAll(/^export function guarantee(\w+)/gm)].map(([, number]) => ({
        number,
        path,
      }))
    );

  assertEquals(
    checks.filter(({ number = "", path }) => !PROMISES.get(number)?.includes(path)),
    [],
  );
  assertEquals(checks.length > 20, true);
});

Deno.test("parsePromises() reads numbers and files", () => {
  const document = "- **1** One. Proof:\n  `tests/a_test.ts`, `tests/b.ts`.\n- **16b** Two.\n";

  assertEquals([...parsePromises(document)], [["1", ["tests/a_test.ts", "tests/b.ts"]], [
    "16b",
    [],
  ]]);
});

Deno.test("citedPromises() finds each way to cite one", () => {
  const text = "(guarantees 8, 16b and 3; seed 20489026) guarantee16c run.fail(9, `x`) " +
    "run.fail(16, `b: open`) Guarantee 28: it. guaranteed 40 times";

  assertEquals(citedPromises(text), ["8", "16b", "3", "28", "16c", "9"]);
});

Deno.test("citedPaths() takes what is a path from the root, and no other", () => {
  const text = "`tests/a_test.ts`, lib/machine/, docs/*.md, ./lib/no.ts, my/lib/no.ts, bench/x.ts.";

  assertEquals(citedPaths(text), ["tests/a_test.ts", "lib/machine/", "bench/x.ts"]);
});

Deno.test("citedDocuments() takes names, and leaves the web alone", () => {
  const text = "`docs/a.md`, ../README.md and <https://x.org/doc/b.md>.";

  assertEquals(citedDocuments(text), ["a.md", "README.md"]);
});

Deno.test("headings() makes the anchors of GitHub, and none of a comment in code", () => {
  const document = "# One, two: `three`\n\n```sh\n# no heading\n```\n\n## What is _not_?\n";

  assertEquals(headings(document), ["one-two-three", "what-is-_not_"]);
});

Deno.test("links() resolves what is relative, and leaves the web alone", () => {
  assertEquals(links("docs/a.md", "[b](b.md#c) [r](../README.md) [w](https://x.org/y) [t](#top)"), [
    ["docs/b.md", "c"],
    ["README.md", ""],
    ["docs/a.md", "top"],
  ]);
});
