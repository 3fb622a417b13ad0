/**
 * Goes every way in: `deno run -A tests/packaging/run.ts [NAME...]`. Prints one row a way; exit code 1 if
 * one failed, or, with CI=true, if what it needs is missing.
 *
 * @module
 */

import { bun, modulesOf, nodeOf } from "../platforms/runtimes/runners.ts";
import { checkBin, checkLack, checkNpx, checkTerminal } from "./bin.ts";
import { checkContract } from "../compatibility/chromium.ts";
import {
  type Bundle,
  bundlers,
  checkBundled,
  checkUnbundled,
  esbuild,
  miniflare,
  rolldown,
} from "./edge.ts";
import { checkJsr } from "./jsr.ts";
import { checkTypes, type ModuleResolution, npmInstall, runConsumer, tsc } from "./npm.ts";
import {
  attw,
  checkAttw,
  checkParcel,
  checkPublint,
  checkRequire,
  checkUnused,
  parcel,
  publint,
} from "./npm_tools.ts";
import { assertPackage, assertSameNames, type Package } from "./package.ts";
import { checkPlayground } from "../project/playground_chromium.ts";
import { runWays, type Way, way, type Ways } from "./rows.ts";
import { checkTreeShaking } from "./shaking.ts";
import { checkJest } from "./transforms/jest.ts";
import { checkTransforms } from "./transforms/rows.ts";
import * as variants from "./transforms/variants.ts";
import { checkUrlImport } from "./url_import.ts";

const bundled = (bundle: Bundle, needs: readonly string[]): Way =>
  way(
    async ({ pack, folder }) => await checkBundled(await pack(), folder, bundle),
    ["node", miniflare, ...needs],
    "workerd ways",
  );

const typed = (moduleResolution: ModuleResolution): Way =>
  way(
    async ({ pack, folder }) => await checkTypes(await pack(), folder, moduleResolution),
    [tsc],
    "ways",
  );

const tool = (check: (packed: Package, folder: string) => Promise<string>, path: string): Way =>
  way(async ({ pack, folder }) => await check(await pack(), folder), [path], "ways");

const command = (name: string, ...runtime: readonly [string, ...string[]]): Way =>
  way(
    async ({ pack, folder }) => await checkBin(await pack(), folder, runtime),
    [runtime[0]],
    name,
  );

const required = (name: string, command: readonly [string, ...string[]]): Way =>
  way(
    async ({ pack, folder }) => await checkRequire(await pack(), folder, command),
    [command[0]],
    name,
  );

const compilers = ["@babel/core", "@swc/core", "jest", "typescript"]
  .map((name) => `${modulesOf("transforms")}/${name}/package.json`);

const transformed = (...tools: readonly variants.Variants[]): Way =>
  way(
    async ({ pack, folder }) => await checkTransforms(await pack(), folder, ...tools),
    [nodeOf("node-24"), ...compilers],
    "node-24 transforms",
  );

const ways: Ways = {
  "url-import": way(checkUrlImport),
  "jsr": way(checkJsr),
  "npm-package": way(async ({ pack }) => {
    const packed = await pack();
    await assertPackage(packed);
    return `${packed.files.length} files, ESM only`;
  }),
  "npm-names": way(async ({ pack }) => `${await assertSameNames(await pack())} names, as on JSR`),
  "npm-types-nodenext": typed("nodenext"),
  "npm-types-bundler": typed("bundler"),
  "npm-types-node10": typed("node10"),
  "npm-node-24": way(
    async ({ pack, folder }) =>
      await runConsumer(await pack(), folder, { install: npmInstall, program: nodeOf("node-24") }),
    [nodeOf("node-24")],
    "node-24",
  ),
  "npm-bun": way(
    async ({ pack, folder }) =>
      await runConsumer(await pack(), folder, {
        install: (tarball) => [bun, "add", tarball],
        program: bun,
      }),
    [bun],
    "bun",
  ),
  "npm-publint": tool(checkPublint, publint),
  "npm-attw": tool(checkAttw, attw),
  "npm-parcel": tool(checkParcel, parcel),
  "npm-unused": tool(checkUnused, rolldown),
  "npm-require-node-20": required("node-20", [nodeOf("node-20"), "--experimental-websocket"]),
  "npm-require-node-22": required("node-22", [nodeOf("node-22")]),
  "npm-require-node-24": required("node-24", [nodeOf("node-24")]),
  "npm-require-bun": required("bun", [bun]),
  "npm-bin-npx": way(async ({ pack, folder }) => await checkNpx(await pack(), folder), ["npx"]),
  "npm-bin-node-20": command("node-20", nodeOf("node-20"), "--experimental-websocket"),
  "npm-bin-lack": way(
    async ({ pack, folder }) => await checkLack(await pack(), folder, nodeOf("node-20")),
    [nodeOf("node-20")],
    "node-20",
  ),
  "npm-bin-node-24": command("node-24", nodeOf("node-24")),
  "npm-bin-bun": command("bun", bun),
  "cli-terminal": way(() => checkTerminal(), ["tmux"], "terminal"),
  "edge-esbuild": bundled(bundlers.esbuild, [esbuild]),
  "edge-rolldown": bundled(bundlers.rolldown, [rolldown]),
  "edge-deno-bundle": bundled(bundlers.deno, []),
  "edge-unbundled": way(
    async ({ pack, folder }) => await checkUnbundled(await pack(), folder),
    ["node", miniflare],
    "workerd",
  ),
  "transforms-babel": transformed(variants.babel),
  "transforms-react-native": transformed(variants.reactNative, variants.reactNativeWeb),
  "transforms-swc": transformed(variants.swc),
  "transforms-typescript": transformed(variants.typescript, variants.typescriptSources),
  "transforms-esbuild": transformed(variants.esbuild),
  "transforms-jest": way(
    async ({ pack, folder }) => await checkJest(await pack(), folder),
    [nodeOf("node-24"), ...compilers],
    "node-24 transforms",
  ),
  "tree-shaking": way(checkTreeShaking),
  "playground-chromium": way(() => checkPlayground(), ["chromium"], "chromium"),
  "contract-chromium": way(checkContract, ["chromium"], "chromium"),
};

if (import.meta.main) Deno.exit(await runWays(ways, Deno.args));
