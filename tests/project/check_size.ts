/**
 * Bundles what users import and compares its compressed size with the budget, so that growth is a
 * decision. `bench/rows.ts` has the budgets, `bench/README.md` argues them.
 */

import { judge, type Line, spreadOf } from "../../bench/results.ts";
import { BUDGETS } from "../../bench/rows.ts";
import { GATED, measureSize } from "../../bench/size.ts";

const lines: Line[] = [];
for (const [row, programs] of Object.entries(GATED)) {
  const { gzip } = await measureSize(row, programs["holdfast"] ?? "");
  const figures = { holdfast: spreadOf([gzip]) };
  lines.push({ row, unit: "B gzip", runtime: "any", measured: "now", figures });
}

const gated = BUDGETS.filter(({ unit }) => unit === "B gzip");
const verdicts = judge(gated, lines);
for (const { row, atMost, spread, met } of verdicts) {
  const verdict = met ? "ok" : "TOO BIG";
  console.log(`${row.padEnd(26)} ${spread?.[0]} of ${atMost} bytes gzip  ${verdict}`);
}
if (verdicts.some(({ met }) => !met)) Deno.exit(1);
