/**
 * `deno task demo`: a client, a server that suffers, and a table of what became of every message.
 * `deno task demo URL [--max-attempts N]`: watches any server.
 */
import { parseArgs } from "node:util";
import { check, formatReport } from "./report.ts";
import { tellStory } from "./story.ts";
import { watch } from "./watch.ts";

const USAGE = "Usage: deno task demo [URL [--max-attempts NUMBER]]";

/** What ends the demo, with the exit code that tells so: 128 + the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

type Arguments = { readonly url: string; readonly maxAttempts: number } | "story" | "help";

function readArguments(args: string[]): Arguments {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { "max-attempts": { type: "string" }, help: { type: "boolean" } },
  });
  if (values.help) return "help";
  const [url, ...others] = positionals;
  const { "max-attempts": limit = "Infinity" } = values;
  if (others.length > 0) throw new Error("Cannot watch more than one URL");
  if (!/^(\d+|Infinity)$/.test(limit)) {
    throw new Error(
      `Cannot watch as '--max-attempts' must be a whole number: current value is ${limit}`,
    );
  }
  if (url !== undefined) return { url, maxAttempts: Number(limit) };
  if (values["max-attempts"] !== undefined) throw new Error("Cannot watch without a URL");
  return "story";
}

async function playStory(signal: AbortSignal): Promise<number> {
  if (Deno.build.os === "windows") {
    throw new Error("Cannot play the story as freezing a server needs SIGSTOP: use Linux or macOS");
  }
  const findings = await tellStory({ print: console.log, signal });
  const checks = check(findings);
  console.log(`\n${formatReport(findings, checks)}`);
  const failed = checks.filter(({ holds }) => !holds);
  console.log(
    failed.length === 0
      ? `\nAll ${checks.length} checks hold`
      : `\n${failed.length} of ${checks.length} checks FAILED`,
  );
  return failed.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const controller = new AbortController();
  const { signal } = controller;
  let code = 0;
  const end = (exitCode: number, reason: unknown): void => {
    code ||= exitCode;
    controller.abort(reason);
  };
  for (const [name, exitCode] of Object.entries(SIGNALS)) {
    if (Deno.build.os === "windows" && name !== "SIGINT") continue;
    Deno.addSignalListener(name as Deno.Signal, () => end(exitCode, new Error(`Ended by ${name}`)));
  }
  // What is thrown where nobody waits for it must not leave a server behind.
  addEventListener("error", (event) => {
    event.preventDefault();
    end(1, event.error);
  });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    end(1, event.reason);
  });

  let args: Arguments;
  try {
    args = readArguments(Deno.args);
  } catch (error) {
    return misuse(error);
  }
  if (args === "help") {
    console.log(USAGE);
    return 0;
  }
  if (args === "story") {
    try {
      return await playStory(signal);
    } catch (error) {
      console.error(messageOf(error));
      return code || 1;
    }
  }
  const { url, maxAttempts } = args;
  try {
    const isDone = await watch({ url, options: { maxAttempts }, print: console.log, signal });
    return isDone ? 0 : 1;
  } catch (error) {
    return misuse(error);
  }
}

function misuse(error: unknown): number {
  console.error(`${messageOf(error)}\n${USAGE}`);
  return 2;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Sockets that were given up may wait for their peers; nobody waits for them.
Deno.exit(await main());
