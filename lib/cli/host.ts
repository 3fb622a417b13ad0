/**
 * What the command line takes from its platform. Node, Deno and Bun all have `process`, so one
 * description of it serves them; tests bring a host of their own.
 *
 * @module
 */

import type { Clock, Sources } from "../../mod.ts";
import { platformClock } from "../sources.ts";

/** A file that is being written. */
export interface Sink {
  /** Writes at once, so that what was written survives a crash. */
  write(text: string): void;
  close(): void;
}

/** The platform. */
export interface Host {
  readonly args: readonly string[];
  /** Whether a person reads what is written and types what is read. */
  readonly isInteractive: boolean;
  readonly hasColors: boolean;
  readonly clock: Clock;
  /** What the client uses in place of the platform's. */
  readonly sources: Partial<Sources>;
  columns(): number;
  write(text: string): void;
  writeError(text: string): void;
  /**
   * Calls `listener` with what is typed or piped in, and with null at its end.
   *
   * @param isRaw Key by key, without the terminal's echo.
   * @returns A function that stops it.
   */
  onInput(listener: (text: string | null) => void, isRaw: boolean): () => void;
  /** Calls `listener` when the program is to end: Ctrl-C, SIGTERM, a reader that is gone. */
  onStop(listener: () => void): () => void;
  readText(path: string): Promise<string>;
  openFile(path: string): Promise<Sink>;
}

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string, done?: () => void): unknown;
  on(event: "error", listener: () => void): unknown;
}

interface Input {
  readonly isTTY?: boolean;
  setEncoding(encoding: string): unknown;
  setRawMode?(isRaw: boolean): unknown;
  on(event: string, listener: (text: string) => void): unknown;
  off(event: string, listener: (text: string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** The part of `process` that is used. */
interface Process {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
  exit(code: number): never;
}

/** Globals that platforms have or lack. */
export interface Platform {
  readonly process?: Process;
  /** Its answer needs no permission, unlike the environment. */
  readonly Deno?: { readonly noColor: boolean };
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const DEFAULT_COLUMNS = 80;

function platformProcess({ process }: Platform): Process {
  if (process) return process;
  throw new TypeError("Cannot run the command line as this platform has no 'process'");
}

/** The platform's host. */
export function platformHost(
  args?: readonly string[],
  platform: Platform = globalThis as Platform,
): Host {
  const process = platformProcess(platform);
  const { stdin, stdout, stderr } = process;
  return {
    args: args ?? process.argv.slice(2),
    isInteractive: !!stdin.isTTY && !!stdout.isTTY && !isDumb(platform),
    hasColors: !!stdout.isTTY && !isDumb(platform) && !wantsNoColor(platform),
    clock: platformClock,
    sources: {},
    columns: () => stdout.columns || DEFAULT_COLUMNS,
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    onInput: (listener, isRaw) => readInput(stdin, listener, isRaw),
    onStop(listener): () => void {
      for (const signal of SIGNALS) process.on(signal, listener);
      stdout.on("error", listener);
      return () => SIGNALS.forEach((signal) => process.off(signal, listener));
    },
    async readText(path): Promise<string> {
      const { readFile } = await import("node:fs/promises");
      return await readFile(path, "utf8");
    },
    async openFile(path): Promise<Sink> {
      const { closeSync, openSync, writeSync } = await import("node:fs");
      const file = openSync(path, "w");
      return { write: (text) => void writeSync(file, text), close: () => closeSync(file) };
    },
  };
}

function readInput(
  stdin: Input,
  listener: (text: string | null) => void,
  isRaw: boolean,
): () => void {
  const end = (): void => listener(null);
  stdin.setEncoding("utf8");
  if (isRaw) stdin.setRawMode?.(true);
  stdin.on("data", listener);
  stdin.on("end", end);
  // A terminal that is gone is the end of its input.
  stdin.on("error", end);
  stdin.resume();
  return () => {
    stdin.off("data", listener);
    stdin.off("end", end);
    if (isRaw) stdin.setRawMode?.(false);
    stdin.pause();
  };
}

/** https://no-color.org: any value but the empty one. */
function wantsNoColor({ Deno, process }: Platform): boolean {
  return Deno ? Deno.noColor : !!process?.env["NO_COLOR"];
}

/** A terminal without cursor movement. Deno would need a permission to look. */
function isDumb({ Deno, process }: Platform): boolean {
  return !Deno && process?.env["TERM"] === "dumb";
}

/** Ends the program once all is written: pipes may be asynchronous. */
export async function exit(code: number): Promise<never> {
  const process = platformProcess(globalThis as Platform);
  for (const output of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => output.write("", () => resolve()));
  }
  return process.exit(code);
}
