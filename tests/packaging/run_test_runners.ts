/**
 * Runs the tests in `examples/testing/` as their readers would: the package as npm gets it, in a
 * fresh project, by `node --test`, `bun test`, Vitest and Jest. Needs Linux, npm and its registry.
 */

import { pack } from "./package.ts";

const EXAMPLES = new URL("../../examples/testing/", import.meta.url);
/** Installing is the slow part, half a minute on a poor line. */
const LIMIT_MS = 180_000;

const arch = Deno.build.arch === "aarch64" ? "arm64" : "x64";
const PACKAGES = [
  ...[`node-linux-${arch}@24.21.0`, "bun@1.4.5", "vitest@4.1.12"],
  ...["jest@30.5.2", "@babel/preset-env@7.29.14", "@babel/preset-typescript@7.29.7"],
];

/** The runners, and how each is told which file to run. */
const RUNNERS: readonly (readonly string[])[] = [
  [`node_modules/node-linux-${arch}/bin/node`, "--test", "node.test.mjs"],
  ["node_modules/.bin/bun", "test", "./bun.test.mjs"],
  ["node_modules/.bin/vitest", "run", "vitest.test.mjs"],
  ["node_modules/.bin/jest", "--runTestsByPath", "jest.test.js"],
];

async function run(command: readonly string[], cwd?: string): Promise<boolean> {
  const [program = "", ...args] = command;
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    ...(cwd !== undefined && { cwd }),
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  if (!success) { for (const bytes of [stdout, stderr]) await Deno.stderr.write(bytes); }
  return success;
}

/** Makes a project in `folder` that has the package and the runners installed. */
async function install(folder: string): Promise<boolean> {
  const { tarball } = await pack(folder);
  for (const { name } of Deno.readDirSync(EXAMPLES)) {
    await Deno.copyFile(new URL(name, EXAMPLES), `${folder}/${name}`);
  }
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "type": "module" }');
  return await run(["npm", "install", "--no-audit", "--no-fund", tarball, ...PACKAGES], folder);
}

const folder = await Deno.makeTempDir();
let passed = 0;
try {
  if (!await install(folder)) throw new Error("Cannot install the package and the test runners");
  for (const [program = "", ...args] of RUNNERS) {
    const success = await run([`${folder}/${program}`, ...args], folder);
    if (success) passed++;
    console.log(success ? "PASS" : "FAIL", program.split("/").at(-1), ...args);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
console.log(`${passed} passed, ${RUNNERS.length - passed} failed`);
Deno.exit(passed === RUNNERS.length ? 0 : 1);
