/**
 * Scenarios in Chromium: offline, frozen, hidden, cached, and in many tabs.
 *
 * @module
 */

import { tools } from "../runtimes/runners.ts";
import type { HiddenOptions } from "../../../lib/hidden.ts";
import { ACTORS, echoServer, type Seen, type Server } from "./actors.ts";
import { type Browser, startBrowser, type Tab } from "./devtools.ts";
import { seconds } from "../report.ts";
import type { Scenario } from "./scenario.ts";
import { NotHere } from "../rows.ts";
import { freePort } from "../ports.ts";
import { expect, type Scope } from "./scope.ts";

const here = (name: string): string => new URL(name, import.meta.url).pathname;
/** For what takes a moment on a machine with nothing else to do. */
const WAIT_MS = 20_000;
const POLL_MS = 50;
/** So long that only a hint can explain a dial within {@linkcode WAIT_MS}. */
export const LONG_MS = 60_000;
const SHORT_MS = 300;
export const WATCH_MS = 2_000;
/** A hint counts for a loss that follows within this time. */
const FRESH_HINT_MS = 1_000;
const TABS = 20;
/** The default policy: the first delay is 1 s + U(0, 1) s. */
const DELAY_MS = { min: 1_000, max: 2_000 };
/** Pages read their clock in whole milliseconds. */
const ROUNDING_MS = 2;

export interface Stage {
  readonly scope: Scope;
  readonly browser: Browser;
  readonly server: Server;
  /** Where the page is. */
  readonly page: string;
  /** Where the server is. */
  readonly url: string;
}

/** A browser, a site, and a server. */
export async function prepare(scope: Scope): Promise<Stage> {
  const files: Record<string, [type: string, file: string]> = {
    "/": ["text/html", here("page.html")],
    "/client.js": ["text/javascript", `${tools}/holdfast.bundle.mjs`],
  };
  const site = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const [type, file] = files[new URL(request.url).pathname] ?? [];
      if (!type || !file) {
        return new Response("elsewhere", { headers: { "Content-Type": "text/html" } });
      }
      return new Response(await Deno.readTextFile(file), { headers: { "Content-Type": type } });
    },
  );
  scope.defer(() => site.shutdown());
  const port = freePort();
  const server = echoServer(scope, { port });
  await server.start();
  const browser = await startBrowser(scope);
  const page = `http://127.0.0.1:${site.addr.port}/`;
  return { scope, browser, server, page, url: `ws://127.0.0.1:${port}/` };
}

/** Waits until a page has seen so many of a type; returns the last of them. */
async function nth(
  scope: Scope,
  tab: Tab,
  count: number,
  type: string,
  sinceMs: number,
): Promise<Seen> {
  const endMs = Date.now() + WAIT_MS;
  for (;;) {
    const found = (await tab.all(type, sinceMs))[count - 1];
    if (found) return found;
    if (Date.now() > endMs) throw new Error(`Not within ${WAIT_MS} ms: '${type}' in the page`);
    await scope.sleep(POLL_MS);
  }
}

/** Waits for something that a page sees. */
export function first(scope: Scope, tab: Tab, type: string, sinceMs: number): Promise<Seen> {
  return nth(scope, tab, 1, type, sinceMs);
}

/** A tab whose client is open; `hidden` is what `pauseWhileHidden()` gets, which is not called without. */
export async function connect(
  stage: Stage,
  delays: readonly number[] | null,
  hidden?: HiddenOptions,
): Promise<Tab> {
  const { browser, page, url, scope } = stage;
  const tab = await browser.open(page);
  const job = { url, ...(delays && { delays }), ...(hidden && { hidden }) };
  await tab.evaluate(`connect(${JSON.stringify(job)})`);
  await first(scope, tab, "open", 0);
  return tab;
}

/** The server is gone for a moment, of which nothing but TCP tells. */
async function restart({ server }: Stage): Promise<number> {
  const killedMs = Date.now();
  await server.kill();
  await server.start();
  return killedMs;
}

/** The server is gone, and the client waits for its delay. */
async function lose({ scope, server }: Stage, tab: Tab): Promise<void> {
  const killedMs = Date.now();
  await server.kill();
  await first(scope, tab, "retry", killedMs);
}

/** The dial that a hint caused, and how long after it; by its delay the client was to wait much longer. */
async function dialAfter(scope: Scope, tab: Tab, sinceMs: number): Promise<string> {
  const hint = await first(scope, tab, "hint", sinceMs);
  const dial = await first(scope, tab, "dial", sinceMs);
  await first(scope, tab, "open", dial.atMs);
  const dials = await tab.all("dial", sinceMs);
  expect(dials.length === 1, `one dial, however many hints: ${dials.length}`);
  return `'${hint.data}' dialled after ${seconds(dial.atMs - hint.atMs)}`;
}

/** An open socket stays, new ones fail, and `online` makes the client hurry. */
async function playOffline(scope: Scope): Promise<string> {
  const stage = await prepare(scope);
  const { server } = stage;
  const tab = await connect(stage, [SHORT_MS, SHORT_MS, LONG_MS]);
  const setOffline = (offline: boolean): Promise<unknown> => {
    const throughput = { downloadThroughput: -1, uploadThroughput: -1 };
    return tab.command("Network.emulateNetworkConditions", { offline, latency: 0, ...throughput });
  };
  await tab.command("Network.enable");
  await setOffline(true);
  await first(scope, tab, "hint", 0);
  await tab.evaluate("send('sent while offline')");
  await scope.sleep(WATCH_MS);
  expect((await tab.all("close")).length === 0, "the open connection stays");
  const arrived = server.all("message").length;
  const killedMs = await restart(stage);
  await nth(scope, tab, 3, "close", killedMs);
  const errors = (await tab.all("close", killedMs)).map(({ error }) => error);
  const expected = "connection-lost,connect-failed,connect-failed";
  expect(`${errors}` === expected, `attempts fail while offline: ${errors}`);
  expect(server.all("open", killedMs).length === 0, "nothing reaches the server while offline");
  const onlineMs = Date.now();
  await setOffline(false);
  const dialled = await dialAfter(scope, tab, onlineMs);
  return `the open socket stays (${arrived} of 1 message arrived), new ones fail; ${dialled}`;
}

const setState = (tab: Tab, state: "frozen" | "active"): Promise<unknown> =>
  tab.command("Page.setWebLifecycleState", { state });

/** A client that is frozen while it waits dials nothing; one that was open learns of its loss later. */
async function playFrozen(scope: Scope): Promise<string> {
  const stage = await prepare(scope);
  const { server } = stage;
  const tab = await connect(stage, [LONG_MS]);
  await lose(stage, tab);
  await setState(tab, "frozen");
  await first(scope, tab, "freeze", 0);
  const startedMs = Date.now();
  await server.start();
  await scope.sleep(WATCH_MS);
  expect(server.all("open", startedMs).length === 0, "a frozen page dials nothing");
  const resumedMs = Date.now();
  await setState(tab, "active");
  const dialled = await dialAfter(scope, tab, resumedMs);
  const frozenMs = Date.now();
  await setState(tab, "frozen");
  await first(scope, tab, "freeze", frozenMs);
  await restart(stage);
  await scope.sleep(WATCH_MS);
  expect((await tab.all("close", frozenMs)).length === 0, "a frozen page dispatches nothing");
  const againMs = Date.now();
  await setState(tab, "active");
  return `frozen while waiting: ${dialled}; frozen while open: ${await lossAfter(
    scope,
    tab,
    againMs,
  )}`;
}

/** A loss of which the page learns as it goes on: the hint of that moment counts for it. */
async function lossAfter(scope: Scope, tab: Tab, sinceMs: number): Promise<string> {
  const loss = await first(scope, tab, "close", sinceMs);
  const hint = await first(scope, tab, "hint", sinceMs);
  const afterMs = loss.atMs - hint.atMs;
  expect(loss.error === "connection-lost", `${loss.error} is connection-lost`);
  if (afterMs > FRESH_HINT_MS) {
    throw new NotHere(`the loss came ${seconds(afterMs)} after the hint`);
  }
  return `lost ${afterMs} ms after the hint, ${await dialAfter(scope, tab, sinceMs)}`;
}

/** A tab that is shown again dials early. */
async function playHidden(scope: Scope): Promise<string> {
  const stage = await prepare(scope);
  const tab = await connect(stage, [LONG_MS]);
  const other = await stage.browser.open(stage.page);
  await other.show();
  const { data: visibility } = await first(scope, tab, "visibilitychange", 0);
  expect(visibility === "hidden", `the tab is ${visibility} behind another one`);
  const killedMs = await restart(stage);
  await first(scope, tab, "close", killedMs);
  await scope.sleep(WATCH_MS);
  expect(stage.server.all("open", killedMs).length === 0, "the tab waits");
  const shownMs = Date.now();
  await tab.show();
  return `lost while hidden; shown again, ${await dialAfter(scope, tab, shownMs)}`;
}

/** Leaves a page, for another. */
export async function leave({ page }: Stage, tab: Tab): Promise<void> {
  await tab.command("Page.navigate", { url: `${page}elsewhere` });
}

/** Comes back to a page from the cache; returns when that was. */
export async function comeBack(tab: Tab): Promise<number> {
  const backMs = Date.now();
  await tab.evaluate("history.back()");
  await tab.until("typeof seen === 'object'");
  const isRestored = await tab.evaluate("seen.some(({ persisted }) => persisted)");
  if (!isRestored) throw new NotHere("this Chromium does not put the page into its cache");
  return backMs;
}

/** A page in the cache dials nothing. Back, it dials early, and has lost what was open. */
async function playCached(scope: Scope): Promise<string> {
  const stage = await prepare(scope);
  const { server } = stage;
  const tab = await connect(stage, [LONG_MS]);
  // The server knows nothing of a page that waits, so the cache may keep it as it is.
  await lose(stage, tab);
  await leave(stage, tab);
  const startedMs = Date.now();
  await server.start();
  await scope.sleep(WATCH_MS);
  expect(server.all("open", startedMs).length === 0, "a page in the cache dials nothing");
  const dialled = await dialAfter(scope, tab, await comeBack(tab));
  await leave(stage, tab);
  await scope.sleep(WATCH_MS);
  const lost = await lossAfter(scope, tab, await comeBack(tab));
  return `left while waiting: ${dialled}; left while open: ${lost}`;
}

/**
 * Opens many pages and restarts the server: each comes back once, not before its delay, and the delays
 * are spread. Returns when each is back, from the kill.
 */
async function returns(stage: Stage, newWindow: boolean): Promise<readonly number[]> {
  const { scope, server, browser, page, url } = stage;
  const tabs: Tab[] = [];
  for (let n = 0; n < TABS; n++) {
    const tab = await browser.open(page, newWindow);
    await tab.evaluate(`connect({ url: "${url}" })`);
    await first(scope, tab, "open", 0);
    const visibility = await tab.evaluate("document.visibilityState");
    expect(visibility === "visible", `the last page opened is ${visibility}`);
    tabs.push(tab);
  }
  const killedMs = await restart(stage);
  const delaysMs = await Promise.all(tabs.map(async (tab) => {
    const { delayMs = NaN } = await first(scope, tab, "retry", killedMs);
    expect(delayMs >= DELAY_MS.min && delayMs <= DELAY_MS.max, `a first delay: ${delayMs} ms`);
    const dial = await first(scope, tab, "dial", killedMs);
    const afterMs = dial.atMs - killedMs;
    expect(afterMs >= delayMs - ROUNDING_MS, `${afterMs} ms after the kill, not before ${delayMs}`);
    await first(scope, tab, "open", dial.atMs);
    return delayMs;
  }));
  await scope.sleep(WATCH_MS);
  const timesMs = server.all("open", killedMs).map(({ atMs }) => atMs - killedMs);
  expect(timesMs.length === TABS, `each page connects once: ${timesMs.length}`);
  const half = delaysMs.filter((it) => it < (DELAY_MS.min + DELAY_MS.max) / 2).length;
  // At most one of 20 draws in either half: a chance of 1 in 25,000.
  expect(half > 1 && half < TABS - 1, `both halves of the second are used: ${delaysMs}`);
  return timesMs;
}

function spread(timesMs: readonly number[]): string {
  const most = Math.max(
    ...timesMs.map((start) => timesMs.filter((it) => it >= start && it < start + 100).length),
  );
  return `${timesMs.length} back ${seconds(Math.min(...timesMs))} to ${
    seconds(Math.max(...timesMs))
  } after the loss, at most ${most} within 100 ms`;
}

/** Visible pages. */
async function playWindows(scope: Scope): Promise<string> {
  return spread(await returns(await prepare(scope), true));
}

/** Chromium gathers the timers of hidden pages at its own ticks. */
async function playTabs(scope: Scope): Promise<string> {
  const timesMs = await returns(await prepare(scope), false);
  return `${spread(timesMs)} (hidden pages: Chromium gathers their timers at ticks of 1 s)`;
}

const plays: Readonly<Record<string, Scenario["play"]>> = {
  offline: playOffline,
  frozen: playFrozen,
  hidden: playHidden,
  "back-forward-cache": playCached,
  "20-windows": playWindows,
  "20-tabs": playTabs,
};

/** In Chromium. */
export const browsers: readonly Scenario[] = Object.entries(plays).map(([name, play]) => ({
  name: `chromium-${name}`,
  needs: [...ACTORS, "chromium"],
  install: "node-24 chromium networks",
  play,
}));
