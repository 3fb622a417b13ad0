/**
 * Simulated browsers that are taken away under clients, at the end of a file of tests.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { freePort } from "../ports.ts";
import { nodeOf } from "../runtimes/runners.ts";
import { run } from "../../packaging/command.ts";
import { row, type Rows, type Stage } from "../rows.ts";
import { createProject, modules } from "./project.ts";
import { startEcho } from "../real/echo.ts";

const node = nodeOf("node-24");
const jest = `${modules}/jest/bin/jest.js`;

const refused = (): string => `ws://127.0.0.1:${freePort()}/`;

async function checkVitest(stage: Stage): Promise<string> {
  const cwd = await createProject(stage, ["left_behind.mjs", "teardown.mjs"]);
  await using server = await startEcho();
  for (const environment of ["jsdom", "happy-dom"]) {
    const command = [node, "teardown.mjs", environment, server.url, refused()];
    const { output } = await run(command, { cwd });
    assertEquals(JSON.parse(output), {
      ...{ escaped: [], document: "undefined", ended: 7 },
      dispatched: ["close", "error", "message", "open", "retry", "statechange"],
    }, environment);
  }
  return "7 clients outlive jsdom and happy-dom, nothing escapes";
}

async function checkJest(stage: Stage): Promise<string> {
  const files = ["left_behind.mjs", "jest.config.cjs", "teardown.spec.js", "teardown_wait.cjs"];
  const cwd = await createProject(stage, files);
  await using server = await startEcho();
  for (const environment of ["node", "jsdom"]) {
    const env = {
      ENVIRONMENT: environment,
      JOB: JSON.stringify({ server: server.url, refused: refused() }),
    };
    const flags = ["--ci", "--runInBand", "--forceExit", "--globalTeardown=./teardown_wait.cjs"];
    await run([node, jest, ...flags, "--runTestsByPath", "teardown.spec.js"], { cwd, env });
  }
  return "7 clients outlive the environments node and jsdom, nothing escapes";
}

/** The rows. */
export const teardown: Rows = {
  "jest-teardown": row(checkJest, [node, jest], "node-24 platforms"),
  "vitest-teardown": row(
    checkVitest,
    [node, `${modules}/vitest/package.json`],
    "node-24 platforms",
  ),
};
