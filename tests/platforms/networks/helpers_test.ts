import { assertEquals } from "@std/assert";
import { parseLine, type Seen } from "./actors.ts";
import { balanceOf } from "./balance.ts";

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
