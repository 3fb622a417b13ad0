import { assertEquals } from "@std/assert";
import { parseLine, type Seen } from "./actors.ts";
import { balanceOf } from "./balance.ts";
import { formatRow, formatSum, isFailure, type Outcome, seconds } from "./report.ts";

const outcome = (type: Outcome["type"]): Outcome => ({ type, details: "why" });
const all = (["pass", "fail", "not-here", "missing"] as const).map(outcome);

Deno.test("formatRow() tells apart what failed and what the machine lacks", () => {
  assertEquals(all.map((it) => formatRow("name", it, false)), [
    "PASS name  why",
    "FAIL name  why",
    "NOT HERE name  (why)",
    "NOT HERE name  (why)",
  ]);
});

Deno.test("formatRow() calls a missing package a failure where all should be installed", () => {
  assertEquals(all.map((it) => formatRow("name", it, true)), [
    "PASS name  why",
    "FAIL name  why",
    "NOT HERE name  (why)",
    "FAIL name  why",
  ]);
});

Deno.test("formatSum() counts each outcome once", () => {
  assertEquals(formatSum(all, false), "1 passed, 1 failed, 2 not possible here");
  assertEquals(formatSum(all, true), "1 passed, 2 failed, 1 not possible here");
});

Deno.test("isFailure() never blames the client for what the machine does not permit", () => {
  assertEquals(all.map((it) => isFailure(it, true)), [false, true, false, true]);
});

Deno.test("seconds() rounds to tenths", () => {
  assertEquals([0, 49, 50, 1_449].map(seconds), ["0.0 s", "0.0 s", "0.1 s", "1.4 s"]);
});

Deno.test("parseLine() ignores other output and lines that a kill cut off", () => {
  const seen = { atMs: 1, type: "open" };
  assertEquals([JSON.stringify(seen), "Listening", "", '{"atMs":1,"ty'].map(parseLine), [
    seen,
    null,
    null,
    null,
  ]);
});

const line = (type: string, rest: Partial<Seen> = {}): Seen => ({ atMs: 0, type, ...rest });
const lines = (type: string, numbers: readonly number[], rest: Partial<Seen>): Seen[] =>
  numbers.map((number) => line(type, { ...rest, data: `${number}` }));

const client: readonly Seen[] = [
  ...lines("sent", [1, 2, 3, 4, 5], {}),
  ...lines("handed", [1, 2], { socket: 0 }),
  ...lines("handed", [3, 4], { socket: 2 }),
  line("closed", { undelivered: ["5"] }),
];
/** Another client has the connections 1 and 0; each life of the server counts from 0. */
const lives = (last: readonly number[]): readonly (readonly Seen[])[] => [
  [
    line("open", { connection: 0, path: "/a" }),
    line("open", { connection: 1, path: "/b" }),
    ...lines("message", [1, 2], { connection: 0 }),
    ...lines("message", [1, 2, 3], { connection: 1 }),
  ],
  [
    line("open", { connection: 0, path: "/b" }),
    line("open", { connection: 1, path: "/a" }),
    ...lines("message", [4], { connection: 0 }),
    ...lines("message", last, { connection: 1 }),
  ],
];

Deno.test("balanceOf() finds every message of one client", () => {
  assertEquals(balanceOf("/a", client, lives([3])), {
    sent: 5,
    delivered: 3,
    lost: 1,
    givenBack: 1,
    duplicates: [],
    strays: [],
    disorderly: 0,
  });
});

Deno.test("balanceOf() finds a message that was read twice, and one that overtook another", () => {
  const { duplicates, disorderly, lost } = balanceOf("/a", client, lives([2, 4]));
  assertEquals({ duplicates, disorderly, lost }, { duplicates: [2], disorderly: 1, lost: 1 });
});
