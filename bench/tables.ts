/**
 * Renews the tables of the documents from the files that the benches wrote. `charts.ts` calls it.
 *
 * @module
 */

import type { Report } from "./fleet/report.ts";
import type { BenchFile } from "./results.ts";
import { budgetTable, comparisonTable, partTable, sizeTable } from "./tables/bench.ts";
import { designTable } from "./tables/designs.ts";
import { capacityTable, equalLoadTable, eventTable, outageTable } from "./tables/fleet.ts";
import { type Contents, fillTables } from "./tables/markdown.ts";
import { measuredTable } from "./tables/measured.ts";

/** The documents that have tables. */
export const DOCUMENTS: readonly string[] = ["README.md", "bench/README.md", "bench/fleet.md"];

const ROOT = new URL("../", import.meta.url);

/** Every table, by the name in its marker. */
export function contentsOf(bench: BenchFile, fleet: Report): Contents {
  return new Map([
    ["measured", measuredTable(bench, fleet)],
    ["budgets", budgetTable(bench)],
    ["deno", comparisonTable(bench, "deno")],
    ["node", comparisonTable(bench, "node")],
    ["bun", comparisonTable(bench, "bun")],
    ["designs", designTable(bench)],
    ["sizes", sizeTable(bench)],
    ["parts", partTable(bench)],
    ["outages", outageTable(fleet)],
    ["equal-load", equalLoadTable(fleet)],
    ["events", eventTable(fleet)],
    ["capacities", capacityTable(fleet)],
  ]);
}

/** Writes the documents; tells the path of each. */
export async function writeTables(
  bench: BenchFile,
  fleet: Report,
  progress: (path: string) => void,
): Promise<void> {
  const contents = contentsOf(bench, fleet);
  for (const path of DOCUMENTS) {
    const url = new URL(path, ROOT);
    await Deno.writeTextFile(url, fillTables(await Deno.readTextFile(url), contents));
    progress(path);
  }
}
