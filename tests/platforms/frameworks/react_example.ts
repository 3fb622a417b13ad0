/**
 * `examples/react` in Chromium, with a server that dies and comes back.
 * `deno run -A tests/platforms/frameworks/react_example.ts docs/images/banner.png` makes the picture
 * of `docs/react.md`.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { run } from "../../packaging/command.ts";
import { pack } from "../../packaging/package.ts";
import { openPage, type Page } from "../../project/devtools.ts";
import { startEcho } from "../real/echo.ts";
import { row, type Rows, type Stage } from "../rows.ts";
import { modulesOf, nodeOf } from "../runtimes/runners.ts";
import { host } from "./page.ts";
import { createProject } from "./project.ts";

const modules = modulesOf("react");
const node = nodeOf("node-24");
const vite = `${modulesOf("platforms")}/vite/bin/vite.js`;

const banner = `(document.querySelector("[role=status]")?.textContent ?? "")`;
const list = `[...document.querySelectorAll("li")].map((it) => it.textContent.trim()).join()`;

/** Sends as soon as there is a form: before the effect that makes the client. */
const HASTE = `<script>
  new MutationObserver((_, observer) => {
    const form = document.querySelector("form");
    if (!form) return;
    observer.disconnect();
    form.text.value = "Too early";
    form.querySelector("button").click();
  }).observe(document, { childList: true, subtree: true });
</script>`;

function write(page: Page, text: string): Promise<unknown> {
  return page.evaluate(`
    document.querySelector("input").value = "${text}";
    document.querySelector("form").requestSubmit();`);
}

async function setOffline(page: Page, offline: boolean): Promise<void> {
  await page.call("Network.emulateNetworkConditions", {
    ...{ offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
  });
}

/** Builds the example with Vite; gives its files. */
async function buildExample(stage: Stage): Promise<Record<string, string>> {
  const files = ["index.html", "app.jsx"].map((name) => `../../../../examples/react/${name}`);
  const project = await createProject(stage, files, modules);
  await run([node, vite, "build", "--logLevel=warn"], { cwd: project });
  const built: Record<string, string> = {
    "/": (await Deno.readTextFile(`${project}/dist/index.html`)).replace("<title>", `${HASTE}$&`),
  };
  for await (const { name } of Deno.readDir(`${project}/dist/assets`)) {
    built[`/assets/${name}`] = await Deno.readTextFile(`${project}/dist/assets/${name}`);
  }
  return built;
}

async function checkExample(stage: Stage, picture?: string): Promise<string> {
  await using server = await startEcho();
  await using pages = host(await buildExample(stage));
  await using page = await openPage(`${pages.origin}/?server=${server.url}`);
  const size = { width: 560, height: 250, deviceScaleFactor: 2, mobile: false };
  await page.call("Emulation.setDeviceMetricsOverride", size);
  await page.until(`document.querySelector("form button:enabled") && ${banner} === ""`);
  assertEquals(await page.evaluate(`document.querySelector("input").value`), "Too early");
  await write(page, "Hello");
  await page.until(`${list} === "Hello"`);

  await server.kill();
  await page.until(`/^No connection. Next attempt in 2 s. Retry now$/.test(${banner})`);
  await write(page, "Is this thing on?");
  await page.until(`${list} === "Hello,Is this thing on? sending"`);
  await page.until(`/ in 1 s/.test(${banner})`);
  await page.until(`/ in [2-4] s/.test(${banner})`);
  if (picture) await Deno.writeFile(picture, await page.screenshot());

  await page.call("Network.enable");
  await setOffline(page, true);
  await page.until(`${banner}.trim() === "You are offline. What you write is kept."`);
  await setOffline(page, false);
  await page.until(`/Next attempt/.test(${banner})`);
  await server.start();
  await page.evaluate(`document.querySelector("[role=status] button")?.click()`);
  await page.until(`${banner} === "" && ${list} === "Hello,Is this thing on?"`);
  assertEquals(server.peak, 1, "connections at once");
  const refused = /ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|favicon|404/;
  assertEquals(page.errors.filter((error) => !refused.test(error)), []);
  return "a countdown, offline, retry now, what was written meanwhile arrives";
}

/** The row. */
export const reactExample: Rows = {
  "example-react": row(
    (stage) => checkExample(stage),
    ["chromium", node, vite, `${modules}/react/package.json`],
    "react chromium platforms node-24",
  ),
};

if (import.meta.main) {
  const [picture = ""] = Deno.args;
  const folder = await Deno.makeTempDir();
  assert(picture, "Usage: react_example.ts PICTURE");
  const { signal } = new AbortController();
  const stage = { folder: `${folder}/stage`, only: "", signal, pack: () => pack(folder) };
  console.log(await checkExample(stage, picture));
  await Deno.remove(folder, { recursive: true });
}
