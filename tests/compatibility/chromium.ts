/**
 * The contract in Chromium: a page observes its native class and ours, and posts what it saw.
 *
 * @module
 */

import * as esbuild from "npm:esbuild@0.28.2";
import { openChromium } from "../platforms/runtimes/browsers.ts";
import { serveContract } from "./contract_server.ts";
import { assertExplained, type Comparison, differences } from "./differences.ts";
import { MortalServer } from "./mortal_server.ts";
import { sleep } from "./trial.ts";

const FOLDER = new URL("./", import.meta.url);
const ENTRY = new URL("../../mod.ts", import.meta.url).pathname;
const LIMIT_MS = 180_000;

async function bundle(): Promise<string> {
  const { outputFiles: [file] } = await esbuild.build({
    entryPoints: [ENTRY],
    bundle: true,
    format: "esm",
    write: false,
  });
  await esbuild.stop();
  return file?.text ?? "";
}

/** Chromium's children may still write for a moment after it has ended. */
async function removeSoon(folder: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      await Deno.remove(folder, { recursive: true });
      return;
    } catch (error) {
      if (tries === 20) throw error;
      await sleep(100);
    }
  }
}

/** Compares on a page; `base` is the server that the contract is observed against. */
async function compareInChromium(base: string): Promise<readonly Comparison[]> {
  const client = await bundle();
  await using stack = new AsyncDisposableStack();
  const profile = await Deno.makeTempDir({ prefix: "contract-profile-" });
  stack.defer(() => removeSoon(profile));
  const { promise, resolve, reject } = Promise.withResolvers<readonly Comparison[]>();
  const limit = setTimeout(() => reject(new Error("Chromium was not done in time")), LIMIT_MS);
  stack.defer(() => clearTimeout(limit));
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/results") {
        const results = await request.json();
        if (Array.isArray(results)) resolve(results);
        else reject(new Error(`The page failed: ${results}`));
        return new Response();
      }
      const isPage = pathname === "/";
      const file = new URL(isPage ? "contract_page.html" : pathname.slice(1), FOLDER);
      const body = pathname === "/client.js"
        ? client
        : await Deno.readTextFile(file).catch(() => null);
      const type = isPage ? "text/html" : "text/javascript";
      return new Response(body, {
        status: body === null ? 404 : 200,
        headers: { "Content-Type": type },
      });
    },
  );
  stack.defer(() => server.shutdown());
  openChromium(`http://127.0.0.1:${server.addr.port}/?base=${base}`, profile, stack);
  return await promise;
}

/** Fails for each difference from Chromium that is not explained. */
export async function checkContract(): Promise<string> {
  await using server = new MortalServer(serveContract);
  await server.start();
  const comparisons = await compareInChromium(`ws://${server.host}`);
  const failures = comparisons.flatMap((comparison) => {
    try {
      assertExplained("chromium", comparison);
      return [];
    } catch (error) {
      return [`${error}`];
    }
  });
  if (failures.length > 0) throw new Error(failures.join("\n"));
  const differ = Object.keys(differences.chromium ?? {}).length;
  return `${comparisons.length - differ} observations are the same, ${differ} differ for a reason`;
}
