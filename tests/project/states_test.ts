import { assertEquals, assertThrows } from "@std/assert";
import { parseTable } from "../machine/core_table.ts";
import { diagram, fillDiagram, readTable } from "./states.ts";

const document = await Deno.readTextFile(new URL("../../docs/states.md", import.meta.url));
const table = await readTable();

Deno.test("docs/states.md has the diagram of the table: deno run -A tests/project/states.ts", () => {
  assertEquals(document, fillDiagram(document, table));
});

Deno.test("docs/states.md explains each phase and each input, and no other", () => {
  const explained = [...document.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  const inputs = [...table.values()].flatMap((row) => [...row.keys()]);

  assertEquals(explained.sort(), [...table.keys(), ...new Set(inputs)].sort());
});

const SMALL = [
  "| phase | begin | stop     |",
  "| ----- | ----- | -------- |",
  "| idle  | busy  |          |",
  "| busy  | =     | done     |",
  "| busier | busy | busy/done |",
  "| done  |       |          |",
].map((line) => ` * ${line}`).join("\n");

Deno.test("diagram() draws an arrow for each pair of phases, from the first to those without a way out", () => {
  assertEquals(
    diagram(parseTable(SMALL)),
    `\`\`\`mermaid
stateDiagram-v2
  [*] --> idle
  idle --> busy: begin
  busy --> done: stop
  busier --> busy: begin, stop
  busier --> done: stop
  done --> [*]
\`\`\``,
  );
});

Deno.test("fillDiagram() refuses a document without its markers", () => {
  assertThrows(() => fillDiagram("# States\n", table), Error, "its markers are missing");
});
