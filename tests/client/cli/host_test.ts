import { assertEquals, assertThrows } from "@std/assert";
import { type Platform, platformHost } from "../../../lib/cli/host.ts";

/** What a platform is like. */
interface Traits {
  readonly isTerminal?: boolean;
  readonly columns?: number;
  readonly env?: Record<string, string>;
  readonly noColor?: boolean;
}

/** A platform that notes what is done to it. */
function platform({ isTerminal = true, columns, env = {}, noColor }: Traits): {
  readonly platform: Platform;
  readonly noted: readonly string[];
  readonly listeners: ReadonlyMap<string, (text: string) => void>;
} {
  const noted: string[] = [];
  const listeners = new Map<string, (text: string) => void>();
  const note = (text: string): void => void noted.push(text);
  const on = (name: string, listener: (text: string) => void): void =>
    void listeners.set(name, listener);
  const off = (name: string): void => void listeners.delete(name);
  const output = {
    isTTY: isTerminal,
    ...columns !== undefined && { columns },
    write: note,
    on,
  };
  const stdin = {
    isTTY: isTerminal,
    setEncoding: (encoding: string) => note(`encoding ${encoding}`),
    setRawMode: (isRaw: boolean) => note(`raw ${isRaw}`),
    ...{ on, off, resume: () => note("resume"), pause: () => note("pause") },
  };
  const process = {
    argv: ["node", "bin.js", "wss://h"],
    ...{ env, stdin, stdout: output, stderr: output, on, off },
    exit: (): never => {
      throw new Error("exit");
    },
  };
  return {
    platform: { process, ...noColor !== undefined && { Deno: { noColor } } },
    noted,
    listeners,
  };
}

Deno.test("platformHost() colours a terminal that can, unless NO_COLOR is set and not empty", () => {
  const colors = (traits: Traits): readonly boolean[] => {
    const { hasColors, isInteractive } = platformHost(undefined, platform(traits).platform);
    return [hasColors, isInteractive];
  };
  assertEquals(colors({}), [true, true]);
  assertEquals(colors({ isTerminal: false }), [false, false]);
  assertEquals(colors({ env: { NO_COLOR: "1" } }), [false, true]);
  assertEquals(colors({ env: { NO_COLOR: "" } }), [true, true]);
  assertEquals(colors({ env: { TERM: "dumb" } }), [false, false]);
  // Deno answers for itself, as the environment needs a permission.
  assertEquals(colors({ noColor: true, env: { TERM: "dumb" } }), [false, true]);
  assertEquals(colors({ noColor: false, env: { NO_COLOR: "1" } }), [true, true]);
});

Deno.test("platformHost() knows arguments and columns", () => {
  const { platform: wide } = platform({ columns: 120 });
  const host = platformHost(undefined, wide);
  assertEquals([host.args, host.columns()], [["wss://h"], 120]);
  const narrow = platformHost(["--help"], platform({}).platform);
  assertEquals([narrow.args, narrow.columns()], [["--help"], 80]);
});

Deno.test("platformHost() makes a terminal raw, and leaves it as it was", () => {
  for (const isRaw of [true, false]) {
    const { listeners, noted, platform: own } = platform({});
    const texts: (string | null)[] = [];
    const stop = platformHost(undefined, own).onInput((text) => texts.push(text), isRaw);
    listeners.get("data")?.("x");
    listeners.get("end")?.("");
    listeners.get("error")?.("");
    stop();
    assertEquals(texts, ["x", null, null]);
    const raw = (text: string): string[] => isRaw ? [text] : [];
    assertEquals(noted, [
      "encoding utf8",
      ...raw("raw true"),
      "resume",
      ...raw("raw false"),
      "pause",
    ]);
    assertEquals([listeners.has("data"), listeners.has("end")], [false, false]);
  }
});

Deno.test("platformHost() stops for a signal and for a reader that is gone", () => {
  const { listeners, platform: own } = platform({});
  let stops = 0;
  const stop = platformHost(undefined, own).onStop(() => stops++);
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "error"]) listeners.get(name)?.("");
  stop();
  assertEquals([stops, listeners.has("SIGINT")], [4, false]);
});

Deno.test("platformHost() refuses a platform without a process", () => {
  assertThrows(() => platformHost([], {}), TypeError, "has no 'process'");
});

Deno.test("platformHost() writes a file at once, and reads it", async () => {
  const host = platformHost([], platform({}).platform);
  const path = await Deno.makeTempFile();
  try {
    const sink = await host.openFile(path);
    sink.write("one\n");
    assertEquals(await host.readText(path), "one\n");
    sink.write("two\n");
    sink.close();
    assertEquals(await host.readText(path), "one\ntwo\n");
  } finally {
    await Deno.remove(path);
  }
});
