/**
 * The state diagram of `docs/states.md`, drawn from the table in the documentation of
 * `lib/machine/transition.ts`. After a change of the table, this writes the document anew:
 *
 *     deno run -A tests/project/states.ts
 *
 * @module
 */

import { parseTable, type Table } from "../machine/core_table.ts";

const DOCUMENT = new URL("../../docs/states.md", import.meta.url);
const SOURCE = new URL("../../lib/machine/transition.ts", import.meta.url);
const BLOCK = /(<!-- generated: .* -->\n)[^]*?(\n<!-- \/generated -->)/;

/** The table as it is. */
export async function readTable(): Promise<Table> {
  return parseTable(await Deno.readTextFile(SOURCE));
}

/** A mermaid diagram: an arrow for each pair of phases, with the inputs that lead from one to the other. */
export function diagram(table: Table): string {
  const arrows = new Map<string, string[]>();
  for (const [phase, row] of table) {
    for (const [input, outcomes] of row) {
      for (const after of outcomes) {
        if (after === "=") continue;
        const arrow = `${phase} --> ${after}`;
        arrows.set(arrow, [...arrows.get(arrow) ?? [], input]);
      }
    }
  }
  const [first = ""] = table.keys();
  const ends = [...table].filter(([, row]) => [...row.values()].every((cell) => cell.length === 0));
  return [
    "```mermaid",
    "stateDiagram-v2",
    `  [*] --> ${first}`,
    ...[...arrows].map(([arrow, inputs]) => `  ${arrow}: ${inputs.join(", ")}`),
    ...ends.map(([phase]) => `  ${phase} --> [*]`),
    "```",
  ].join("\n");
}

/** The document with its diagram renewed. */
export function fillDiagram(document: string, table: Table): string {
  if (!BLOCK.test(document)) throw new Error("Cannot fill the diagram as its markers are missing");
  return document.replace(BLOCK, (_, start, end) => `${start}\n${diagram(table)}\n${end}`);
}

if (import.meta.main) {
  const document = await Deno.readTextFile(DOCUMENT);
  await Deno.writeTextFile(DOCUMENT, fillDiagram(document, await readTable()));
}
