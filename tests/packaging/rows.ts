/**
 * Every way in: URL, JSR, npm, bundled, compiled, unbundled at the edge.
 *
 * @module
 */

import { checkPlayground } from "../project/playground_browsers.ts";
import { checkBin, checkLack, checkNpx, checkTerminal } from "./bin.ts";
import { type Row, row, type Rows } from "../platforms/rows.ts";
import { bun, modulesOf, nodeOf } from "../platforms/runtimes/runners.ts";
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
import { checkPackedTls, checkTls } from "./chaos_tls.ts";
import { DENO } from "../client/cli/processes.ts";
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
import { checkTreeShaking } from "./shaking.ts";
import { checkFirstExample, checkPageLines } from "./readme.ts";
import { checkJest } from "./transforms/jest.ts";
import { checkVersion, compilerOf } from "./type_versions.ts";
import { checkTransforms } from "./transforms/rows.ts";
import * as variants from "./transforms/variants.ts";
import { checkUrlImport } from "./url_import.ts";

const bundled = (bundle: Bundle, needs: readonly string[]): Row =>
  row(
    async ({ pack, folder }) => await checkBundled(await pack(), folder, bundle),
    ["node", miniflare, ...needs],
    "workerd ways",
  );

const typed = (moduleResolution: ModuleResolution): Row =>
  row(
    async ({ pack, folder }) => await checkTypes(await pack(), folder, moduleResolution),
    [tsc],
    "ways",
  );

const typedBy = (version: string): Row =>
  row(
    async ({ pack, folder }) => await checkVersion(await pack(), folder, version),
    ["node", compilerOf(version)],
    "types",
  );

const tool = (check: (packed: Package, folder: string) => Promise<string>, path: string): Row =>
  row(async ({ pack, folder }) => await check(await pack(), folder), [path], "ways");

const command = (name: string, ...runtime: readonly [string, ...string[]]): Row =>
  row(
    async ({ pack, folder }) => await checkBin(await pack(), folder, runtime),
    [runtime[0]],
    name,
  );

const tls = (name: string, runtime: string): Row =>
  row(
    async ({ pack, folder, signal }) => await checkPackedTls(await pack(), folder, runtime, signal),
    [runtime, "openssl"],
    name,
  );

const required = (name: string, command: readonly [string, ...string[]]): Row =>
  row(
    async ({ pack, folder }) => await checkRequire(await pack(), folder, command),
    [command[0]],
    name,
  );

const compilers = ["@babel/core", "@swc/core", "jest", "typescript"]
  .map((name) => `${modulesOf("transforms")}/${name}/package.json`);

const transformed = (...tools: readonly variants.Variants[]): Row =>
  row(
    async ({ pack, folder }) => await checkTransforms(await pack(), folder, ...tools),
    [nodeOf("node-24"), ...compilers],
    "node-24 transforms",
  );

/** The rows, by name. */
export const rows: Rows = {
  "url-import": row(checkUrlImport),
  "jsr": row(checkJsr),
  "npm-package": row(async ({ pack }) => {
    const packed = await pack();
    await assertPackage(packed);
    return `${packed.files.length} files, ESM only`;
  }),
  "readme-first-example": row(
    async ({ pack, folder }) => await checkFirstExample(await pack(), folder),
    ["node", "npx", "chromium"],
    "chromium",
  ),
  "readme-page-lines": row(
    async ({ pack }) => await checkPageLines(await pack()),
    ["chromium"],
    "chromium",
  ),
  "npm-names": row(async ({ pack }) => `${await assertSameNames(await pack())} names, as on JSR`),
  "npm-types-nodenext": typed("nodenext"),
  "npm-types-bundler": typed("bundler"),
  "npm-types-node10": typed("node10"),
  // The first that compiles it, the first that knows `using`, and the newest.
  "npm-types-4.7": typedBy("4.7"),
  "npm-types-5.2": typedBy("5.2"),
  "npm-types-7.0": typedBy("7.0"),
  "npm-node-24": row(
    async ({ pack, folder }) =>
      await runConsumer(await pack(), folder, { install: npmInstall, program: nodeOf("node-24") }),
    [nodeOf("node-24")],
    "node-24",
  ),
  "npm-bun": row(
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
  "npm-bin-npx": row(async ({ pack, folder }) => await checkNpx(await pack(), folder), ["npx"]),
  "npm-bin-node-20": command("node-20", nodeOf("node-20"), "--experimental-websocket"),
  "npm-bin-lack": row(
    async ({ pack, folder }) => await checkLack(await pack(), folder, nodeOf("node-20")),
    [nodeOf("node-20")],
    "node-20",
  ),
  "npm-bin-node-24": command("node-24", nodeOf("node-24")),
  "npm-bin-bun": command("bun", bun),
  "cli-tls-deno": row(({ signal }) => checkTls(DENO, signal), ["openssl"]),
  "cli-tls-node-24": tls("node-24", nodeOf("node-24")),
  "cli-tls-bun": tls("bun", bun),
  "cli-terminal": row(() => checkTerminal(), ["tmux"], "terminal"),
  "edge-esbuild": bundled(bundlers.esbuild, [esbuild]),
  "edge-rolldown": bundled(bundlers.rolldown, [rolldown]),
  "edge-deno-bundle": bundled(bundlers.deno, []),
  "edge-unbundled": row(
    async ({ pack, folder }) => await checkUnbundled(await pack(), folder),
    ["node", miniflare],
    "workerd",
  ),
  "transforms-babel": transformed(variants.babel),
  "transforms-react-native": transformed(variants.reactNative, variants.reactNativeWeb),
  "transforms-swc": transformed(variants.swc),
  "transforms-typescript": transformed(variants.typescript, variants.typescriptSources),
  "transforms-esbuild": transformed(variants.esbuild),
  "transforms-jest": row(
    async ({ pack, folder }) => await checkJest(await pack(), folder),
    [nodeOf("node-24"), ...compilers],
    "node-24 transforms",
  ),
  "tree-shaking": row(checkTreeShaking),
  "playground-chromium": row(() => checkPlayground("chromium"), ["chromium"], "chromium"),
  "playground-firefox": row(() => checkPlayground("firefox"), ["firefox-esr"], "firefox"),
  "playground-webkitgtk": row(
    () => checkPlayground("webkitgtk"),
    ["WebKitWebDriver", "Xvfb"],
    "webkitgtk",
  ),
  "contract-chromium": row(checkContract, ["chromium"], "chromium"),
};
