/**
 * The tables of `bench.json`.
 *
 * @module
 */

import { type BenchFile, formatNumber, isOf, type Origin, type Result } from "../results.ts";
import { CLIENTS, type Runtime } from "../rows.ts";
import { paragraph, table } from "./markdown.ts";

/** Rows that are named otherwise for people. */
const TITLES: Readonly<Record<string, string>> = {
  receive: "message in, one event class in use",
  receiveAmongOthers: "message in, several in use",
  receiveText: "64 B text in over TCP, rate (more is better)",
  receiveBinary: "16 KiB binary in over TCP, rate (more is better)",
  allocation: "allocated for a message in",
  send: "`send()` to a fake",
  sendText: "`send()` over TCP",
  "queue growth": "queue and flush 1 M messages",
  "queue largeMs": "queue and flush 1 M messages",
  "bufferedAmount growth": "`bufferedAmount`, 100 k queued",
  "open constructUs": "constructor",
  "open openUs": "constructor to open",
  openTcp: "constructor to open over TCP",
  heap: "heap of an open instance",
  failures: "failed attempt",
  failuresTcp: "failed attempt over TCP",
};
const RUNTIMES: Readonly<Record<Runtime, string>> = { deno: "Deno", node: "Node", bun: "Bun" };
const CONTESTANTS: readonly string[] = CLIENTS;

/** Our figure and the limit, for each budget. */
export function budgetTable({ meta, rows }: BenchFile): string {
  const judged = rows.filter(({ budget }) => budget !== undefined);
  const met = judged.filter((line) => line.met).length;
  const lines = judged.map((line) => [
    title(line.row),
    line.min === line.max ? number(line.ratio) : `${number(line.ratio)} (${spread(line)})`,
    line.unit,
    line.budget ?? "",
    line.met ? "met" : "MISSED",
  ]);
  return [
    table(["what", "median (min..max)", "unit", "budget", ""], lines),
    paragraph(`${met} met, ${judged.length - met} missed. ${measured(meta, judged)}.`),
  ].join("\n\n");
}

/** The medians of all who reconnect, for each ratio on a runtime. */
export function comparisonTable({ meta, rows }: BenchFile, runtime: Runtime): string {
  const ratios = rows.filter((line) =>
    line.runtime === runtime && line.unit.startsWith("x ") && CONTESTANTS.includes(line.contestant)
  );
  // What only we have is a budget, and told there.
  const compared = ratios.filter(({ row, unit, contestant }) =>
    contestant !== "holdfast" ||
    ratios.some((peer) => peer.row === row && peer.unit === unit && peer.contestant !== contestant)
  );
  const lines = groups(compared).map(([{ row, unit }, group]) => [
    title(row),
    unit,
    ...CONTESTANTS.map((name) => number(group.find((line) => line.contestant === name)?.ratio)),
  ]);
  if (lines.length === 0) return "Not measured in this run.";
  return [
    table(["median", "unit", ...CONTESTANTS], lines),
    paragraph(`${measured(meta, compared, runtime)}.`),
  ].join("\n\n");
}

/** What each entry point weighs. */
export function sizeTable({ rows }: BenchFile): string {
  const lines = groups(rows.filter(({ row }) => row.startsWith("size of ")), "contestant")
    .map(([{ row, contestant }, group]) => [
      row.replace("size of ", "").replace(/^\.\/.*/, "`$&`"),
      contestant,
      ...["B minified", "B gzip", "B brotli"].map((unit) => bytes(group, unit)),
    ]);
  return table(["bytes of", "package", "minified", "gzip -9", "brotli"], lines);
}

/** What each of our modules weighs in the bundle, the heaviest first. */
export function partTable({ rows }: BenchFile): string {
  const whole = rows.filter(({ row, contestant }) =>
    row === "size of all exports" && contestant === "holdfast"
  );
  const share = (group: readonly Result[]): number => find(group, "B gzip share")?.ratio ?? 0;
  const lines = groups(rows.filter(({ row }) => row.startsWith("size by part ")), "contestant")
    .toSorted(([, a], [, b]) => share(b) - share(a))
    .map(([{ row }, group]) => [
      `\`${row.replace("size by part ", "")}\``,
      bytes(group, "B minified"),
      bytes(group, "B gzip share"),
    ]);
  const last = ["the whole bundle", bytes(whole, "B minified"), bytes(whole, "B gzip")];
  return table(["bytes of", "minified", "gzip -9 is less without it by"], [...lines, last]);
}

/** Where and when the lines shown were measured. */
export function measured(
  { date, runtimes, again = {} }: BenchFile["meta"],
  shown: readonly Result[],
  runtime: Runtime = "deno",
): string {
  const at = ({ date, version }: Origin): string =>
    `${RUNTIMES[runtime]} ${version}, ${date.slice(0, 10)}`;
  const later = Map.groupBy(
    Object.entries(again).flatMap(([name, { [runtime]: origin }]) =>
      origin && shown.some((line) => isOf(line, name)) ? [[`\`${name}\``, at(origin)] as const] : []
    ),
    ([, origin]) => origin,
  );
  const groups = [...later].map(([origin, rows]) =>
    `${rows.map(([name]) => name).join(", ")} again on ${origin}`
  );
  return [at({ date, version: runtimes[runtime] ?? "" }), ...groups].join("; ");
}

/** A figure, or what stands for none. */
export function number(value: number | null | undefined): string {
  return typeof value === "number" ? formatNumber(value) : "-";
}

/** Lines that belong together, in the order of the first of each. */
function groups(
  lines: readonly Result[],
  by: "unit" | "contestant" = "unit",
): (readonly [first: Result, group: readonly Result[]])[] {
  const firsts = lines.filter((line, i) =>
    lines.findIndex((one) => one.row === line.row && one[by] === line[by]) === i
  );
  return firsts.map((first) => [
    first,
    lines.filter((line) => line.row === first.row && line[by] === first[by]),
  ]);
}

function title(row: string): string {
  return TITLES[row] ?? row;
}

function spread({ min, max }: Result): string {
  return `${number(min)}..${number(max)}`;
}

function find(group: readonly Result[], unit: string): Result | undefined {
  return group.find((line) => line.unit === unit);
}

function bytes(group: readonly Result[], unit: string): string {
  return find(group, unit)?.ratio.toLocaleString("en") ?? "-";
}
