/**
 * Goes every way in: `deno run -A tests/ways/run.ts [NAME...]`. Prints one row a way; exit code 1 if
 * one failed, or, with CI=true, if what it needs is missing.
 *
 * @module
 */

import { bun, nodeOf } from "../runtime/runners.ts";
import { checkContract } from "../dropin/chromium.ts";
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
import { checkTypes, npmInstall, runConsumer, tsc } from "./npm.ts";
import { assertPackage, assertSameNames } from "./package.ts";
import { runWays, type Way, way, type Ways } from "./rows.ts";
import { checkTreeShaking } from "./shaking.ts";
import { checkUrlImport } from "./url_import.ts";

const bundled = (bundle: Bundle, needs: readonly string[]): Way =>
  way(
    async ({ pack, folder }) => await checkBundled(await pack(), folder, bundle),
    ["node", miniflare, ...needs],
    "workerd ways",
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
  "npm-types-nodenext": way(
    async ({ pack, folder }) => await checkTypes(await pack(), folder, "nodenext"),
    [tsc],
    "ways",
  ),
  "npm-types-bundler": way(
    async ({ pack, folder }) => await checkTypes(await pack(), folder, "bundler"),
    [tsc],
    "ways",
  ),
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
  "edge-esbuild": bundled(bundlers.esbuild, [esbuild]),
  "edge-rolldown": bundled(bundlers.rolldown, [rolldown]),
  "edge-deno-bundle": bundled(bundlers.deno, []),
  "edge-unbundled": way(
    async ({ pack, folder }) => await checkUnbundled(await pack(), folder),
    ["node", miniflare],
    "workerd",
  ),
  "tree-shaking": way(checkTreeShaking),
  "contract-chromium": way(checkContract, ["chromium"], "chromium"),
};

if (import.meta.main) Deno.exit(await runWays(ways, Deno.args));
