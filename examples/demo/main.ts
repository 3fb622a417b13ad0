/**
 * `deno task demo`: a client, a server that suffers, and a table of what became of every message.
 * `deno task demo URL`: watches any server, as the command line does.
 */
import { main as runCommand } from "@holdfast/websocket/cli";
import { paintOf } from "./paint.ts";
import { check, type Findings, formatReport } from "./report.ts";
import { tellStory } from "./story.ts";

const USAGE =
  "Usage: deno task demo           play the story\n       deno task demo URL ...   watch a server; --help after the URL shows how";

/** What ends the demo, with the exit code that tells so: 128 + the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

async function playStory(signal: AbortSignal): Promise<number> {
  if (Deno.build.os === "windows") {
    console.error("Cannot play the story as freezing a server needs SIGSTOP, which Windows lacks");
    return 1;
  }
  const paint = paintOf(Deno.stdout, Deno.noColor);
  let findings: Findings;
  try {
    findings = await tellStory({ print: console.log, signal, paint });
  } catch (error) {
    console.error(messageOf(error));
    return SIGNALS[error as keyof typeof SIGNALS] ?? 1;
  }
  const checks = check(findings);
  console.log(`\n${formatReport(findings, checks, paint)}`);
  const failed = checks.filter(({ holds }) => !holds);
  console.log(
    failed.length === 0
      ? paint("good", `\nAll ${checks.length} checks hold`)
      : paint("bad", `\n${failed.length} of ${checks.length} checks FAILED`),
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
  const [first] = Deno.args;
  if (first === undefined) return await playStory(listenForTheEnd());
  if (first !== "--help") return await runCommand(Deno.args);
  console.log(USAGE);
  return 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : `Ended by ${error}`;
}

// Sockets that were given up may wait for their peers; nobody waits for them.
Deno.exit(await main());
