/**
 * The tests in `examples/testing/`, run as their readers would by `node --test`, Bun, Vitest and Jest.
 *
 * @module
 */

import { run } from "../../packaging/command.ts";
import { row, type Rows, type Stage } from "../rows.ts";
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

/** The rows. */
export const exampleTests: Rows = {
  "example-tests": row(
    checkExamples,
    [node, bun, jest, vitest, `${compilers}/@babel/preset-typescript/package.json`],
    "node-24 bun transforms platforms",
  ),
};
