import { assertEquals, assertThrows } from "@std/assert";
import {
  type BenchFile,
  isOf,
  judge,
  type Line,
  linesOf,
  merge,
  type Rounds,
  rowPerLine,
  type Spread,
  spreadOf,
} from "../../bench/results.ts";
import { BUDGETS, type Row, ROWS } from "../../bench/rows.ts";

const ROW: Row = {
  name: "receive",
  runtimes: ["deno"],
  contestants: ["bare", "holdfast", "rews"],
  rounds: 3,
  metrics: [["ns", "x fake", "bare"], ["ns", "x rews", "rews"]],
};
const MEASURED = "deno 2.9.6, 2026-11-01";

/** Three rounds, of which the second ran on a host half as quick. */
const ROUNDS: Rounds = new Map([
  ["bare", [{ ns: 100 }, { ns: 200 }, { ns: 100 }]],
  ["holdfast", [{ ns: 150 }, { ns: 300 }, { ns: 180 }]],
  ["rews", [{ ns: 200 }, { ns: 400 }, { ns: 200 }]],
]);

Deno.test("linesOf() divides within a round, so that a slow round changes nothing", () => {
  const line = { row: "receive", runtime: "deno", measured: MEASURED } as const;

  assertEquals(linesOf(ROW, "deno", MEASURED, ROUNDS), [
    {
      ...line,
      unit: "x fake",
      figures: { bare: [1, 1, 1], holdfast: [1.5, 1.5, 1.8], rews: [2, 2, 2] },
    },
    {
      ...line,
      unit: "x rews",
      figures: { bare: [0.5, 0.5, 0.5], holdfast: [0.75, 0.75, 0.9], rews: [1, 1, 1] },
    },
  ]);
});

Deno.test("linesOf() names the figure where a measurement has several", () => {
  const row: Row = { ...ROW, metrics: [["seconds", "s"], ["attempts", "dials each"]] };
  const rounds: Rounds = new Map([["naive", [{ seconds: 3, attempts: 1 }]]]);

  assertEquals(linesOf(row, "deno", MEASURED, rounds).map(({ row, figures }) => [row, figures]), [
    ["receive seconds", { naive: [3, 3, 3] }],
    ["receive attempts", { naive: [1, 1, 1] }],
  ]);
});

Deno.test("linesOf() leaves out who gave no figure, and rounds without a baseline", () => {
  const rounds: Rounds = new Map([
    ["bare", [{ ns: 100 }]],
    ["holdfast", [{ ns: 150 }, { ns: 900 }]],
    ["rews", []],
  ]);
  const [line] = linesOf(ROW, "deno", MEASURED, rounds);

  assertEquals(line?.figures, { bare: [1, 1, 1], holdfast: [1.5, 1.5, 1.5] });
});

Deno.test("spreadOf() takes the mean of the two in the middle of an even number", () => {
  assertEquals(spreadOf([4, 1, 3, 2]), [2.5, 1, 4]);
});

function line(different: Partial<Line> = {}): Line {
  return {
    ...{ row: "receive", unit: "x fake", runtime: "deno", measured: MEASURED },
    figures: { holdfast: [2, 1, 3] },
    ...different,
  };
}

for (
  const [limit, median, met] of [
    [{ atMost: 2 }, 2, true],
    [{ atMost: 2 }, 2.001, false],
    [{ atMost: 0 }, 0, true],
    [{ atLeast: 0.75 }, 0.75, true],
    [{ atLeast: 0.75 }, 0.749, false],
  ] as const
) {
  Deno.test(`judge() finds ${median} ${met ? "within" : "beyond"} ${JSON.stringify(limit)}`, () => {
    const spread: Spread = [median, 0, 9];
    const budget = { row: "receive", unit: "x fake", ...limit };

    assertEquals(judge([budget], [line({ figures: { holdfast: spread } })]), [
      { ...budget, spread, met },
    ]);
  });
}

const BUDGET = { row: "receive", unit: "x fake", atMost: 5 };

for (
  const [what, different] of [
    ["another row", { row: "receiveText" }],
    ["another unit", { unit: "x rews" }],
    ["another runtime", { runtime: "bun" }],
    ["other contestants", { figures: { rews: [1, 1, 1] } }],
  ] as const
) {
  Deno.test(`judge() finds a budget missed for which there are only figures of ${what}`, () => {
    assertEquals(judge([BUDGET], [line(different)]), [{ ...BUDGET, met: false }]);
  });
}

Deno.test("judge() takes what was measured on no runtime", () => {
  assertEquals(judge([BUDGET], [line({ runtime: "any" })])[0]?.met, true);
});

Deno.test("BUDGETS are all of rows that are measured", () => {
  const names = ["size", "fleet", ...ROWS.map(({ name }) => name)];

  assertEquals(BUDGETS.filter((budget) => !names.some((name) => isOf(budget, name))), []);
});

Deno.test("isOf() distinguishes a row from one whose name is longer", () => {
  assertEquals(
    ["open", "open us", "openTcp"].map((row) => isOf({ row }, "open")),
    [true, true, false],
  );
});

function file(...rows: readonly Line[]): BenchFile {
  return { versions: { rews: "4.1.0" }, rows };
}

Deno.test("merge() puts later lines in the place of those they replace, and new ones last", () => {
  const [onNode, onDeno] = [line({ runtime: "node" }), line()];
  const later = line({ measured: "deno 2.9.7, 2026-11-02", figures: { holdfast: [9, 9, 9] } });
  const added = line({ row: "heap" });

  assertEquals(merge(file(onDeno, onNode), file(added, later)), file(later, onNode, added));
});

Deno.test("merge() takes figures of a peer that is new, and refuses those of other versions", () => {
  const later = { versions: { rews: "4.1.0", sockette: "2.0.6" }, rows: [] };

  assertEquals(merge(file(line()), later), { ...later, rows: [line()] });
  assertThrows(
    () => merge(file(), { versions: { rews: "4.2.0" }, rows: [] }),
    Error,
    "Cannot add to figures of rews 4.1.0 as both runs must have the same peers: " +
      "current value is 4.2.0",
  );
});

Deno.test("rowPerLine() writes JSON that is read as it was, but for digits that nobody needs", () => {
  const rows = [line({ figures: { holdfast: [10_345, 1.23456789, 0.000123456789] } }), line()];
  const text = rowPerLine({ versions: {} }, rows);

  assertEquals(text.split("\n").length, 5);
  assertEquals(JSON.parse(text), {
    versions: {},
    rows: [line({ figures: { holdfast: [10_345, 1.23457, 0.000123457] } }), line()],
  });
});
