/**
 * The tests in `examples/testing/`, run as their readers would by `node --test`, Bun, Vitest and Jest, and
 * the example that is a program for Node.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { run } from "../../packaging/command.ts";
import { startEcho } from "../real/echo.ts";
import { row, type Rows, type Stage } from "../rows.ts";
import { start } from "../runtimes/processes.ts";
import { bun, modulesOf, nodeOf } from "../runtimes/runners.ts";
import { createProject, modules } from "./project.ts";

const EXAMPLES = "../../../../examples/testing/.";

const node = nodeOf("node-24");
/** It comes with the presets that their configuration names. */
const compilers = modulesOf("transforms");
const jest = `${compilers}/jest/bin/jest.js`;
const vitest = `${modules}/vitest/vitest.mjs`;

async function checkExamples(stage: Stage): Promise<string> {
  const project = (name: string, tools: string): Promise<string> =>
    createProject({ ...stage, folder: `${stage.folder}/${name}` }, [EXAMPLES], tools);
  const cwd = await project("vitest", modules);
  await run([node, "--test", "node.test.mjs"], { cwd });
  await run([bun, "test", "./bun.test.mjs"], { cwd });
  await run([node, vitest, "run", "vitest.test.mjs"], { cwd });
  const inJest = { cwd: await project("jest", compilers) };
  await run([node, jest, "--ci", "--runTestsByPath", "jest.test.js"], inJest);
  return "node --test, Bun, Vitest, Jest";
}

/** The feed goes on over a server that dies, and the process ends by itself when it is interrupted. */
async function checkFeed(stage: Stage): Promise<string> {
  const project = await createProject(stage, ["../../../../examples/node_feed.mjs"], modules);
  await using server = await startEcho();
  await using process = start([node, `${project}/node_feed.mjs`, server.url]);
  const seen: string[] = [];
  for await (const line of process.lines) {
    if (seen.push(line) === 1) {
      await server.kill();
      await server.start();
    } else Deno.kill(process.pid, "SIGINT");
  }
  const { success } = await process.ended;
  assertEquals({ seen, success }, { seen: ["subscribe", "subscribe"], success: true });
  assertEquals(/^again in \d+ ms$/.test(process.errors()), true, process.errors());
  return "a killed server survived, ended by SIGINT";
}

/** The rows. */
export const exampleTests: Rows = {
  "example-tests": row(
    checkExamples,
    [node, bun, jest, vitest, `${compilers}/@babel/preset-typescript/package.json`],
    "node-24 bun transforms platforms",
  ),
  "example-feed": row(checkFeed, [node, `${modules}/ws/package.json`], "node-24 platforms"),
};
