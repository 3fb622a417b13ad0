/**
 * What the README tells a newcomer to do, done word for word in an empty folder: its files are written,
 * its commands run, and the chat is used in Chromium while its server is ended and started again.
 * `deno run -A tests/packaging/readme.ts` does it alone.
 *
 * Two things differ, as nothing is published and others use this machine: the package is installed
 * from the packed one, and the port of the server is a free one.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { freePort } from "../platforms/ports.ts";
import { host } from "../platforms/frameworks/page.ts";
import { startEcho } from "../platforms/real/echo.ts";
import { removeFolder, type Running, start } from "../platforms/runtimes/processes.ts";
import { openPage, type Page } from "../project/devtools.ts";
import { ROOT, run } from "./command.ts";
import { pack, type Package } from "./package.ts";

/** What an example consists of: files to write, commands that end, commands that go on. */
export interface Steps {
  readonly files: Readonly<Record<string, string>>;
  readonly commands: readonly string[];
  readonly servers: readonly string[];
}

/** A section of a document, without its heading. */
export function sectionOf(document: string, title: string): string {
  const [, text] = document.split(new RegExp(`^## ${title}$`, "m"));
  if (text === undefined) throw new Error(`no section '${title}'`);
  return text.split(/^## /m)[0] ?? "";
}

/** Reads the blocks: the first line of a file names it, a command that goes on has a terminal of its own. */
export function stepsOf(section: string): Steps {
  const files: Record<string, string> = {};
  const lines: string[] = [];
  for (const [, language, text = ""] of section.matchAll(/^```(\w+)[^\n]*\n([^]*?)^```$/gm)) {
    if (language === "sh") {
      lines.push(...text.trim().split("\n"));
      continue;
    }
    const [, name] = /^(?:\/\/|<!--) ([\w.-]+)/.exec(text) ?? [];
    if (name === undefined) throw new Error(`a block without a name:\n${text}`);
    files[name] = text;
  }
  const goesOn = (line: string): boolean => /# in (one terminal|another)$/.test(line);
  const bare = (line: string): string => line.replace(/\s+#.*/, "");
  return {
    files,
    commands: lines.filter((line) => !goesOn(line)).map(bare),
    servers: lines.filter(goesOn).map(bare),
  };
}

const banner = `document.querySelector("#banner").textContent`;
const said = `[...document.querySelectorAll("#messages li")].map((it) => it.textContent).join()`;

async function say(page: Page, text: string): Promise<void> {
  await page.evaluate(`document.querySelector("input").focus()`);
  await page.call("Input.insertText", { text });
  await page.evaluate(`document.querySelector("form button").click()`);
}

/** Writes down how long each step took. */
class Stopwatch {
  readonly laps: string[] = [];
  #lastMs = performance.now();

  lap(name: string): void {
    const nowMs = performance.now();
    this.laps.push(`${name} ${((nowMs - this.#lastMs) / 1_000).toFixed(1)} s`);
    this.#lastMs = nowMs;
  }
}

async function addressOf(server: Running): Promise<string> {
  for (let tries = 200; tries > 0; tries--) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+\//.exec(server.errors()) ?? [];
    if (address !== undefined) return address;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no address in: ${server.errors()}`);
}

/** From the README to a chat whose banner counts down while its server is gone, and goes when it is back. */
export async function checkFirstExample({ tarball }: Package, folder: string): Promise<string> {
  const watch = new Stopwatch();
  const port = String(freePort());
  const readme = await Deno.readTextFile(`${ROOT}README.md`);
  const steps = stepsOf(sectionOf(readme, "First example"));
  await Deno.mkdir(folder);
  for (const [name, text] of Object.entries(steps.files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text.replaceAll("8080", port));
  }
  watch.lap("files");
  for (const command of steps.commands) {
    const local = command.replace(/(?<= )@holdfast\/websocket\b/, tarball);
    await run(["sh", "-c", local], { cwd: folder });
  }
  watch.lap("install");
  await using stack = new AsyncDisposableStack();
  const inFolder = (command = ""): Running =>
    stack.use(start(["sh", "-c", `cd '${folder}' && exec ${command}`]));
  const [serve, showPage] = steps.servers;
  const server = inFolder(serve);
  const address = await addressOf(inFolder(showPage));
  const page = stack.use(await openPage(address));
  await page.until(`document.readyState === "complete" && ${banner} === ""`);
  await say(page, "hello");
  await page.until(`${said} === "hello"`);
  watch.lap("chat");

  Deno.kill(server.pid, "SIGINT");
  await server.ended;
  await page.until(`/^Next attempt in 2 s$/.test(${banner})`);
  await page.until(`/^Next attempt in 1 s$/.test(${banner})`);
  watch.lap("countdown");
  await say(page, "anyone there?");
  inFolder(serve);
  await page.until(`${banner} === "" && ${said} === "hello,anyone there?"`);
  watch.lap("back");
  assertEquals(page.errors.filter((error) => !/ERR_CONNECTION_REFUSED|404/.test(error)), []);
  return watch.laps.join(", ");
}

const PAGE = (head: string, from: string): string =>
  `<!doctype html>
  ${head}
  <script type="module">
    ${from}
    const ws = new ReconnectingWebSocket(new URL(location).searchParams.get("server"));
    ws.onopen = () => ws.send("hello");
    ws.onmessage = ({ data }) => document.title = data;
  </script>`;

/** The lines for pages without a build: the packed modules, as a CDN serves them, each as it is. */
export async function checkPageLines(
  { files, folder, manifest }: Package,
): Promise<string> {
  const table = sectionOf(await Deno.readTextFile(`${ROOT}README.md`), "Install");
  const [, line = ""] = /`(import [^`]+)`/.exec(table) ?? [];
  const [, map = ""] = /`(\{ "imports"[^`]+)`/.exec(table) ?? [];
  const [, range = ""] = /@holdfast\/websocket@([\d.]+)\//.exec(line) ?? [];
  assert(`${manifest.version}.`.startsWith(`${range}.`), `${range} is a range of this version`);
  const site: Record<string, string> = {};
  for (const file of files.filter((file) => file.endsWith(".js"))) {
    site[`/${file}`] = await Deno.readTextFile(`${folder}/${file}`);
  }
  const local = (text: string): string =>
    text.replace(/https:\/\/[^/]+\/@holdfast[^/]*\/[^/]*/, "");
  const bare = `import { ReconnectingWebSocket } from "@holdfast/websocket";`;
  await using pages = host({
    ...site,
    "/cdn": PAGE("", local(line)),
    "/map": PAGE(`<script type="importmap">${local(map)}</script>`, bare),
  });
  await using echo = await startEcho();
  for (const path of ["cdn", "map"]) {
    await using page = await openPage(`${pages.origin}/${path}?server=${echo.url}`);
    await page.until(`document.title === "hello"`);
  }
  return `${Object.keys(site).length} modules as they are: an import, an import map`;
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "readme-" });
  try {
    console.log(await checkFirstExample(await pack(folder), `${folder}/empty`));
  } finally {
    await removeFolder(folder);
  }
}
