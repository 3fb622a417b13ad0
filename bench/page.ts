/**
 * Writes what is shown of the results, from the files that the benches wrote: the page
 * `results/README.md` whole, the chart beside it, and the one table of the project's README.
 *
 * ```sh
 * deno run -A bench/page.ts
 * ```
 */

import { attemptsChart } from "./chart.ts";
import type { Report, Row } from "./fleet/report.ts";
import { type BenchFile, judge, type Line, type Spread, type Verdict } from "./results.ts";
import { BUDGETS, type Runtime } from "./rows.ts";

const RUNTIMES: Readonly<Record<Runtime | "any", string>> = {
  any: "Sizes, and a fleet",
  deno: "Deno",
  node: "Node",
  bun: "Bun",
};

/** The whole page. */
export function page({ versions, rows }: BenchFile, fleet: Report): string {
  const { clients, seed, boundS } = fleet;
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `# Results

Written by \`deno task bench:page\`, whole, from \`bench.json\` and \`fleet.json\` beside it: change
those. A figure is the median of all rounds, with the least and the greatest in brackets; a unit that
starts with "x" is a ratio within a round. What the rows are is in \`../README.md\`.

Peers: ${peers.join(", ")}.

## Budgets

${budgetTable(judge(BUDGETS, rows))}

${comparisonTables(rows)}

## Ways to deliver a message

${designTable(rows)}

## Modules of \`.\`

${moduleTable(rows)}

## Fleets

${clients.toLocaleString("en")} clients, seed ${seed}, server of ${
    (clients / boundS).toLocaleString("en")
  } connections a second where the row names no other; \`../fleet.md\` explains the model. Means over the
runs of a row; "most" is the client that made the most attempts.

![Attempts in each second of a 60 s outage and of the four minutes after it](attempts.svg)

${fleetTables(fleet.rows)}
`;
}

/** Our figure and the limit, for each budget. */
export function budgetTable(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ row, unit, atMost, atLeast, spread, met }) => [
    row,
    cell(spread),
    unit,
    atMost === undefined ? `>= ${atLeast}` : `<= ${atMost}`,
    met ? "met" : "MISSED",
  ]);
  return table(["row", "figure", "unit", "budget", ""], lines);
}

/** All contestants side by side, in a table for each runtime. */
export function comparisonTables(rows: readonly Line[]): string {
  return Object.entries(RUNTIMES).flatMap(([runtime, title]) => {
    const lines = rows.filter((line) => line.runtime === runtime && !isSpecial(line));
    if (lines.length === 0) return [];
    const names = [...new Set(lines.flatMap(({ figures }) => Object.keys(figures)))];
    const cells = lines.map(({ row, unit, figures, measured }) => [
      row,
      unit,
      ...names.map((name) => cell(figures[name])),
      measured,
    ]);
    return [`## ${title}\n\n${table(["row", "unit", ...names, "measured"], cells)}`];
  }).join("\n\n");
}

/** Lines that have a table of their own. */
function isSpecial({ row }: Line): boolean {
  return row.startsWith("designs") || row === "size by module";
}

function designTable(rows: readonly Line[]): string {
  const lines = rows.filter(({ row }) => row.startsWith("designs"));
  const header = lines.map(({ row, runtime }) =>
    `${RUNTIMES[runtime]}${row === "designs" ? "" : ", among others"}`
  );
  const names = [...new Set(lines.flatMap(({ figures }) => Object.keys(figures)))];
  const cells = names.map((name) => [name, ...lines.map(({ figures }) => cell(figures[name]))]);
  const measured = ["measured", ...lines.map((line) => line.measured)];
  return table(["x fake", ...header], [...cells, measured]);
}

function moduleTable(rows: readonly Line[]): string {
  const modules = rows.find(({ row }) => row === "size by module")?.figures ?? {};
  const lines = Object.entries(modules).toSorted(([, [a]], [, [b]]) => b - a);
  return table(["module", "bytes minified"], lines.map(([name, bytes]) => [name, cell(bytes)]));
}

const FLEET_COLUMNS: Readonly<Record<string, (row: Row) => string>> = {
  scenario: ({ scenario }) => scenario,
  policy: ({ policy }) => policy,
  attempts: ({ attemptsPerClient }) => attemptsPerClient.toFixed(1),
  "while down": ({ attemptsWhileDown }) => attemptsWhileDown.toFixed(1),
  most: ({ mostAttempts }) => `${mostAttempts}`,
  "peak second while down": ({ peakWhileDown }) => percent(peakWhileDown),
  "after it": ({ peakAfterRecovery }) => percent(peakAfterRecovery),
  "wait: mean": ({ meanS }) => seconds(meanS),
  p99: ({ p99S }) => seconds(p99S),
  max: ({ maxS }) => seconds(maxS),
  "p99 / bound": ({ p99ToBound, p99ToBoundMin, p99ToBoundMax }) =>
    cell([p99ToBound, p99ToBoundMin, p99ToBoundMax]),
};

/** What became of fleets, in a table for each group of scenarios. */
export function fleetTables(rows: readonly Row[]): string {
  const groups = Map.groupBy(rows, ({ group }) => group);
  return [...groups].map(([group, inGroup]) => {
    const cells = inGroup.map((row) => Object.values(FLEET_COLUMNS).map((of) => of(row)));
    return `### ${group}\n\n${table(Object.keys(FLEET_COLUMNS), cells)}`;
  }).join("\n\n");
}

/** The peers of the README's table: their names in the benches, and on npm. */
const COMPARED = [
  ["rews", "@nktkas/rews"],
  ["partysocket", "partysocket"],
  ["reconnecting-websocket", "reconnecting-websocket"],
] as const;
/** The README's rows: what is measured, and how it is said there. */
const MEASURED = [
  ["size of all exports", "B gzip", "minified, gzip"],
  ["receiveAmongOthers", "x fake", "message in, by the bare dispatch"],
  ["receiveText", "x raw rate", "64 B text in over loopback, by the bare rate (more is better)"],
  ["sendText", "x raw", "`send()` over loopback, by the bare socket"],
  ["heap", "x naive", "heap of an open instance, by a naive loop's"],
] as const;

/** The figures that people look for first, ours beside the peers'. */
export function measuredTable({ versions, rows }: BenchFile, { rows: fleet }: Report): string {
  const names = ["holdfast", ...COMPARED.map(([name]) => name)];
  const published = COMPARED.map(([, name]) => `${name} ${versions[name]}`);
  const measured = MEASURED.map(([row, unit, title]) => {
    const line = rows.find((one) =>
      one.row === row && one.unit === unit && ["deno", "any"].includes(one.runtime)
    );
    const figures = names.map((name) => line?.figures[name]?.[0]);
    const shown = figures.map((value) => unit === "B gzip" ? kilobytes(value) : number(value));
    return [title, ...shown];
  });
  const simulated = (title: string, measure: "attemptsPerClient" | "p99ToBound"): string[] => {
    const of = (policy: string): number | undefined =>
      fleet.find((row) => row.scenario === "10 min outage" && row.policy === policy)?.[measure];
    return [title, ...["windowed (default)", ...published].map((policy) => number(of(policy)))];
  };
  return table(["measured", "this", ...published], [
    ...measured,
    simulated("attempts a client in a 10 min outage", "attemptsPerClient"),
    simulated("p99 wait after it, by the least possible", "p99ToBound"),
  ]);
}

const PLACE = /(<!-- measured: deno task bench:page -->\n\n)[^]*?(\n\n<!-- \/measured -->)/;

/** The README with its table renewed. */
export function fillReadme(readme: string, content: string): string {
  if (!PLACE.test(readme)) throw new Error("Cannot fill the table as its two markers are missing");
  return readme.replace(PLACE, (_, start, end) => `${start}${content}${end}`);
}

/** A table with aligned columns, as `deno fmt` writes it. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(3, title.length, ...rows.map((cells) => cells[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(header), rule, ...rows.map(line)].join("\n");
}

function cell(spread: Spread | undefined): string {
  if (spread === undefined) return "-";
  const [median, min, max] = spread;
  return min === max ? number(median) : `${number(median)} (${number(min)}..${number(max)})`;
}

/** Three digits or so, and none after the point where there are none. */
function number(value: number | undefined): string {
  if (value === undefined) return "-";
  const digits = Number.isInteger(value) || value >= 1_000 ? 0 : value >= 100 ? 1 : 2;
  return value.toFixed(digits);
}

function kilobytes(bytes: number | undefined): string {
  return bytes === undefined ? "-" : `${(bytes / 1_000).toFixed(1)} kB`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function seconds(value: number): string {
  return `${value.toFixed(value < 100 ? 1 : 0)} s`;
}

if (import.meta.main) {
  const results = new URL("./results/", import.meta.url);
  const readme = new URL("../README.md", import.meta.url);
  const read = async (name: string): Promise<string> =>
    await Deno.readTextFile(new URL(name, results));
  const bench: BenchFile = JSON.parse(await read("bench.json"));
  const fleet: Report = JSON.parse(await read("fleet.json"));
  await Deno.writeTextFile(new URL("README.md", results), page(bench, fleet));
  await Deno.writeTextFile(new URL("attempts.svg", results), attemptsChart(fleet));
  const filled = fillReadme(await Deno.readTextFile(readme), measuredTable(bench, fleet));
  await Deno.writeTextFile(readme, filled);
}
