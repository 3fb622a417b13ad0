import { assertEquals } from "@std/assert";
import { check, format, hasCode, parseLcov } from "./check_coverage.ts";

const LCOV = `SF:/home/me/project/lib/core.ts
FN:1,f
FNDA:2,f
FNF:1
FNH:1
BRDA:2,1,0,1
BRDA:2,1,1,0
BRF:20
BRH:19
DA:1,2
LH:50
LF:50
end_of_record
SF:/home/me/project/lib/shell.ts
FNF:0
FNH:0
BRF:0
BRH:0
LH:49
LF:50
end_of_record
SF:/home/me/project/tests/core_test.ts
BRF:100
BRH:0
LH:0
LF:100
end_of_record
SF:/elsewhere/dependency.ts
LH:0
LF:9
end_of_record
`;
const ROOT = "/home/me/project/";
const COVERED = parseLcov(LCOV, ROOT);

function complaints(expected: readonly string[], whole: readonly string[] = []): unknown {
  const rows = check(COVERED, expected, whole).filter(({ complaint }) => complaint);
  return Object.fromEntries(rows.map(({ file, complaint }) => [file, complaint]));
}

Deno.test("parseLcov() reads lines and branches of the files below the root", () => {
  assertEquals([...COVERED], [
    ["lib/core.ts", { lines: { hit: 50, found: 50 }, branches: { hit: 19, found: 20 } }],
    ["lib/shell.ts", { lines: { hit: 49, found: 50 }, branches: { hit: 0, found: 0 } }],
    ["tests/core_test.ts", { lines: { hit: 0, found: 100 }, branches: { hit: 0, found: 100 } }],
  ]);
});

Deno.test("check() adds up the files of lib/ and nothing else", () => {
  assertEquals(check(COVERED, ["lib/core.ts", "lib/shell.ts"], []).at(-1), {
    file: "lib, overall",
    lines: { hit: 99, found: 100 },
    branches: { hit: 19, found: 20 },
    complaint: null,
  });
});

Deno.test("check() complains about a branch missed where none may be", () => {
  const both = ["lib/core.ts", "lib/shell.ts"];
  assertEquals(complaints(both), {});
  assertEquals(complaints(both, ["lib/shell.ts"]), {});
  assertEquals(complaints(both, both), { "lib/core.ts": "must be 100 % of branches" });
});

Deno.test("check() complains about a file that no test imports", () => {
  assertEquals(complaints(["lib/core.ts", "lib/new.ts"]), { "lib/new.ts": "no test imports it" });
});

Deno.test("check() complains about a threshold for a file that was renamed", () => {
  assertEquals(complaints(["lib/core.ts"], ["lib/old.ts"]), { "lib/old.ts": "does not exist" });
});

Deno.test("check() complains below 95 % overall, of lines as of branches", () => {
  const of = (lines: number, branches: number): unknown => {
    const coverage = {
      lines: { hit: lines, found: 1_000 },
      branches: { hit: branches, found: 1_000 },
    };
    return check(new Map([["lib/a.ts", coverage]]), ["lib/a.ts"], []).at(-1)?.complaint;
  };
  const low = "must be 95 % of lines and of branches";
  assertEquals([of(950, 950), of(949, 1_000), of(1_000, 949)], [null, low, low]);
});

Deno.test("hasCode() tells modules that run from modules of types", () => {
  const run = ["const a = 1;", "export class A {}", "export async function f() {}", "let a;"];
  const rest = ["export interface A {}", "export type A = 1;", '/** const */\nimport "./a.ts";'];
  assertEquals([run.every(hasCode), rest.some(hasCode)], [true, false]);
});

Deno.test("format() aligns the numbers and tells the complaint", () => {
  const [core, shell] = check(COVERED, ["lib/core.ts", "lib/shell.ts"], ["lib/core.ts"]);
  assertEquals([core, shell].map((row) => row && format(row)), [
    "lib/core.ts                          lines 100.0 %  branches  95.0 %" +
    "  FAILED: must be 100 % of branches",
    "lib/shell.ts                         lines  98.0 %  branches 100.0 %",
  ]);
});
