/**
 * The conformance suite on real runtimes, and the bundle that they import.
 *
 * @module
 */

import type { Outcome, Row, Rows } from "../rows.ts";
import { bunEvents } from "./bun_events.ts";
import { start } from "./processes.ts";
import {
  type Job,
  modulesOf,
  type Result,
  type Runner,
  runners,
  tools,
  versionOf,
} from "./runners.ts";

const here = (name: string): string => new URL(name, import.meta.url).pathname;
const ROW_LIMIT_MS = 300_000;
const engine = `${tools}/engine.bundle.mjs`;

let building: Promise<string> | undefined;

/** Builds the bundle that all runtimes import, and the worker around it; once. */
export function build(): Promise<string> {
  return building ??= bundleAll();
}

async function bundleAll(): Promise<string> {
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
  await bundle(here("session_engine.ts"), engine);
  await bundle(
    here("worker.mjs"),
    `${tools}/worker.bundle.mjs`,
    "--external:holdfast",
    "--external:cloudflare:workers",
  );
  return `file://${client}`;
}

/** Runs the suite against a fault server of its own. */
async function runSuite(
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
    `file://${engine}`,
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

/** The rows, by name. */
export const rows: Rows = {
  ...Object.fromEntries(
    Object.entries(runners).map(([name, runner]): [string, Row] => [name, {
      needs: runner.needs,
      install: name,
      async run({ only, signal }): Promise<Outcome> {
        const results = await runSuite(runner, await build(), only, signal);
        return { results, details: await versionOf(runner) };
      },
    }]),
  ),
  "bun-events": bunEvents,
};
