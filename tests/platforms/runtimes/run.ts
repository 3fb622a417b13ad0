/**
 * Runs the conformance suite on real runtimes: `deno run -A tests/platforms/runtimes/run.ts [--only=TEXT] [NAME...]`.
 * Prints one row a runtime; exit code 1 if a case failed, or, with CI=true, if a runtime is missing.
 *
 * @module
 */

import { start } from "./processes.ts";
import {
  type Job,
  missing,
  modulesOf,
  type Result,
  type Runner,
  runners,
  tools,
  versionOf,
} from "./runners.ts";

const here = (name: string): string => new URL(name, import.meta.url).pathname;
const ROW_LIMIT_MS = 180_000;

/** Builds the bundle that all runtimes import, and the worker around it. */
export async function build(): Promise<string> {
  const client = `${tools}/holdfast.bundle.mjs`;
  const bundle = async (entry: string, outfile: string, ...flags: string[]): Promise<void> => {
    const { success, stderr } = await new Deno.Command(`${modulesOf("base")}/.bin/esbuild`, {
      args: [
        entry,
        "--bundle",
        "--format=esm",
        "--platform=neutral",
        `--outfile=${outfile}`,
        ...flags,
      ],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  await bundle(here("entries.ts"), client);
  await bundle(
    here("worker.mjs"),
    `${tools}/worker.bundle.mjs`,
    "--external:holdfast",
    "--external:cloudflare:workers",
  );
  return `file://${client}`;
}

/** Runs one row against a fault server of its own. */
async function runRow(
  runner: Runner,
  client: string,
  only: string,
  interrupted: AbortSignal,
): Promise<Result[]> {
  await using server = start([
    "node",
    here("fault_server.mjs"),
    `${tools}/base`,
    `${ROW_LIMIT_MS}`,
  ]);
  const { value: greeting = "" } = await server.lines.next();
  const { port } = JSON.parse(greeting);
  const job: Job = {
    client,
    base: `ws://127.0.0.1:${port}`,
    controlUrl: `http://127.0.0.1:${port}/control`,
    only,
    notPossible: runner.notPossible,
  };
  const results: Result[] = [];
  const limit = AbortSignal.any([AbortSignal.timeout(ROW_LIMIT_MS), interrupted]);
  try {
    await runner.run(job, (result) => results.push(result), limit);
    const last = results.pop();
    if (!last?.done) throw new Error(`not done in time, the last case was: ${last?.name}`);
    if (last.error) throw new Error(last.error);
  } catch (error) {
    results.push({ name: "the run as a whole", ok: false, error: `${error}` });
  }
  return results;
}

function count(results: readonly Result[], accepts: (result: Result) => boolean): number {
  return results.filter(accepts).length;
}

/** One line, and below it what failed. */
function format(name: string, details: string, results: readonly Result[]): string {
  const failed = results.filter(({ ok }) => !ok);
  const reasons = new Set(results.flatMap(({ ok, notPossible }) => ok && notPossible || []));
  const impossible = count(results, ({ ok, notPossible }) => ok && notPossible !== undefined);
  const passed = results.length - failed.length - impossible;
  return [
    [
      failed.length > 0 ? "FAIL" : "PASS",
      `${name} `,
      `${passed} passed, ${failed.length} failed, ${impossible} not possible here`,
      ...(impossible > 0 ? [`(${[...reasons].join("; ")})`] : []),
      `[${details}]`,
    ].join(" "),
    ...failed.map(({ name, error }) => `  failed: ${name}\n    ${error}`),
  ].join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith("--"));
  const only = args.find((arg) => arg.startsWith("--only="))?.slice("--only=".length) ?? "";
  const unknown = names.filter((name) => !runners[name]);
  if (unknown.length > 0) {
    console.error(
      `Unknown runtime: ${unknown.join(", ")}; known: ${Object.keys(runners).join(", ")}`,
    );
    return 1;
  }
  const client = await build();
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => interruption.abort());
  }
  let failed = false;
  for (const [name, runner] of Object.entries(runners)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const absent = await missing(runner);
    if (absent.length > 0) {
      console.log(`MISSING ${name}: ${runner.install}`);
      failed ||= Deno.env.get("CI") === "true";
      continue;
    }
    const startMs = Date.now();
    const results = await runRow(runner, client, only, interruption.signal);
    if (interruption.signal.aborted) return 130;
    const details = `${await versionOf(runner)}, ${((Date.now() - startMs) / 1_000).toFixed(1)} s`;
    console.log(format(name, details, results));
    failed ||= results.some(({ ok }) => !ok);
  }
  return failed ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
