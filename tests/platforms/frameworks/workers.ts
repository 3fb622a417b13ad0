/**
 * Where there is no window: workers of a page, and the service worker of an extension.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { until } from "../../compatibility/trial.ts";
import { type Browser, startBrowser } from "../networks/devtools.ts";
import { freePort } from "../ports.ts";
import { Scope } from "../networks/scope.ts";
import { esbuild } from "../../packaging/edge.ts";
import { row, type Rows, type Stage } from "../rows.ts";
import { host, openIn, pageOf } from "./page.ts";
import { bundle, createProject } from "./project.ts";
import { LIFE } from "./project/life.mjs";
import { startEcho } from "../real/echo.ts";

const LIMIT_MS = 100_000;

const MANIFEST = {
  "manifest_version": 3,
  name: "A feed",
  version: "1",
  background: { service_worker: "service_worker.js", type: "module" },
  "host_permissions": ["http://127.0.0.1/*"],
};

/** What DevTools say of a page or a worker. */
interface Target {
  readonly type: string;
  readonly targetId: string;
  readonly url: string;
}

const LIFE_IN_WORKER = { ...LIFE, document: "undefined" };

async function checkWorkers(stage: Stage): Promise<string> {
  const project = await createProject(stage, ["life.mjs", "worker.mjs", "workers_page.mjs"]);
  await using server = await startEcho();
  await using pages = host({
    "/": pageOf(),
    "/module.js": await bundle(project, `export * from "./workers_page.mjs";`, "esm"),
    "/worker.js": await bundle(project, `import "./worker.mjs";`, "iife"),
  });
  await using stack = new AsyncDisposableStack();
  await openIn(stack, `${pages.origin}/?server=${server.url}`);
  assertEquals(await pages.next(), { dedicated: LIFE_IN_WORKER, shared: LIFE_IN_WORKER });
  return "a life in a dedicated worker and one in a shared worker";
}

async function checkRemoved(stage: Stage): Promise<string> {
  const project = await createProject(stage, [
    ...["left_behind.mjs", "left_worker.mjs", "removed_page.mjs"],
  ]);
  await using server = await startEcho();
  await using pages = host({
    "/": pageOf(),
    "/module.js": await bundle(project, `export * from "./removed_page.mjs";`, "esm"),
    "/frame": `<!doctype html><body><script type="module" src="/module.js"></script>`,
    "/worker.js": await bundle(project, `import "./left_worker.mjs";`, "iife"),
  });
  await using stack = new AsyncDisposableStack();
  const refused = `ws://127.0.0.1:${freePort()}/`;
  await openIn(stack, `${pages.origin}/?server=${server.url}&refused=${refused}`);
  assertEquals(await pages.next(), { escaped: [], thrown: [], before: [], after: [] });
  assertEquals(server.live, 0, "their connections ended with them, and none came after");
  return "7 clients go with their frame and 7 with their worker, nothing escapes or comes back";
}

/** Makes the extension; returns its folder. */
async function createExtension(stage: Stage, job: object): Promise<string> {
  const project = await createProject(stage, ["life.mjs", "service_worker.mjs"]);
  const extension = `${stage.folder}/extension`;
  await Deno.mkdir(extension);
  const code = await bundle(project, `import "./service_worker.mjs";`, "esm");
  const files = {
    "manifest.json": JSON.stringify(MANIFEST),
    "job.json": JSON.stringify(job),
    "service_worker.js": code,
    "wake.html": `<script src="wake.js"></script>`,
    "wake.js": `chrome.runtime.sendMessage("wake");`,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${extension}/${name}`, text);
  }
  return extension;
}

/** The only worker of the browser, which is the extension's. */
async function findWorker(browser: Browser): Promise<Target> {
  const { targetInfos } = await browser.command("Target.getTargets", {});
  const target = (targetInfos as Target[]).find(({ type }) => type === "service_worker");
  if (!target) throw new Error("No service worker runs");
  return target;
}

async function checkServiceWorker(stage: Stage): Promise<string> {
  await using server = await startEcho();
  await using pages = host({});
  const job = { server: server.url, origin: pages.origin };
  const extension = await createExtension(stage, job);
  await using scope = new Scope(AbortSignal.timeout(LIMIT_MS));
  const browser = await startBrowser(scope, `--load-extension=${extension}`);
  assertEquals(await pages.next(), LIFE_IN_WORKER);
  await until(() => server.live === 1, "a client is left open");
  const { targetId, url } = await findWorker(browser);
  await browser.command("Target.closeTarget", { targetId });
  await until(() => server.live === 0, "the client ends with its worker");
  await browser.command("Target.createTarget", { url: new URL("wake.html", url).href });
  assertEquals(await pages.next(), LIFE_IN_WORKER);
  await until(() => server.live === 1, "only the client of the next worker is open");
  return "a life; ended with a client open; a life of the next worker";
}

/** The rows. */
export const workers: Rows = {
  "workers": row(checkWorkers, ["chromium", esbuild], "chromium"),
  "removed-frame-and-worker": row(checkRemoved, ["chromium", esbuild], "chromium"),
  "mv3-service-worker": row(checkServiceWorker, ["chromium", esbuild], "chromium"),
};
