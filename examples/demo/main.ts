/**
 * `deno task demo`: a client, a server that suffers, and a table of what became of every message.
 * `deno task demo URL [--max-attempts N]`: watches any server.
 */
import { parseArgs } from "node:util";
import { check, type Findings, formatReport } from "./report.ts";
import { tellStory } from "./story.ts";
import { watch } from "./watch.ts";

const USAGE = "Usage: deno task demo [URL [--max-attempts NUMBER]]";

/** What ends the demo, with the exit code that tells so: 128 + the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

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
    console.error("Cannot play the story as freezing a server needs SIGSTOP, which Windows lacks");
    return 1;
  }
  let findings: Findings;
  try {
    findings = await tellStory({ print: console.log, signal });
  } catch (error) {
    console.error(messageOf(error));
    return SIGNALS[error as keyof typeof SIGNALS] ?? 1;
  }
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

/** Aborted by a signal, and by what is thrown where nobody waits for it: no server is left behind. */
function listenForTheEnd(): AbortSignal {
  const controller = new AbortController();
  for (const name of Object.keys(SIGNALS)) {
    if (Deno.build.os === "windows" && name !== "SIGINT") continue;
    Deno.addSignalListener(name as Deno.Signal, () => controller.abort(name));
  }
  const fail = (event: Event, error: unknown): void => {
    event.preventDefault();
    controller.abort(error);
  };
  addEventListener("error", (event) => fail(event, event.error));
  addEventListener("unhandledrejection", (event) => fail(event, event.reason));
  return controller.signal;
}

async function main(): Promise<number> {
  const signal = listenForTheEnd();
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
  if (args === "story") return await playStory(signal);
  const { url, maxAttempts } = args;
  try {
    const isDone = await watch({ url, options: { maxAttempts }, print: console.log, signal });
    if (!signal.aborted || signal.reason in SIGNALS) return isDone ? 0 : 1;
    console.error(messageOf(signal.reason));
    return 1;
  } catch (error) {
    return misuse(error);
  }
}

function misuse(error: unknown): number {
  console.error(`${messageOf(error)}\n${USAGE}`);
  return 2;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : `Ended by ${error}`;
}

// Sockets that were given up may wait for their peers; nobody waits for them.
Deno.exit(await main());
