/** The plan of the house is that of the house: files, state, options and quirks are where it says. */

import { assertEquals } from "@std/assert";
import { readTree } from "./documents.ts";

const tree = await readTree();
const plan = tree.get("lib/README.md") ?? "";
const sources = [...tree].filter(([path]) => path.startsWith("lib/") && path.endsWith(".ts"));
/** Where a client is made; the other rooms are described in words. */
const rooms = sources.filter(([path]) =>
  /^lib\/((client|connection|features)\/)?\w+\.ts$/.test(path)
);

/** The names that a text has in backticks, without their folders and calls. */
function namesIn(text: string): Set<string> {
  const quoted = [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  return new Set(quoted.flatMap((name) => [name, name.split("/").at(-1) ?? ""]));
}

/** The fields of classes that can be assigned, and the variables of a module. */
function mutableIn(source: string): string[] {
  const classes = source.matchAll(/^(?:export )?(?:abstract )?class [^]*?^}/gm);
  const fields = [...classes].flatMap(([text]) =>
    [...text.matchAll(
      /^ {2}(?!readonly |static |declare )(#?\w+)(?:: [^;\n]+)?(?: = [^;\n]*)?;$/gm,
    )]
      .map(([, name = ""]) => name)
  );
  const variables = [...source.matchAll(/^(?:export )?let (\w+)/gm)].map(([, name = ""]) => name);
  return [...fields, ...variables];
}

/** A part of the plan. */
function section(title: string): string {
  return plan.split(/^## /m).find((part) => part.startsWith(title)) ?? "";
}

Deno.test("lib/README.md names every file of lib/", () => {
  const named = namesIn(section("The rooms"));

  assertEquals(
    sources.map(([path]) => path.slice("lib/".length))
      .filter((path) => !named.has(path) && !named.has(path.split("/").at(-1) ?? "")),
    [],
  );
});

Deno.test("lib/README.md has every field and variable that changes", () => {
  const named = namesIn(section("State"));
  const missing = rooms.flatMap(([path, source]) =>
    mutableIn(source).filter((name) => !named.has(name)).map((name) => `${path}: ${name}`)
  );

  assertEquals(missing, []);
});

Deno.test("lib/README.md names every file with a quirk", () => {
  const named = namesIn(section("Quirks"));
  const quirky = sources.filter(([path, source]) =>
    source.includes("QUIRK(") && !path.startsWith("lib/testing/")
  );

  assertEquals(
    quirky.map(([path]) => path.slice("lib/".length)).filter((path) => !named.has(path)),
    [],
  );
});

Deno.test("lib/README.md has the file of every option", () => {
  const options = [...section("An option").matchAll(/^\| (?!option|-)([^|]+)\| ([^|]+)\|$/gm)];
  const wrong = options.flatMap(([, left = "", right = ""]) => {
    const [, path = ""] = /`([\w/]+\.ts)`/.exec(right) ?? [];
    const source = tree.get(`lib/${path}`) ?? "";
    return [...left.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name)
      .filter((name) => !new RegExp(`\\b${name}\\b`).test(source)).map((name) =>
        `${path}: ${name}`
      );
  });

  assertEquals([options.length > 8, wrong], [true, []]);
});

Deno.test("mutableIn() takes what can be assigned, and nothing else", () => {
  const source = `let count = 0;
export class A {
  readonly kept = 1;
  #open = false;
  late: string | undefined;
  #ends: readonly (() => void)[] = [];
  go(): void {
    return;
  }
}
`;

  assertEquals(mutableIn(source), ["#open", "late", "#ends", "count"]);
});
