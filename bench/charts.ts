/**
 * Draws the charts, and renews the tables of the documents, from the files that the benches wrote.
 *
 * ```sh
 * deno run -A bench/charts.ts
 * ```
 *
 * Reads `bench/results/fleet.json` and `bench/results/bench.json`; writes SVG files, and the table of
 * the benches as text, beside them. Vega runs without a browser. The tables: `tables.ts`.
 *
 * @module
 */

import * as vega from "npm:vega@^6.4.0";
import * as vegaLite from "npm:vega-lite@^6.5.0";
import { attemptsChart } from "./charts/attempts.ts";
import { ratiosChart } from "./charts/ratios.ts";
import { recoveryChart } from "./charts/recovery.ts";
import { DARK_STYLE, type Spec } from "./charts/style.ts";
import { type BenchFile, formatTable } from "./results.ts";
import { writeTables } from "./tables.ts";
import { measured } from "./tables/bench.ts";

const RESULTS = new URL("./results/", import.meta.url);

if (import.meta.main) await main();

async function main(): Promise<void> {
  narrowText();
  const fleet = await read("fleet.json");
  const bench = await read("bench.json");
  await draw("attempts.svg", attemptsChart(fleet));
  await draw("recovery.svg", recoveryChart(fleet));
  await draw("bench.svg", ratiosChart(bench));
  await Deno.writeTextFile(new URL("bench.txt", RESULTS), `${describe(bench)}\n`);
  await writeTables(bench, fleet, (path) => console.error(path));
}

/** The whole run as a table, under where and when it was measured. */
function describe({ meta, rows }: BenchFile): string {
  const versions = Object.entries({ ...meta.runtimes, ...meta.versions });
  const title = versions.map(([name, version]) => `${name} ${version}`).join(", ");
  return `${measured(meta, rows)}\n${title}\n\n${formatTable(rows)}`;
}

/** Without a canvas Vega takes text for wider than any font has it, and draws the charts wider. */
function narrowText(): void {
  // Exported, but missing from Vega's types.
  const { textMetrics } = vega as unknown as {
    textMetrics: { width: (item: { fontSize?: number }, text: unknown) => number };
  };
  textMetrics.width = ({ fontSize = 11 }, text) => 0.6 * fontSize * String(text ?? "").length;
}

// deno-lint-ignore no-explicit-any -- each file has its own form, which its writer sees to
async function read(name: string): Promise<any> {
  return JSON.parse(await Deno.readTextFile(new URL(name, RESULTS)));
}

async function draw(name: string, spec: Spec): Promise<void> {
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
  const svg = await view.toSVG();
  await Deno.writeTextFile(new URL(name, RESULTS), `${svg.replace(">", `>${DARK_STYLE}`)}\n`);
  console.error(`bench/results/${name}`);
}
