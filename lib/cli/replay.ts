/**
 * A recorded trace as a story, and as a test.
 *
 * @module
 */

import { replay as replayTrace } from "../testing/mod.ts";
import { formatTrace, type TraceRecord } from "../trace.ts";
import type { ReplayCommand } from "./arguments.ts";
import { Misuse } from "./flags.ts";
import type { Host } from "./host.ts";
import { type Paint, painter, type Tone } from "./paint.ts";
import { count, cut, printable } from "./words.ts";

/** A trace as it was read. */
export interface Recording {
  readonly records: readonly TraceRecord[];
  /** Whether the last line is not whole: the program that wrote it died. */
  readonly isTorn: boolean;
}

const MAX_DIFFERENCE_LENGTH = 600;

/** Prints the story, or writes the test; 1 if the client would decide otherwise today. */
export async function replay(command: ReplayCommand, host: Host): Promise<number> {
  const { file, test } = command;
  let text: string;
  try {
    text = await host.readText(file);
  } catch (error) {
    throw new Misuse(`Cannot replay as the file must be readable: ${messageOf(error)}`);
  }
  const { records, isTorn } = parseTrace(text);
  if (test === "") {
    host.write(toTest(records));
    return 0;
  }
  if (test !== null) return await writeTest(test, records, host);
  const paint = painter(host.hasColors);
  for (const line of toStory(records, paint)) host.write(`${line}\n`);
  if (isTorn) host.write(`${paint("warn", "the last line is not whole, and was left out")}\n`);
  return judge(records, host, paint);
}

async function writeTest(
  path: string,
  records: readonly TraceRecord[],
  host: Host,
): Promise<number> {
  try {
    const sink = await host.openFile(path);
    sink.write(toTest(records));
    sink.close();
  } catch (error) {
    throw new Misuse(`Cannot replay as '--emit-test' must be writable: ${messageOf(error)}`);
  }
  host.write(`${printable(path)} has a test of ${count(records.length, "decision")}\n`);
  return 0;
}

/**
 * Reads a trace: a record a line, as `--trace` writes it, or one JSON array.
 *
 * @throws {Misuse} It is neither.
 */
export function parseTrace(text: string): Recording {
  const isArray = text.trimStart().startsWith("[");
  const lines = isArray ? [text] : text.split("\n").filter((line) => line.trim() !== "");
  const parsed = lines.map(parse);
  const isTorn = !isArray && parsed.length > 1 && parsed.at(-1) === undefined;
  const records = isArray && Array.isArray(parsed[0]) ? parsed[0] as unknown[] : parsed;
  if (isTorn) records.pop();
  const wrong = records.findIndex((record) => !isRecord(record));
  if (wrong >= 0 || records.length === 0) {
    throw new Misuse(
      `Cannot replay as each line must be a record of a trace: line ${wrong + 1} is not`,
    );
  }
  return { records: records as TraceRecord[], isTorn };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): boolean {
  const { atMs, before, input, after, effects } = Object(value);
  return Number.isFinite(atMs) && Array.isArray(effects) &&
    [before, input, after].every((it) => typeof it === "object" && it !== null);
}

/** One line for each decision that a person wants to know. */
export function* toStory(records: readonly TraceRecord[], paint: Paint): Generator<string> {
  const startMs = records[0]?.atMs ?? 0;
  let connections = 0;
  for (const record of records) {
    const line = formatOrNull(record);
    if (isOpening(record)) connections++;
    if (line === null) continue;
    const seconds = ((record.atMs - startMs) / 1_000).toFixed(3).padStart(9);
    const [, attempt, text = line] = /^#(\d+) ([^]*)$/.exec(line) ?? [];
    const where = [
      connections > 0 ? `connection ${connections}` : "",
      attempt === undefined ? "" : `attempt ${attempt}`,
    ].filter(Boolean).join(", ");
    const tone = toneOf(record);
    const shown = printable(text);
    yield `${paint("dim", `${seconds} s  ${where.padEnd(24)}`)}  ${
      tone ? paint(tone, shown) : shown
    }`;
  }
}

/** Records that only look like some are shown by what they say. */
function formatOrNull(record: TraceRecord): string | null {
  try {
    return formatTrace(record);
  } catch {
    return `unknown input ${cut(JSON.stringify(record.input), 80)}`;
  }
}

function isOpening({ before, after }: TraceRecord): boolean {
  return before["phase"] !== "open" && after["phase"] === "open";
}

function toneOf(record: TraceRecord): Tone | null {
  if (isOpening(record)) return "good";
  const { type } = record.input;
  if (record.after["phase"] === "waiting" && type === "lost") return "warn";
  return record.after["phase"] === "closed" ? "bad" : null;
}

function judge(records: readonly TraceRecord[], host: Host, paint: Paint): number {
  try {
    replayTrace(records);
  } catch (error) {
    const message = cut(printable(messageOf(error)), MAX_DIFFERENCE_LENGTH);
    host.write(`${paint("bad", "decided otherwise today")}: ${message}\n`);
    return 1;
  }
  const decisions = count(records.length, "decision");
  host.write(`${paint("good", `${decisions}, and each would be the same today`)}\n`);
  return 0;
}

/** The source of a test that fails once a client decides otherwise. */
export function toTest(records: readonly TraceRecord[]): string {
  const at = new Date(records[0]?.atMs ?? 0);
  const day = Number.isNaN(at.getTime()) ? "an unknown day" : at.toISOString();
  return [
    "// Made by `holdfast replay --emit-test`; run it with `deno test`.",
    `import { replay } from "@holdfast/websocket/testing";`,
    "",
    "// One record a line: what happened, and what was decided about it.",
    "// deno-fmt-ignore",
    "const records = [",
    ...records.map((record) => `  ${JSON.stringify(record)},`),
    "] as unknown as Parameters<typeof replay>[0];",
    "",
    `Deno.test("the client decides as it did on ${day}", () => replay(records));`,
    "",
  ].join("\n");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
