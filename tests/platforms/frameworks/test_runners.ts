/**
 * Jest and Vitest, on Node and in simulated browsers: a client on a real server, one on mocks and faked
 * clocks, and clients that outlive their environment.
 *
 * @module
 */

import { until } from "../../compatibility/trial.ts";
import { nodeOf } from "../runtimes/runners.ts";
import { run } from "../../packaging/command.ts";
import { type Row, row, type Rows, type Stage } from "../rows.ts";
import { createProject, modules } from "./project.ts";
import { LIFE } from "./project/life.mjs";
import { startEcho } from "../real/echo.ts";

const node = nodeOf("node-24");
const jest = `${modules}/jest/bin/jest.js`;
const vitest = `${modules}/vitest/vitest.mjs`;

/** One life, and how it has to be. */
interface Life {
  /** By the class of `ws`, in place of the environment's. */
  readonly ws?: boolean;
  readonly options?: object;
  readonly expected: object;
  /** Why it differs, where the environment's own class makes it: run all the same. */
  readonly why?: string;
  /** Whether the environment lets errors of its own escape. */
  readonly isBroken?: boolean;
}

const USUAL: Life = { expected: LIFE };
const BY_WS: Life = { ws: true, expected: LIFE };

/** For jsdom 26 and happy-dom 21, a connection that is killed has ended cleanly, with 1006. */
const KILLED_CLEANLY: Life = {
  why: "its own WebSocket says that 1006 is clean",
  expected: {
    ...LIFE,
    seen: [
      ...["open 0", "message first", "close 1006  true true", "retry 1"],
      ...["open 1", "message second", "custom", "close 1000 done true false"],
    ],
    classes: { ...LIFE.classes, error: undefined },
  },
};

/** The WebSocket of jsdom 31 is undici's, whose events their own target refuses. */
const NEVER_OPEN: Life = {
  why: "its own WebSocket never opens",
  isBroken: true,
  options: { maxAttempts: 1, connectTimeoutMs: 1_000 },
  expected: {
    seen: [
      ...["error connect-timeout", "close 1006  false true", "retry 1"],
      ...["error retry-limit", "close 1006  false false"],
    ],
    classes: { error: "Event", close: "CloseEvent", retry: "Event" },
    ending: { code: 1006, reason: "", wasClean: false, error: "retry-limit" },
  },
};

/** How a runner is started. */
const RUNNERS = {
  jest: { command: [node, jest, "--ci", "--runTestsByPath"], config: "jest.config.cjs" },
  vitest: { command: [node, vitest, "run"], config: "vitest.config.mjs" },
} as const;

/** Lives one life, and runs the tests on mocks beside it, in one environment of a runner. */
async function runTests(
  runner: keyof typeof RUNNERS,
  environment: string,
  cwd: string,
  { isBroken = false, ...life }: Life,
  mocks: readonly string[],
): Promise<void> {
  await using server = await startEcho();
  const env = {
    ENVIRONMENT: environment,
    ENVIRONMENT_IS_BROKEN: `${isBroken}`,
    JOB: JSON.stringify({ server: server.url, ...life }),
  };
  await run([...RUNNERS[runner].command, "life.spec.js", ...mocks], { cwd, env });
  await until(() => server.live === 0, "no client is left");
}

/** A row: the first life with the tests on mocks beside it, and then the others. */
function environment(
  runner: keyof typeof RUNNERS,
  name: string,
  lives: readonly Life[],
  mocks: readonly string[] = ["mocks.spec.js"],
): Row {
  async function go(stage: Stage): Promise<string> {
    const files = ["life.mjs", RUNNERS[runner].config, "life.spec.js", ...mocks];
    const project = await createProject(stage, files);
    for (const [n, life] of lives.entries()) {
      await runTests(runner, name, project, life, n === 0 ? mocks : []);
    }
    const said = lives.map(({ ws, why }) => `a life${ws ? " by ws" : why ? ` (${why})` : ""}`);
    return [...said, "fake clocks and mocked servers"].join(", ");
  }
  return row(go, [node, jest, vitest], "node-24 platforms");
}

/** The rows. */
export const testRunners: Rows = {
  "jest-node": environment("jest", "node", [USUAL]),
  "jest-jsdom": environment("jest", "jsdom", [BY_WS, KILLED_CLEANLY]),
  "vitest-node": environment("vitest", "node", [USUAL], ["mocks.spec.js", "msw.spec.mjs"]),
  "vitest-jsdom": environment("vitest", "jsdom", [BY_WS, NEVER_OPEN]),
  "vitest-happy-dom": environment("vitest", "happy-dom", [BY_WS, KILLED_CLEANLY]),
};
