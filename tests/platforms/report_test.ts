import { assertEquals } from "@std/assert";
import { formatRow, formatTally, seconds, tally } from "./report.ts";
import type { Outcome } from "./rows.ts";

const passed: Outcome = { results: [{ name: "a", ok: true }], details: "1.2.3" };
const failed: Outcome = {
  results: [{ name: "a", ok: true }, { name: "b", ok: false, error: "no" }],
  details: "",
};
const impossible: Outcome = {
  results: ["a", "b"].map((name) => ({ name, ok: true, notPossible: "no root" })),
  details: "",
};
/** It was said to be impossible, and passes: that is a failure. */
const outdated: Outcome = {
  results: [{ name: "a", ok: false, error: "passes", notPossible: "no root" }],
  details: "",
};

Deno.test("formatRow() tells apart what failed and what the machine lacks", () => {
  assertEquals([passed, failed, impossible, outdated].map((it) => formatRow("row", it, 1_449)), [
    "PASS row  1 passed, 0 failed, 0 not possible here [1.2.3, 1.4 s]",
    "FAIL row  1 passed, 1 failed, 0 not possible here [1.4 s]\n  failed: b\n    no",
    "NOT HERE row  0 passed, 0 failed, 2 not possible here (no root) [1.4 s]",
    "FAIL row  0 passed, 1 failed, 0 not possible here [1.4 s]\n  failed: a\n    passes",
  ]);
});

Deno.test("tally() counts each case of each row once", () => {
  const counts = tally([passed, failed, impossible, outdated]);
  assertEquals(counts, { passed: 2, failed: 2, impossible: 2 });
  assertEquals(formatTally(counts), "2 passed, 2 failed, 2 not possible here");
});

Deno.test("seconds() rounds to tenths", () => {
  assertEquals([0, 49, 50, 1_449].map(seconds), ["0.0 s", "0.0 s", "0.1 s", "1.4 s"]);
});
