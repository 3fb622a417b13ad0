import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ReconnectingWebSocket, type TraceRecord } from "@holdfast/websocket";
import { fakeWorld } from "@holdfast/websocket/testing";
import fc from "fast-check";
import { Misuse } from "../../../lib/cli/flags.ts";
import { parseTrace, toTest } from "../../../lib/cli/replay.ts";
import { start } from "./host.ts";

/** A client that is refused, gets in, is dropped and ends. */
async function record(): Promise<readonly TraceRecord[]> {
  const { clock, network, sources } = fakeWorld({ seed: 1 });
  const records: TraceRecord[] = [];
  const trace = (record: TraceRecord): void => void records.push(record);
  const ws = new ReconnectingWebSocket("wss://example.com/feed", { sources, trace });
  network.connections[0]?.refuse();
  clock.tick(2_000);
  network.connections[1]?.accept();
  network.connections[1]?.drop();
  ws.close();
  await ws.closed;
  return records;
}

const RECORDS = await record();
const LINES = RECORDS.map((record) => `${JSON.stringify(record)}\n`);

/** Replays a file of this text. */
async function replayed(text: string, ...flags: readonly string[]): Promise<{
  readonly code: number;
  readonly output: string;
  readonly errors: string;
  readonly files: ReadonlyMap<string, string>;
}> {
  const session = start(["replay", "t.jsonl", ...flags], {}, new Map([["t.jsonl", text]]));
  const code = await session.code;
  return { code, output: session.output(), errors: session.errors(), files: session.files };
}

Deno.test("replay shows a trace as a story, with times, connections and attempts", async () => {
  const { code, output } = await replayed(LINES.join(""));
  const lines = output.trimEnd().split("\n").map((line) => line.trim().replace(/ +/g, " "));
  assertEquals([code, lines.at(-1)], [
    0,
    `${RECORDS.length} decisions, and each would be the same today`,
  ]);
  assertEquals(lines.slice(0, 4).map((line) => line.replace(/^[1-2]\.\d{3} s/, "T")), [
    "0.000 s attempt 0 connecting to wss://example.com/feed",
    "0.000 s attempt 1 waiting 1.5 s after connect-failed (1006)",
    "T attempt 1 connecting to wss://example.com/feed",
    "T connection 1, attempt 1 open",
  ]);
});

Deno.test("replay reads one JSON array, too, and leaves out a last line that is torn", async () => {
  assertEquals((await replayed(JSON.stringify(RECORDS, null, 1))).code, 0);
  const torn = await replayed(LINES.join("").slice(0, -9));
  assertEquals(torn.code, 0);
  assertMatch(torn.output, /\nthe last line is not whole, and was left out\n/);
});

Deno.test("replay ends with 1 where the client would decide otherwise", async () => {
  const changed = LINES.join("").replace('"attempt":1', '"attempt":7');
  const { code, output } = await replayed(changed);
  assertEquals(code, 1);
  assertMatch(output, /\ndecided otherwise today: Cannot replay the trace as record \d/);
});

Deno.test("replay refuses what is no trace with exit code 2", async () => {
  for (
    const [text, line] of [["", 0], ["{}\n", 1], [`${LINES[0]}nonsense\n${LINES[1]}`, 2], [
      "[1]",
      1,
    ]]
  ) {
    const { code, errors } = await replayed(`${text}`);
    assertEquals([code, errors], [
      2,
      `Cannot replay as each line must be a record of a trace: line ${line} is not\n` +
      "holdfast --help shows how\n",
    ]);
  }
  const absent = start(["replay", "absent"]);
  assertEquals(await absent.code, 2);
  assertEquals(
    absent.errors(),
    "Cannot replay as the file must be readable: no such file\nholdfast --help shows how\n",
  );
});

Deno.test("parseTrace() refuses any text that is no trace by one class of error", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    assertThrows(() => parseTrace(text), Misuse);
  }));
});

Deno.test("replay shows what it does not know, and lets no record drive the terminal", async () => {
  const odd = { ...RECORDS[0], input: { type: "resolved", url: "\u001b[2J" } };
  const unknown = { ...RECORDS[0], input: { type: "\u001b[2J" }, after: {} };
  const { code, output } = await replayed(
    [LINES[0], JSON.stringify(odd), JSON.stringify(unknown)].join("\n"),
  );
  assertEquals([code, output.includes("\u001b")], [1, false]);
});

Deno.test("replay --emit-test=FILE writes a file, and says so", async () => {
  const { code, output, files } = await replayed(LINES.join(""), "--emit-test=a_test.ts");
  assertEquals([code, output], [0, `a_test.ts has a test of ${RECORDS.length} decisions\n`]);
  assertEquals(files.get("a_test.ts"), toTest(RECORDS));
  assertEquals((await replayed(LINES.join(""), "--emit-test")).output, toTest(RECORDS));
  assertEquals((await replayed(LINES.join(""), "--emit-test=a/b")).code, 2);
});

/** Runs a test that was written, from a folder of this repository's, whose names it imports. */
async function runTest(
  source: string,
): Promise<{ readonly code: number; readonly output: string }> {
  const folder = new URL("../../../", import.meta.url).pathname;
  const file = await Deno.makeTempFile({ suffix: "_test.ts" });
  try {
    await Deno.writeTextFile(file, source);
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--config", `${folder}deno.json`, file],
      env: { NO_COLOR: "1" },
    }).output();
    return { code, output: new TextDecoder().decode(stdout) };
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("what --emit-test writes passes under deno test, and fails once a decision differs", async () => {
  const passing = await runTest(toTest(RECORDS));
  assertEquals(passing.code, 0, passing.output);
  assertMatch(passing.output, /1 passed/);
  const failing = await runTest(toTest(RECORDS).replace('"attempt":1', '"attempt":7'));
  assert(failing.code !== 0);
  assertMatch(failing.output, /Cannot replay the trace as record \d/);
});
