import { assertEquals, assertThrows } from "@std/assert";
import { attemptsChart } from "../../bench/chart.ts";
import type { Report, Row } from "../../bench/fleet/report.ts";
import {
  budgetTable,
  comparisonTables,
  fillReadme,
  fleetTables,
  measuredTable,
  page,
  table,
} from "../../bench/page.ts";
import type { BenchFile, Line } from "../../bench/results.ts";

const read = (path: string): Promise<string> =>
  Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
const bench: BenchFile = JSON.parse(await read("bench/results/bench.json"));
const fleet: Report = JSON.parse(await read("bench/results/fleet.json"));
const STALE = "is not what the results say: run deno task bench:page";

Deno.test("page() is bench/results/README.md", async () => {
  const path = "bench/results/README.md";

  assertEquals(await read(path), page(bench, fleet), `${path} ${STALE}`);
});

Deno.test("attemptsChart() is bench/results/attempts.svg", async () => {
  const path = "bench/results/attempts.svg";

  assertEquals(await read(path), attemptsChart(fleet), `${path} ${STALE}`);
});

Deno.test("fillReadme() changes nothing in README.md", async () => {
  const readme = await read("README.md");

  assertEquals(readme, fillReadme(readme, measuredTable(bench, fleet)), `README.md ${STALE}`);
});

const START = "<!-- measured: deno task bench:page -->";
const END = "<!-- /measured -->";

Deno.test("fillReadme() replaces what is between the markers, and nothing else", () => {
  const document = ["before", START, "", "| old $& |", "", END, "after"].join("\n");

  assertEquals(
    fillReadme(document, "| $& |"),
    ["before", START, "", "| $& |", "", END, "after"].join("\n"),
  );
});

for (const document of [`${START}\n\n| old |\n`, `| old |\n\n${END}`, `${END}\n\n|\n\n${START}`]) {
  Deno.test(`fillReadme() refuses ${JSON.stringify(document)}`, () => {
    assertThrows(() => fillReadme(document, ""), Error, "its two markers are missing");
  });
}

Deno.test("table() aligns its columns as deno fmt does", () => {
  assertEquals(
    table(["a", "", "long header"], [["1", "second", "3"], ["-"]]),
    [
      "| a   |        | long header |",
      "| --- | ------ | ----------- |",
      "| 1   | second | 3           |",
      "| -   |        |             |",
    ].join("\n"),
  );
});

Deno.test("budgetTable() shows what is met, missed and not measured", () => {
  const heap = { row: "heap", unit: "x naive", atMost: 2.25 };

  assertEquals(
    budgetTable([
      { ...heap, spread: [2.5, 1, 3], met: false },
      { ...heap, row: "size", unit: "B gzip", spread: [700, 700, 700], met: true },
      { row: "receiveText", unit: "x raw rate", atLeast: 0.75, met: false },
    ]),
    `\
| row         | figure      | unit       | budget  |        |
| ----------- | ----------- | ---------- | ------- | ------ |
| heap        | 2.50 (1..3) | x naive    | <= 2.25 | MISSED |
| size        | 700         | B gzip     | <= 2.25 | met    |
| receiveText | -           | x raw rate | >= 0.75 | MISSED |`,
  );
});

Deno.test("comparisonTables() has a table for each runtime, and '-' for who has no figure", () => {
  const heap: Line = {
    ...{ row: "heap", unit: "x naive", runtime: "node", measured: "node 24" },
    figures: { naive: [1, 1, 1], holdfast: [2.5, 1, 1_234.5] },
  };

  assertEquals(
    comparisonTables([
      heap,
      { ...heap, row: "openTcp", figures: { sockette: [123.45, 0.125, 200] } },
      { ...heap, runtime: "deno", measured: "deno 2", figures: { holdfast: [2, 2, 2] } },
      { ...heap, row: "designs" },
    ]),
    `\
## Deno

| row  | unit    | holdfast | measured |
| ---- | ------- | -------- | -------- |
| heap | x naive | 2        | deno 2   |

## Node

| row     | unit    | naive | holdfast       | sockette          | measured |
| ------- | ------- | ----- | -------------- | ----------------- | -------- |
| heap    | x naive | 1     | 2.50 (1..1235) | -                 | node 24  |
| openTcp | x naive | -     | -              | 123.5 (0.13..200) | node 24  |`,
  );
});

Deno.test("fleetTables() has a table for each group", () => {
  const row: Row = {
    ...{ group: "outages", scenario: "5 s outage", policy: "none", runs: 2 },
    ...{ attemptsPerClient: 5.18, attemptsWhileDown: 2.25, mostAttempts: 7 },
    ...{ peakWhileDown: 1, peakAfterRecovery: 0.0123, meanS: 26.89, p50S: 25, p99S: 1234.5 },
    ...{ maxS: 99.94, p99ToBound: 1.166, p99ToBoundMin: 1.145, p99ToBoundMax: 1.186 },
  };

  assertEquals(
    fleetTables([row, { ...row, group: "hints", p99ToBoundMin: 2, p99ToBoundMax: 2 }])
      .replaceAll(/ {2,}/g, " ").replaceAll(/-{3,}/g, "-"),
    `\
### outages

| scenario | policy | attempts | while down | most | peak second while down | after it | wait: mean | p99 | max | p99 / bound |
| - | - | - | - | - | - | - | - | - | - | - |
| 5 s outage | none | 5.2 | 2.3 | 7 | 100.0 % | 1.2 % | 26.9 s | 1235 s | 99.9 s | 1.17 (1.15..1.19) |

### hints

| scenario | policy | attempts | while down | most | peak second while down | after it | wait: mean | p99 | max | p99 / bound |
| - | - | - | - | - | - | - | - | - | - | - |
| 5 s outage | none | 5.2 | 2.3 | 7 | 100.0 % | 1.2 % | 26.9 s | 1235 s | 99.9 s | 1.17 |`,
  );
});

Deno.test("attemptsChart() steps where the attempts change, and cuts them at all clients", () => {
  const rows = [{ policy: "gRPC", perSecond: [0, 0, 200, 25] } as unknown as Row];
  const chart = attemptsChart({ seed: 1, clients: 100, boundS: 50, rows });

  assertEquals(
    /class="area ours" d="([^"]*)"/.exec(chart)?.[1],
    "M0 84H0.0V84.0H2.2V0.0H3.3V42.0H4.4V84Z",
  );
});
