/**
 * Draws the charts of the README from the files that the benches wrote.
 *
 * ```sh
 * deno run -A bench/charts.ts
 * ```
 *
 * Reads `bench/results/fleet.json` and, where it is there, `bench/results/bench.json`; writes SVG
 * files, and the table of the benches as text, beside them. Vega runs without a browser.
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

const RESULTS = new URL("./results/", import.meta.url);

if (import.meta.main) await main();

async function main(): Promise<void> {
  narrowText();
  const fleet = await read("fleet.json");
  if (fleet === null) throw new Error("Cannot draw as there is no fleet.json: run bench/fleet.ts");
  await draw("attempts.svg", attemptsChart(fleet));
  await draw("recovery.svg", recoveryChart(fleet));
  const bench = await read("bench.json");
  if (bench === null) return console.error("no bench.json yet: bench.svg is not drawn");
  await draw("bench.svg", ratiosChart(bench));
  await Deno.writeTextFile(new URL("bench.txt", RESULTS), `${describe(bench)}\n`);
}

/** The whole run as a table, under where and when it was measured. */
function describe({ meta, rows }: BenchFile): string {
  const versions = Object.entries({ ...meta.runtimes, ...meta.versions });
  const title = versions.map(([name, version]) => `${name} ${version}`).join(", ");
  return `${meta.date}: ${title}\n\n${formatTable(rows)}`;
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
  try {
    return JSON.parse(await Deno.readTextFile(new URL(name, RESULTS)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function draw(name: string, spec: Spec): Promise<void> {
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
  const svg = await view.toSVG();
  await Deno.writeTextFile(new URL(name, RESULTS), `${svg.replace(">", `>${DARK_STYLE}`)}\n`);
  console.error(`bench/results/${name}`);
}
