/**
 * The recipes of `docs/` that only a process of its own can prove, as they stand there: one that ends
 * while its client waits, and a server that refuses with a status and says when to come back.
 *
 * @module
 */

import { bun, tools } from "../runtimes/runners.ts";
import { ACTORS, type Runtime, runtimes } from "./actors.ts";
import { freePort } from "../ports.ts";
import type { Scenario } from "./scenario.ts";
import { expect, type Scope } from "./scope.ts";

const DOCS = new URL("../../../docs/", import.meta.url);
const ENTRIES = "holdfast.bundle.mjs";
const WAIT_MS = 30_000;
/** With the clock of the platform the process would go on for ever; so long shows that it does. */
const ALIVE_MS = 3_000;
/** More than any first wait of the policy (2 s), so that it shows whose delay it is. */
const RETRY_AFTER_SECONDS = 3;

/** What a recipe is told to dial, and from where it imports. */
interface Script {
  readonly file: string;
  readonly heading: string;
  /** Which block of code below the heading. */
  readonly block?: number;
  readonly url: string;
  /** Follows the recipe. */
  readonly more: string;
  readonly edit?: (code: string) => string;
}

/** Writes a recipe as a program of its own; returns its path. */
async function write(scope: Scope, { name, client }: Runtime, script: Script): Promise<string> {
  const text = await Deno.readTextFile(new URL(script.file, DOCS));
  const [, section = ""] = `\n${text}`.split(`\n${script.heading}\n`);
  const blocks = [...section.matchAll(/^```ts\n([^]*?)^```$/mg)];
  const code = blocks[script.block ?? 0]?.[1];
  if (!code) throw new Error(`There is no recipe below ${script.heading}`);
  const preflight = name === "deno" ? new URL("../lib/preflight.ts", DOCS).href : client;
  const folder = await scope.folder();
  await Deno.symlink(`${tools}/base/node_modules`, `${folder}/node_modules`);
  const path = `${folder}/recipe.ts`;
  const bare = name === "deno" ? "$&" : '"ws"';
  await Deno.writeTextFile(
    path,
    (script.edit ?? String)(code)
      .replaceAll('"@holdfast/websocket"', `"${client}"`)
      .replaceAll('"@holdfast/websocket/preflight"', `"${preflight}"`)
      .replaceAll(/"npm:ws@[\d.]+"/g, bare)
      .replaceAll("wss://example.com/feed", script.url) + script.more,
  );
  return path;
}

/** It ends by itself, while its client waits for the next attempt; without the recipe's clock it does not. */
async function playEnd(scope: Scope, runtime: Runtime): Promise<string> {
  const lives: string[] = [];
  for (const isWithout of [false, true]) {
    const path = await write(scope, runtime, {
      file: "recipes.md",
      heading: "## A process that may end while the client waits",
      url: `ws://127.0.0.1:${freePort()}`,
      edit: (code) => isWithout ? code.replace(", { sources: { clock } }", "") : code,
      more: 'ws.addEventListener("retry", () => console.log("waits"), { once: true });',
    });
    const running = scope.start([runtime.program, ...runtime.args, path]);
    const { value } = await running.lines.next();
    expect(value === "waits", `${runtime.name} waits: ${value} ${running.errors()}`);
    const ended = running.ended.then(() => "ended");
    const limit = scope.sleep(isWithout ? ALIVE_MS : WAIT_MS).then(() => "alive", () => "stopped");
    lives.push(await Promise.race([ended, limit]));
  }
  expect(`${lives}` === "ended,alive", `${runtime.name} ends with the recipe alone: ${lives}`);
  return "ends while its client waits, and does not with the platform's clock";
}

/** Refuses whatever comes, by HTTP or as an upgrade, with a hint, and accepts once it was obeyed. */
function startBusyServer(scope: Scope): { readonly url: string; accept(): void } {
  let isBusy = true;
  const end = new AbortController();
  // Not shutdown(), which waits for what clients hold open.
  scope.defer(() => end.abort());
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: end.signal };
  const server = Deno.serve(options, (request) => {
    if (isBusy) {
      return new Response("", {
        status: 429,
        headers: { "Retry-After": `${RETRY_AFTER_SECONDS}` },
      });
    }
    if (request.headers.get("upgrade") !== "websocket") return new Response("", { status: 426 });
    return Deno.upgradeWebSocket(request).response;
  });
  return {
    url: `ws://127.0.0.1:${server.addr.port}/feed`,
    accept(): void {
      isBusy = false;
    },
  };
}

const REPORT = `
ws.addEventListener("retry", ({ delayMs }) => console.log(delayMs));
ws.addEventListener("open", () => ws.close());
ws.closed.then(() => console.log("opened"));`;

/** The wait is the server's: at least what it says, and at most half as much more. */
async function playHint(scope: Scope, runtime: Runtime, script: Partial<Script>): Promise<string> {
  const server = startBusyServer(scope);
  const path = await write(scope, runtime, {
    ...{ file: "", heading: "", ...script },
    url: server.url,
    more: REPORT,
  });
  const running = scope.start([runtime.program, ...runtime.args, path]);
  const delays: number[] = [];
  const isHinted = (): boolean => (delays.at(-1) ?? 0) >= RETRY_AFTER_SECONDS * 1_000;
  for await (const line of running.lines) {
    if (line === "opened") break;
    delays.push(Number(line));
    if (isHinted()) server.accept();
    // A preflight asks after the first failure.
    if (delays.length > 1 && !isHinted()) break;
  }
  const isWithin = (delays.at(-1) ?? 0) <= RETRY_AFTER_SECONDS * 1_500;
  const what = `${delays.map(Math.round)} ms ${running.errors()}`;
  expect(isHinted() && isWithin, `${runtime.name} waits as the server says: ${what}`);
  return `waits ${delays.map((delayMs) => `${Math.round(delayMs)} ms`).join(", then ")}, and opens`;
}

const ALL: readonly Runtime[] = [
  ...runtimes,
  { name: "bun", program: bun, args: [], client: `file://${tools}/${ENTRIES}` },
];

const RECIPES: Readonly<Record<string, (scope: Scope, runtime: Runtime) => Promise<string>>> = {
  "unref": playEnd,
  "429-ws": (scope, runtime) =>
    playHint(scope, runtime, {
      file: "recipes.md",
      heading: "## A server that says when to come back",
      block: 1,
    }),
  "429-preflight": (scope, runtime) =>
    playHint(scope, runtime, {
      file: "preflight.md",
      heading: "# Why was it refused?",
      edit: (code) => code.replace("ws.close();", ""),
    }),
};

/** A row for each recipe and runtime. */
export const recipes: readonly Scenario[] = Object.entries(RECIPES).flatMap(([name, play]) =>
  ALL.map((runtime) => ({
    name: `recipe-${name}-${runtime.name}`,
    needs: [...ACTORS, runtime.program],
    install: "node-24 bun networks",
    play: (scope: Scope): Promise<string> => play(scope, runtime),
  }))
);
