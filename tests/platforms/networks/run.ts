/**
 * Plays what happens to clients on real networks: `deno run -A tests/platforms/networks/run.ts [NAME...]`,
 * where a NAME is the start of a row's. Prints one row a scenario; exit code 1 if one failed, or,
 * with CI=true, if what it needs is not installed.
 *
 * @module
 */

import { build } from "../runtimes/run.ts";
import { missing } from "../runtimes/runners.ts";
import { formatRow, formatSum, isFailure, type Outcome, seconds } from "./report.ts";
import type { Scenario } from "./scenario.ts";
import { NotHere, Scope } from "./scope.ts";
import { browsers } from "./browser.ts";
import { links } from "./links.ts";
import { proxied } from "./proxies.ts";
import { servers } from "./servers.ts";
import { tls } from "./tls.ts";
import { workers } from "./workerd.ts";

const LIMIT_MS = 120_000;

const scenarios: readonly Scenario[] = [
  ...links,
  ...proxied,
  ...tls,
  ...servers,
  ...workers,
  ...browsers,
];

async function play(scenario: Scenario, interrupted: AbortSignal): Promise<Outcome> {
  const absent = await missing(scenario);
  if (absent.length > 0) {
    const details = `missing: ${
      absent.join(", ")
    }; tests/platforms/runtimes/install.sh ${scenario.install}`;
    return { type: "missing", details };
  }
  const limit = AbortSignal.timeout(LIMIT_MS);
  const scope = new Scope(AbortSignal.any([limit, interrupted]));
  const outcome = await scenario.play(scope).then(
    (details): Outcome => ({ type: "pass", details }),
    (error): Outcome =>
      error instanceof NotHere
        ? { type: "not-here", details: error.message }
        : { type: "fail", details: `${error}\n${scope.testimony()}` },
  );
  try {
    await scope[Symbol.asyncDispose]();
  } catch (error) {
    return { type: "fail", details: `Not cleaned up: ${error}` };
  }
  return outcome;
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !scenarios.some((it) => it.name.startsWith(name)));
  if (unknown.length > 0) {
    console.error(`Unknown scenario: ${unknown.join(", ")}; known:`);
    for (const { name } of scenarios) console.error(`  ${name}`);
    return 1;
  }
  await build();
  const isComplete = Deno.env.get("CI") === "true";
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => interruption.abort());
  }
  const outcomes: Outcome[] = [];
  for (const scenario of scenarios) {
    if (names.length > 0 && !names.some((name) => scenario.name.startsWith(name))) continue;
    const startMs = Date.now();
    const outcome = await play(scenario, interruption.signal);
    if (interruption.signal.aborted) return 130;
    outcomes.push(outcome);
    const row = formatRow(scenario.name, outcome, isComplete);
    console.log(`${row} [${seconds(Date.now() - startMs)}]`);
  }
  console.log(formatSum(outcomes, isComplete));
  return outcomes.some((outcome) => isFailure(outcome, isComplete)) ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
