/**
 * The command line in processes of its own, against real servers, on any runtime.
 *
 * @module
 */

import { type Running, start } from "../../platforms/runtimes/processes.ts";

const MAIN = new URL("../../../lib/cli/main.ts", import.meta.url).pathname;

/** How Deno's users run it, with no more permissions than are needed. */
export const DENO: readonly string[] = [Deno.execPath(), "run", "-q", "--no-prompt", "-N", MAIN];

/** A command line that is running. */
export interface Cli extends AsyncDisposable {
  readonly running: Running;
  /** All lines so far, without times of day. */
  readonly lines: readonly string[];
  /** Waits for a line, and returns it. */
  until(line: RegExp): Promise<string>;
  /** Waits for the end, and returns the exit code. */
  end(): Promise<number>;
}

const PATIENCE_MS = 20_000;

/** Starts a command line. */
export function startCli(command: readonly string[], ...args: readonly string[]): Cli {
  const running = start([...command, ...args], { NO_COLOR: "1" });
  const lines: string[] = [];
  let notify = (): void => {};
  const reading = (async (): Promise<void> => {
    for await (const line of running.lines) {
      lines.push(line.replace(/^\d\d:\d\d:\d\d\.\d{3} {2}/, ""));
      notify();
    }
  })();
  const timer = setTimeout(() => void running[Symbol.asyncDispose](), PATIENCE_MS);
  return {
    running,
    lines,
    async until(expected): Promise<string> {
      for (;;) {
        const found = lines.find((line) => expected.test(line));
        if (found !== undefined) return found;
        const more = new Promise<boolean>((resolve) => notify = () => resolve(true));
        if (!await Promise.race([more, reading.then(() => false)])) {
          throw new Error(`no line ${expected} in ${lines.join("\n")}\n${running.errors()}`);
        }
      }
    },
    async end(): Promise<number> {
      await reading;
      return (await running.ended as Deno.CommandStatus).code;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      clearTimeout(timer);
      await running[Symbol.asyncDispose]();
      await reading;
    },
  };
}

/** Watches a server with a header until the first message has come; the exit code, the header as it came, and the lines. */
export async function watchWithHeader(
  command: readonly string[],
  ...flags: readonly string[]
): Promise<{ code: number; header: string | null; lines: readonly string[] }> {
  let header: string | null = null;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      header = request.headers.get("x-key");
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => socket.send("one");
      return response;
    },
  );
  const url = `ws://127.0.0.1:${server.addr.port}/`;
  await using cli = startCli(command, url, "--header", "X-Key: v", "--count", "1", ...flags);
  return { code: await cli.end(), header, lines: cli.lines };
}

/** What every runtime must do: watch a server that is killed and comes back, through its pipes. */
export async function survive(
  command: readonly string[],
  server: { readonly url: string; kill(): Promise<void>; start(): Promise<void> },
): Promise<readonly string[]> {
  await using cli = startCli(
    command,
    server.url.replace("ws://", "").replace("127.0.0.1", "localhost"),
  );
  await cli.until(/^connection 1 open/);
  await cli.running.write('{"a":1}\n');
  await cli.until(/^< /);
  await server.kill();
  await cli.until(/^attempt 1 in/);
  await cli.running.write("kept\n");
  await server.start();
  await cli.until(/^< kept/);
  Deno.kill(cli.running.pid, "SIGINT");
  const code = await cli.end();
  const shown = cli.lines.map((line) =>
    line.replace(/:\d{4,5}\/?$/, "").replace(/[\d.]+ m?s\b/g, "T").replace(/\(1006\).*/, "(1006)")
      // Different runs need different numbers of attempts.
      .replace(/by attempt \d/, "by attempt N").replace(/, \d failed attempts?/, "")
  ).filter((line) => !/^attempt \d (failed|in)|^attempt \d: connecting/.test(line));
  return [...shown, `exit code ${code}`, cli.running.errors()];
}

/** What {@linkcode survive} must show. */
export const SURVIVED: readonly string[] = [
  "connecting to ws://localhost",
  "connection 1 open",
  '> { "a": 1 }',
  '< { "a": 1 }',
  "connection 1 lost after T: connection-lost (1006)",
  "> kept (kept until there is a connection)",
  "connection 2 open after T without one, by attempt N",
  "< kept",
  "connection 2 closed after T: 1000",
  "ended",
  "              2 connections in T",
  "              1 outage, T without a connection",
  "              2 messages in (11 bytes), 2 out",
  "exit code 0",
  "",
];
