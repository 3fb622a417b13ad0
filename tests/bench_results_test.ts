import { assertEquals, assertThrows } from "@std/assert";
import {
  type BenchFile,
  type Figures,
  formatTable,
  replaceRow,
  type Result,
  resultsOf,
  summarize,
} from "../bench/results.ts";
import type { Row } from "../bench/rows.ts";

const LINE = { row: "receive", runtime: "deno", contestant: "holdfast", unit: "x fake" } as const;

const ROW: Row = {
  name: "receive",
  runtimes: ["deno"],
  contestants: ["bare", "holdfast", "rews"],
  rounds: 3,
  metrics: {
    ns: {
      unit: "x fake",
      against: "bare",
      budgets: [{ atMost: 2.1 }, { atMost: 0.85, against: "rews" }],
    },
  },
};

/** Three rounds, of which the second ran on a host half as quick. */
const FIGURES: Figures = new Map([
  ["bare", [{ ns: 100 }, { ns: 200 }, { ns: 100 }]],
  ["holdfast", [{ ns: 150 }, { ns: 300 }, { ns: 180 }]],
  ["rews", [{ ns: 200 }, { ns: 400 }, { ns: 200 }]],
]);

Deno.test("resultsOf() divides within a round, so that a slow round changes nothing", () => {
  const [, ours] = resultsOf(ROW, "deno", FIGURES);

  assertEquals(ours, { ...LINE, ratio: 1.5, min: 1.5, max: 1.8, budget: "<= 2.1", met: true });
});

Deno.test("resultsOf() judges a budget against another contestant in a line of its own", () => {
  const last = resultsOf(ROW, "deno", FIGURES).at(-1);

  assertEquals(last, {
    ...LINE,
    unit: "x rews",
    ratio: 0.75,
    min: 0.75,
    max: 0.9,
    budget: "<= 0.85",
    met: true,
  });
});

Deno.test("resultsOf() judges no budget on other runtimes", () => {
  const results = resultsOf(ROW, "bun", FIGURES);

  assertEquals(results.map(({ contestant, met }) => [contestant, met]), [
    ["bare", undefined],
    ["holdfast", undefined],
    ["rews", undefined],
  ]);
});

Deno.test("resultsOf() leaves out a contestant that gave no figure", () => {
  const figures: Figures = new Map([["bare", [{ ns: 100 }]], ["holdfast", []]]);

  assertEquals(
    resultsOf({ ...ROW, metrics: { ns: { unit: "x fake", against: "bare" } } }, "deno", figures)
      .map(({ contestant }) => contestant),
    ["bare"],
  );
});

Deno.test("summarize() takes the mean of the two in the middle of an even number", () => {
  assertEquals(summarize(LINE, [4, 1, 3, 2]), { ...LINE, ratio: 2.5, min: 1, max: 4 });
});

for (
  const [budget, ratio, met] of [
    [{ atMost: 2 }, 2, true],
    [{ atMost: 2 }, 2.001, false],
    [{ atMost: 0 }, 0, true],
    [{ atLeast: 0.75 }, 0.75, true],
    [{ atLeast: 0.75 }, 0.749, false],
  ] as const
) {
  Deno.test(`summarize() finds ${ratio} ${met ? "within" : "beyond"} ${JSON.stringify(budget)}`, () => {
    assertEquals(summarize(LINE, [ratio], budget).met, met);
  });
}

Deno.test("resultsOf() finds budgets missed that could not be measured", () => {
  const figures: Figures = new Map([["bare", [{ ns: 100 }]], ["holdfast", []], ["rews", []]]);

  assertEquals(resultsOf(ROW, "deno", figures).map(({ unit, met }) => [unit, met]), [
    ["x fake", undefined],
    ["x fake", false],
    ["x rews", false],
  ]);
});

Deno.test("formatTable() aligns its columns and says what was missed", () => {
  const results = [
    summarize(LINE, [1.5, 1.25, 2]),
    summarize({ ...LINE, unit: "B" }, [12_345.6], { atMost: 700 }),
  ];

  assertEquals(
    formatTable(results),
    [
      "row      runtime  contestant  median  min..max      unit    budget",
      "receive  deno     holdfast    1.50    1.25..2       x fake",
      "receive  deno     holdfast    12346   12346..12346  B       <= 700  MISSED",
    ].join("\n"),
  );
});

function file(day: number, rows: readonly Result[]): BenchFile {
  const date = `2026-11-0${day}`;
  return {
    meta: { date, runtimes: { deno: "2.9.6" }, versions: { rews: "4.1.0" }, seed: 1 },
    rows,
  };
}

Deno.test("replaceRow() puts the later lines of a row in their place, and says when they are from", () => {
  const [open, openUs, openTcp, heap] = ["open", "open openUs", "openTcp", "heap"].map((row) =>
    summarize({ ...LINE, row }, [1])
  ) as [Result, Result, Result, Result];
  const later = { ...openUs, ratio: 2 };

  assertEquals(
    replaceRow(file(1, [openTcp, open, openUs, heap]), "open", file(2, [later])),
    {
      meta: {
        ...file(1, []).meta,
        again: { open: { deno: { date: "2026-11-02", version: "2.9.6" } } },
      },
      rows: [openTcp, later, heap],
    },
  );
});

Deno.test("replaceRow() keeps the lines of a runtime that the later run had not", () => {
  const [onNode, onDeno] = (["node", "deno"] as const).map((runtime) =>
    summarize({ ...LINE, runtime }, [1])
  ) as [Result, Result];
  const later = { ...onDeno, ratio: 2 };
  const { meta, rows } = file(1, [onNode, onDeno]);
  const node = { date: "2026-10-01", version: "24.0.0" };

  assertEquals(
    replaceRow(
      { meta: { ...meta, again: { receive: { node } } }, rows },
      "receive",
      file(2, [later]),
    ),
    {
      meta: {
        ...meta,
        again: { receive: { node, deno: { date: "2026-11-02", version: "2.9.6" } } },
      },
      rows: [onNode, later],
    },
  );
});

Deno.test("replaceRow() adds a row that was not there", () => {
  const [old, later] = [summarize(LINE, [1]), summarize({ ...LINE, row: "heap" }, [1])];

  assertEquals(replaceRow(file(1, [old]), "heap", file(2, [later])).rows, [old, later]);
});

Deno.test("replaceRow() refuses figures of other peers", () => {
  const { meta, rows } = file(2, []);
  const later = { meta: { ...meta, versions: { rews: "4.2.0" } }, rows };

  assertThrows(
    () => replaceRow(file(1, []), "receive", later),
    Error,
    `Cannot replace a row as both runs must have the same peers: current value is {"rews":"4.1.0"}`,
  );
});
