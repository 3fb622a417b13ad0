/**
 * The package in Jest, set up as `docs/testing.md` says: CommonJS, and a transform that compiles the
 * package, too.
 *
 * @module
 */

import { modulesOf, nodeOf } from "../../platforms/runtimes/runners.ts";
import { attempt, ROOT, run } from "../command.ts";
import type { Package } from "../package.ts";
import { assertAll } from "./rows.ts";
import { startEcho } from "../../platforms/real/echo.ts";

const modules = modulesOf("transforms");
const jest = `${modules}/jest/bin/jest.js`;

/** Which packages are not compiled: all but ours. */
const COMPILED = { transformIgnorePatterns: ["/node_modules/(?!@holdfast/)"] };

const babelJest = (preset: string, options: object): object => ({
  "\\.[jt]sx?$": [`${modules}/babel-jest`, {
    ...{ babelrc: false, configFile: false },
    presets: [[`${modules}/${preset}`, options]],
  }],
});

const env = babelJest("@babel/preset-env", { targets: "current node" });

const tsJest = {
  "\\.[jt]s$": [`${modules}/ts-jest`, {
    diagnostics: false,
    tsconfig: { allowJs: true, isolatedModules: true, module: "commonjs", target: "es2021" },
  }],
};

const PROJECTS: Readonly<Record<string, object>> = {
  "babel-jest": { ...COMPILED, transform: env },
  "babel-jest react-native": {
    ...COMPILED,
    transform: babelJest("@react-native/babel-preset", {}),
  },
  "ts-jest": { ...COMPILED, transform: tsJest },
  "babel-jest without the pattern": { transform: env },
};

const impossible = { "babel-jest without the pattern": "Must use import to load ES Module" };

const FILES = {
  "consumer.js": "consumer.js",
  "expected.js": "expected.js",
  // Named otherwise here, where Deno would take it for one of its own tests.
  "under_jest.js": "consumer.test.js",
};

/** What Jest's JSON says of a test file. */
interface Report {
  readonly name: string;
  readonly status: "passed" | "failed";
  readonly message: string;
}

/** The line of a failure that says why. */
function reasonOf({ status, message }: Report): string | null {
  if (status === "passed") return null;
  const [, reason] = message.match(/^ *\+ +"(.+)",?$/m) ?? message.match(/^ *(\w*Error: .+)$/m) ??
    message.match(/^ {4}(\S.+)$/m) ?? [];
  return reason ?? message;
}

/** The row. */
export async function checkJest(packed: Package, folder: string): Promise<string> {
  const inside = `${folder}/node_modules/@holdfast`;
  await Deno.mkdir(inside, { recursive: true });
  await run(["cp", "-r", packed.folder, `${inside}/websocket`]);
  await Deno.symlink(`${modules}/@babel`, `${folder}/node_modules/@babel`);
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ name: "fresh" }));
  const names = Object.keys(PROJECTS);
  for (const n of names.keys()) {
    await Deno.mkdir(`${folder}/${n}`);
    for (const [from, to] of Object.entries(FILES)) {
      await Deno.copyFile(`${ROOT}tests/packaging/transforms/${from}`, `${folder}/${n}/${to}`);
    }
  }
  const config = {
    cacheDirectory: `${folder}/cache`,
    projects: names.map((displayName, n) => ({
      ...{ displayName, rootDir: `${folder}/${n}`, testEnvironment: "node" },
      ...PROJECTS[displayName],
    })),
  };
  await Deno.writeTextFile(`${folder}/jest.config.json`, JSON.stringify(config));
  await using server = await startEcho();
  const { output, errors } = await attempt(
    [nodeOf("node-24"), jest, "--config=jest.config.json", "--json", "--maxWorkers=2"],
    { cwd: folder, env: { SERVER: server.url } },
  );
  if (!output.startsWith("{")) throw new Error(errors);
  const { testResults }: { readonly testResults: readonly Report[] } = JSON.parse(output);
  const results = names.map((name, n): [string, string | null] => {
    const report = testResults.find((report) => report.name.includes(`${folder}/${n}/`));
    return [name, report ? reasonOf(report) : "not run"];
  });
  assertAll(new Map(results), { impossible });
  const { output: version } = await run([nodeOf("node-24"), jest, "--version"]);
  return `Jest ${version.trim()}, ${names.length - 1} projects`;
}
