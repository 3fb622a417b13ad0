import { assertEquals, assertThrows } from "@std/assert";
import type { Report, Row } from "../bench/fleet/report.ts";
import type { BenchFile, Result } from "../bench/results.ts";
import { contentsOf, DOCUMENTS } from "../bench/tables.ts";
import { budgetTable, comparisonTable, partTable } from "../bench/tables/bench.ts";
import { eventTable } from "../bench/tables/fleet.ts";
import { fillTables, paragraph, table } from "../bench/tables/markdown.ts";

const ROOT = new URL("../", import.meta.url);

for (const path of DOCUMENTS) {
  Deno.test(`contentsOf() gives the tables of ${path}, from the results beside it`, async () => {
    const read = (name: string): Promise<string> => Deno.readTextFile(new URL(name, ROOT));
    const bench: BenchFile = JSON.parse(await read("bench/results/bench.json"));
    const fleet: Report = JSON.parse(await read("bench/results/fleet.json"));
    const document = await read(path);

    assertEquals(
      document,
      fillTables(document, contentsOf(bench, fleet)),
      `${path} is not what its results say: run deno task bench:charts`,
    );
  });
}

const START = "<!-- table: heap (deno task bench:charts) -->";
const END = "<!-- /table -->";
const CONTENTS = new Map([["heap", "| new |"], ["send", "| other |"]]);

Deno.test("fillTables() replaces what is between the markers, and nothing else", () => {
  const document = ["before", START, "| old |", END, "after", ""].join("\n");

  assertEquals(
    fillTables(document, CONTENTS),
    ["before", START, "", "| new |", "", END, "after", ""].join("\n"),
  );
});

Deno.test("fillTables() changes nothing the second time", () => {
  const once = fillTables(`${START}\n${END}\n\n${START}\n${END}\n`, CONTENTS);

  assertEquals(fillTables(once, CONTENTS), once);
});

for (
  const marker of [
    "<!-- table: heat (deno task bench:charts) -->",
    "<!-- table: heap -->",
    "  <!-- table: heap (deno task bench:charts) -->",
    "<!--table: heap (deno task bench:charts)-->",
    END,
  ]
) {
  Deno.test(`fillTables() refuses '${marker}' as the start of a table`, () => {
    assertThrows(
      () => fillTables(`${marker}\n${END}\n`, CONTENTS),
      Error,
      `Cannot fill a table as its marker must name one of heap, send: current value is ${marker}`,
    );
  });
}

for (const [rest, what] of [["", "nothing"], [`${START}\n${END}`, "another"]] as const) {
  Deno.test(`fillTables() refuses a table that has ${what} where its end should be`, () => {
    assertThrows(
      () => fillTables(`${START}\n| old |\n${rest}`, CONTENTS),
      Error,
      "Cannot fill the table 'heap' as it must end with <!-- /table -->",
    );
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

Deno.test("paragraph() breaks lines after at most 100 characters", () => {
  const [half, more] = ["x".repeat(49), "y".repeat(51)];

  assertEquals(paragraph(`${half} ${half}y ${half} ${more}`), `${half} ${half}y\n${half}\n${more}`);
});

const LINE = { row: "heap", runtime: "node", unit: "x naive", min: 1, max: 3 } as const;

function bench(...rows: Result[]): BenchFile {
  const again = {
    size: { deno: { date: "2026-11-03T01:00:00Z", version: "2.9.7" } },
    heap: { node: { date: "2026-11-04T01:00:00Z", version: "24.22.0" } },
  };
  const runtimes = { deno: "2.9.6", node: "24.21.0" };
  return { meta: { date: "2026-11-02T01:00:00Z", runtimes, versions: {}, seed: 1, again }, rows };
}

Deno.test("budgetTable() has a line for each budget, and says what was measured later", () => {
  const ours = { ...LINE, runtime: "deno", contestant: "holdfast" } as const;
  const size = { ...ours, row: "size of all exports", ratio: 1, min: 1, max: 1 };

  assertEquals(
    budgetTable(bench(
      { ...size, unit: "x rews", budget: "<= 1.5", met: true },
      { ...ours, ratio: 2.5, budget: "<= 2.25", met: false },
      { ...ours, row: "send", ratio: 2.5 },
      // What could not be measured, as JSON has it.
      JSON.parse(`{ "row": "queue", "ratio": null, "min": null, "max": null, "unit": "s",
        "runtime": "deno", "contestant": "holdfast", "budget": "<= 12", "met": false }`),
    )),
    `\
| what                     | median (min..max) | unit    | budget  |        |
| ------------------------ | ----------------- | ------- | ------- | ------ |
| size of all exports      | 1                 | x rews  | <= 1.5  | met    |
| heap of an open instance | 2.50 (1..3)       | x naive | <= 2.25 | MISSED |
| queue                    | -                 | s       | <= 12   | MISSED |

1 met, 2 missed. Deno 2.9.6, 2026-11-02; \`size\` again on Deno 2.9.7, 2026-11-03.`,
  );
});

Deno.test("comparisonTable() has the ratios of one runtime, and '-' for those who have none", () => {
  assertEquals(
    comparisonTable(
      bench(
        { ...LINE, contestant: "naive", ratio: 1 },
        { ...LINE, contestant: "holdfast", ratio: 2 },
        { ...LINE, contestant: "holdfast", ratio: 0.5, unit: "x rews", budget: "<= 1", met: true },
        { ...LINE, contestant: "sockette", ratio: 1.25 },
        { ...LINE, contestant: "holdfast", ratio: 5, runtime: "deno" },
        { ...LINE, contestant: "holdfast", ratio: 6, unit: "B each" },
      ),
      "node",
    ),
    `\
| median                   | unit    | holdfast | rews | partysocket | reconnecting-websocket | websocket-ts | sockette |
| ------------------------ | ------- | -------- | ---- | ----------- | ---------------------- | ------------ | -------- |
| heap of an open instance | x naive | 2        | -    | -           | -                      | -            | 1.25     |

Node 24.21.0, 2026-11-02; \`heap\` again on Node 24.22.0, 2026-11-04.`,
  );
});

Deno.test("comparisonTable() says where a runtime is missing", () => {
  const file = bench({ ...LINE, contestant: "holdfast", ratio: 2 });

  assertEquals(comparisonTable(file, "bun"), "Not measured in this run.");
});

Deno.test("partTable() has the heaviest module first, and the whole bundle last", () => {
  const ours = { ...LINE, runtime: "any", contestant: "holdfast" } as const;
  const part = (name: string, minified: number, gzip: number): Result[] => [
    { ...ours, row: `size by part ${name}`, unit: "B minified", ratio: minified },
    { ...ours, row: `size by part ${name}`, unit: "B gzip share", ratio: gzip },
  ];
  const whole = { ...ours, row: "size of all exports" };

  assertEquals(
    partTable(bench(
      { ...whole, unit: "B minified", ratio: 1_700 },
      { ...whole, unit: "B gzip", ratio: 900 },
      { ...whole, contestant: "rews", unit: "B gzip", ratio: 1 },
      ...part("lib/a.ts", 1_000, 200),
      ...part("lib/b.ts", 700, 300),
    )),
    `\
| bytes of         | minified | gzip -9 is less without it by |
| ---------------- | -------- | ----------------------------- |
| \`lib/b.ts\`       | 700      | 300                           |
| \`lib/a.ts\`       | 1,000    | 200                           |
| the whole bundle | 1,700    | 900                           |`,
  );
});

Deno.test("eventTable() leaves out what has no bound, and policies that were not simulated", () => {
  const row = (scenario: string, policy: string, p99ToBound: number): Row =>
    ({ group: "pacing", scenario, policy, p99ToBound }) as Row;
  const rows = [
    row("rolling restart of 20 servers", "windowed (default)", 0.1),
    row("all woken", "windowed (default)", 1.265),
    row("all woken", "full jitter", 12.34),
    row("60 s outage, cap 2 s", "windowed", 1),
  ];

  assertEquals(
    eventTable({ seed: 1, clients: 100, boundS: 50, rows }),
    `\
| p99 / bound | series goes on | new series (shipped) | full jitter |
| ----------- | -------------- | -------------------- | ----------- |
| all woken   | -              | 1.26                 | 12.3        |`,
  );
});
