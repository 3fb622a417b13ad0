/** What documents repeat of the code is what the code says. */

import { assert, assertEquals } from "@std/assert";
import { differences } from "../compatibility/differences.ts";
import { platforms } from "../platforms/runtimes/react_native.ts";
import { runners } from "../platforms/runtimes/runners.ts";
import { cases } from "../platforms/runtimes/suite.mjs";
import { readTree } from "./documents.ts";
import {
  namesOf,
  type Option,
  optionsOf,
  readReference,
  type Reference,
  tableOf,
  textsOf,
} from "./reference.ts";

const reference = await readReference();
const tree = await readTree();
const document = (name: string): string => tree.get(`docs/${name}`) ?? "";
const bare = (cell = ""): string => cell.replaceAll("`", "");

/** `deno doc` ends a default at its first closing brace: what is in an object is not compared. */
function withoutObject(text: string): string {
  return text.split("({")[0] ?? "";
}

/** A documented default, as the table of the options writes it. */
function shown({ default: value }: Option): string {
  if (value === null) return "none";
  const [first = ""] = withoutObject(value).split(" because ");
  return /^[\d_]+$/.test(first) ? Number(first.replaceAll("_", "")).toLocaleString("en") : first;
}

Deno.test("docs/options.md has each option with its default, and no other", () => {
  assertEquals(
    tableOf(document("options.md")).map(([name, value]) => [bare(name), withoutObject(bare(value))])
      .sort(),
    optionsOf(reference).map((option) => [option.name, shown(option)]).sort(),
  );
});

Deno.test("docs/close_codes.md has the table of the code", () => {
  const [source = ""] = [...tree]
    .filter(([path, text]) => path.startsWith("lib/") && text.includes(" * | code "))
    .map(([, text]) => text.replaceAll(/^ \* /gm, ""));

  assertEquals(tableOf(document("close_codes.md")), tableOf(source));
});

Deno.test("docs/events.md has each event, with what it carries beside the standard fields", () => {
  const carried = (type: string): string[] => {
    const name = { message: "", statechange: "StateChange" }[type] ??
      type.charAt(0).toUpperCase() + type.slice(1);
    return name ? namesOf(reference, `Reconnecting${name}Event`).sort() : [];
  };

  assertEquals(
    tableOf(document("events.md")).map(([type = "", , fields = ""]) => [
      bare(type),
      // The first text in quotes of "`error`, with a `code`" is the field.
      fields.split(/[,;]/).filter((part) => !part.includes("with a"))
        .map((part) => bare(part.trim())).filter(Boolean).sort(),
    ]).sort(),
    namesOf(reference, "ReconnectingWebSocketEventMap").map((type) => [type, carried(type)]).sort(),
  );
});

Deno.test("docs/events.md has each code of an error", () => {
  assertEquals(
    tableOf(document("events.md"), "## Errors").map(([code]) => bare(code)),
    textsOf(reference, "ReconnectingWebSocketErrorCode"),
  );
});

Deno.test("docs/libraries.md has each difference from the platform's class, and why", () => {
  const { deno = {}, chromium = {} } = differences;
  const reasons = (filter: (name: string) => boolean): string[][] =>
    Object.entries({ ...deno, ...chromium }).filter(([name]) => filter(name))
      .map(([name, { why }]) => [name, why]);
  const isShared = (name: string): boolean =>
    name in deno && name in chromium && deno[name]?.why === chromium[name]?.why;
  const text = document("libraries.md");
  const plain = (rows: string[][]): string[][] => rows.map((row) => row.map(bare).sort()).sort();

  assertEquals(
    plain(tableOf(text, "### On every platform")),
    plain(reasons(isShared)),
  );
  for (const [title, own] of [["Deno", deno], ["Chromium", chromium]] as const) {
    assertEquals(
      plain(tableOf(text, `### Beside ${title}'s`)),
      plain(
        Object.entries(own).filter(([name]) => !isShared(name)).map(([name, { why }]) => [
          name,
          why,
        ]),
      ),
    );
  }
});

Deno.test("docs/runtimes.md says how many cases there are, and how many a platform makes impossible", () => {
  const lacks = {
    ...Object.fromEntries(Object.entries(runners).map(([name, it]) => [name, it.notPossible])),
    ...platforms,
  };
  const impossible = Object.entries(lacks).filter(([name]) =>
    // Hermes plays schedules, and the row of React Native is one for each of its platforms.
    name !== "hermes" && name !== "react-native"
    // What only the core lacks is below the table.
  ).map(([, cases]) => Object.keys(cases).filter((name) => !name.endsWith("]")).length);

  assertEquals(
    tableOf(document("runtimes.md")).map(([, , cell = ""]) => parseInt(cell)),
    impossible,
  );
  for (const path of ["docs/runtimes.md", "README.md"]) {
    const [, count] = /suite of (\d+) cases/.exec(tree.get(path) ?? "") ?? [];
    assertEquals(count, `${cases.length}`, path);
  }
});

const OPTIONS: Reference = new Map([
  ["ReconnectingWebSocketOptions", [{
    kind: "interface",
    def: {
      properties: [
        { name: "queue", tsType: { kind: "union", value: [ref("QueueOptions"), ref("never")] } },
        { name: "policy", tsType: ref("BackoffOptions", [ref("x")]) },
      ],
      extends: [ref("Base")],
    },
  }]],
  ["QueueOptions", [{
    kind: "interface",
    def: { properties: [{ name: "max", jsDoc: { tags: [{ kind: "default", value: "1_024" }] } }] },
  }]],
  ["Base", [{ kind: "interface", def: { properties: [{ name: "inherited" }] } }]],
]);

function ref(typeName: string, typeParams: unknown[] = []): { kind: string; value: unknown } {
  return { kind: "typeRef", value: { typeName, typeParams } };
}

Deno.test("optionsOf() opens bags of options and follows what is inherited", () => {
  assertEquals(optionsOf(OPTIONS), [
    { name: "queue.max", default: "1_024" },
    { name: "policy", default: null },
    { name: "inherited", default: null },
  ]);
});

Deno.test("readReference() finds what is exported", () => {
  assert(reference.has("ReconnectingWebSocket") && reference.has("Backoff"));
});

Deno.test("tableOf() reads the first table after a heading", () => {
  const text = "| a |\n| - |\n| 1 |\n\n## B\n\n| b | c |\n| - | - |\n| 2 | 3 |\n| 4 |  |\n";

  assertEquals([tableOf(text), tableOf(text, "## B")], [[["1"]], [["2", "3"], ["4", ""]]]);
});
