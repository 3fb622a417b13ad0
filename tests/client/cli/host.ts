/**
 * A host whose terminal, files and time belong to the test.
 *
 * @module
 */

import { type FakeWorld, fakeWorld } from "@holdfast/websocket/testing";
import type { Host, Sink } from "../../../lib/cli/host.ts";
import { run } from "../../../lib/cli/run.ts";

/** How a fake host differs from a pipe without colours. */
export interface HostOptions {
  readonly isInteractive?: boolean;
  readonly hasColors?: boolean;
  readonly columns?: number;
}

/** A command that runs on fakes. */
export interface Session extends FakeWorld {
  readonly host: Host;
  readonly files: Map<string, string>;
  /** Resolves with the exit code. */
  readonly code: Promise<number>;
  /** What was written, without times of day. */
  output(): string;
  errors(): string;
  /** As it was written, colours and all. */
  raw(): string;
  type(text: string | null): void;
  /** Ctrl-C in a pipe, or SIGTERM. */
  stop(): void;
}

/** Starts a command on a fake world. */
export function start(
  args: readonly string[],
  { isInteractive = false, hasColors = false, columns = 80 }: HostOptions = {},
  files = new Map<string, string>(),
): Session {
  const world = fakeWorld({ seed: 1 });
  let output = "";
  let errors = "";
  const inputs = new Set<(text: string | null) => void>();
  const stops = new Set<() => void>();
  const host: Host = {
    args,
    isInteractive,
    hasColors,
    clock: world.clock,
    sources: world.sources,
    columns: () => columns,
    write: (text) => void (output += text),
    writeError: (text) => void (errors += text),
    onInput(listener): () => void {
      inputs.add(listener);
      return () => inputs.delete(listener);
    },
    onStop(listener): () => void {
      stops.add(listener);
      return () => stops.delete(listener);
    },
    readText(path): Promise<string> {
      const text = files.get(path);
      return text === undefined ? Promise.reject(new Error("no such file")) : Promise.resolve(text);
    },
    openFile(path): Promise<Sink> {
      if (path.includes("/")) return Promise.reject(new Error("no such folder"));
      files.set(path, "");
      const write = (text: string): void => void files.set(path, files.get(path) + text);
      return Promise.resolve({ write, close: () => {} });
    },
  };
  const code = run(host);
  return {
    ...world,
    host,
    files,
    code,
    output: () => output.replace(/^\d\d:\d\d:\d\d\.\d{3} {2}/gm, "").replace(/^ {14}/gm, ""),
    errors: () => errors,
    raw: () => output,
    type: (text) => inputs.forEach((listener) => listener(text)),
    stop: () => stops.forEach((listener) => listener()),
  };
}
