import { assertEquals } from "@std/assert";
import { type Figures, formatTable, resultsOf, summarize } from "../bench/results.ts";
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
