/**
 * What happens to clients on real networks.
 *
 * @module
 */

import { NotHere, type Row, row, type Rows } from "../rows.ts";
import { build } from "../runtimes/rows.ts";
import { blocked } from "./blocked.ts";
import { browsers } from "./browser.ts";
import { hosts } from "./hosts.ts";
import { hiddenPages } from "./hidden_pages.ts";
import { links } from "./links.ts";
import { proxied } from "./proxies.ts";
import { recipes } from "./recipes.ts";
import type { Scenario } from "./scenario.ts";
import { Scope } from "./scope.ts";
import { servers } from "./servers.ts";
import { tls } from "./tls.ts";
import { workers } from "./workerd.ts";

const LIMIT_MS = 120_000;

/** Plays a scenario; if it fails, its processes say what they saw. */
async function play(scenario: Scenario, interrupted: AbortSignal): Promise<string> {
  await build();
  await using scope = new Scope(AbortSignal.any([AbortSignal.timeout(LIMIT_MS), interrupted]));
  try {
    return await scenario.play(scope);
  } catch (error) {
    throw error instanceof NotHere ? error : new Error(`${error}\n${scope.testimony()}`);
  }
}

const scenarios: readonly Scenario[] = [
  ...links,
  ...proxied,
  ...tls,
  ...servers,
  ...blocked,
  ...hosts,
  ...recipes,
  ...workers,
  ...browsers,
  ...hiddenPages,
];

/** The rows, by name. */
export const rows: Rows = Object.fromEntries(
  scenarios.map((scenario): [string, Row] => [
    scenario.name,
    row(({ signal }) => play(scenario, signal), scenario.needs, scenario.install),
  ]),
);
