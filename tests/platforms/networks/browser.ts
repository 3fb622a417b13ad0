/**
 * Scenarios in Chromium: offline, frozen, hidden, cached, and in many tabs.
 *
 * @module
 */

import { tools } from "../runtimes/runners.ts";
import { ACTORS, echoServer, type Seen, type Server } from "./actors.ts";
import { type Browser, startBrowser, type Tab } from "./devtools.ts";
import { seconds } from "./report.ts";
import type { Scenario } from "./scenario.ts";
import { expect, freePort, NotHere, type Scope } from "./scope.ts";

const here = (name: string): string => new URL(name, import.meta.url).pathname;
const WAIT_MS = 15_000;
const POLL_MS = 50;
/** What a busy machine adds. */
const MARGIN_MS = 500;
/** A hint is followed within this time. */
const HINT_MS = 500;
/** Chromium lets the timers of hidden pages fire once a second. */
const THROTTLE_MS = 1_000;
/** Long enough that only a hint can explain an earlier dial. */
const LONG_MS = 20_000;
const SHORT_MS = 300;
const WATCH_MS = 2_000;
const TABS = 20;
/** The default policy: the first delay is 1 s + U(0, 1) s. */
const DELAY_MS = { min: 1_000, max: 2_000 };

interface Stage {
  readonly scope: Scope;
  readonly browser: Browser;
  readonly server: Server;
  /** Where the page is. */
  readonly page: string;
  /** Where the server is. */
  readonly url: string;
}

/** A browser, a site, and a server. */
async function prepare(scope: Scope): Promise<Stage> {
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

/** Waits for something that a page sees. */
async function first(
  scope: Scope,
  tab: Tab,
  type: string,
  sinceMs: number,
  withinMs: number,
): Promise<Seen> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const [found] = await tab.all(type, sinceMs);
    if (found) return found;
    if (Date.now() > endMs) throw new Error(`Not within ${withinMs} ms: '${type}' in the page`);
    await scope.sleep(POLL_MS);
  }
}

/** A tab whose client is open. */
async function connect(stage: Stage, delays: readonly number[] | null): Promise<Tab> {
  const { browser, page, url, scope } = stage;
  const tab = await browser.open(page);
  const job = { url, ...(delays && { delays }) };
  await tab.evaluate(`connect(${JSON.stringify(job)})`);
  await first(scope, tab, "open", 0, WAIT_MS);
  return tab;
}

/** The server is gone for a moment; nobody is told but by TCP. */
async function restart({ server }: Stage): Promise<number> {
  const killedMs = Date.now();
  await server.kill();
  await server.start();
  return killedMs;
}

/** The dial that a hint caused, and how long after it; the client was to wait much longer. */
async function dialAfter(
  scope: Scope,
  tab: Tab,
  sinceMs: number,
  throttleMs = 0,
): Promise<string> {
  const hint = await first(scope, tab, "hint", sinceMs, WAIT_MS);
  const dial = await first(scope, tab, "dial", sinceMs, HINT_MS + throttleMs + MARGIN_MS);
  await first(scope, tab, "open", dial.atMs, WAIT_MS);
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
  await first(scope, tab, "hint", 0, WAIT_MS);
  await tab.evaluate("send('sent while offline')");
  await scope.sleep(WATCH_MS);
  expect((await tab.all("close")).length === 0, "the open connection stays");
  const arrived = server.all("message").length;
  const killedMs = await restart(stage);
  await scope.sleep(WATCH_MS);
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

/** A frozen page does nothing. Resumed, it learns of the loss, or dials early if it knew. */
async function playFrozen(scope: Scope): Promise<string> {
  const stage = await prepare(scope);
  const { server } = stage;
  const tab = await connect(stage, [LONG_MS]);
  await setState(tab, "frozen");
  await first(scope, tab, "freeze", 0, WAIT_MS);
  const killedMs = await restart(stage);
  await scope.sleep(WATCH_MS);
  expect((await tab.all("close")).length === 0, "a frozen page hears nothing");
  const resumedMs = Date.now();
  await setState(tab, "active");
  const loss = await first(scope, tab, "close", resumedMs, WAIT_MS);
  const hint = await first(scope, tab, "hint", resumedMs, WAIT_MS);
  expect(loss.error === "connection-lost", `${loss.error} is told when it is resumed`);
  await setState(tab, "frozen");
  await scope.sleep(WATCH_MS);
  expect(server.all("open", killedMs).length === 0, "a frozen page dials nothing");
  const againMs = Date.now();
  await setState(tab, "active");
  const dialled = await dialAfter(scope, tab, againMs, THROTTLE_MS);
  return `loss told ${loss.atMs - resumedMs} ms after resuming, ${
    loss.atMs - hint.atMs
  } ms after the hint; resumed while waiting (still hidden), ${dialled}`;
}

/** A tab that is shown again dials early. */
async function playHidden(scope: Scope): Promise<string> {
  const stage = await prepare(scope);
  const tab = await connect(stage, [LONG_MS]);
  const other = await stage.browser.open(stage.page);
  await other.show();
  const { data: visibility } = await first(scope, tab, "visibilitychange", 0, WAIT_MS);
  expect(visibility === "hidden", `the tab is ${visibility} behind another one`);
  const killedMs = await restart(stage);
  await first(scope, tab, "close", killedMs, WAIT_MS);
  await scope.sleep(WATCH_MS);
  expect(stage.server.all("open", killedMs).length === 0, "the tab waits");
  const shownMs = Date.now();
  await tab.show();
  return `lost while hidden; shown again, ${await dialAfter(scope, tab, shownMs)}`;
}

/** A page that comes back from the cache has lost its connection, and goes on. */
async function playCached(scope: Scope): Promise<string> {
  const stage = await prepare(scope);
  const { server, page } = stage;
  const tab = await connect(stage, [LONG_MS]);
  const leave = async (): Promise<void> => {
    await tab.command("Page.navigate", { url: `${page}elsewhere` });
    await scope.sleep(WATCH_MS);
  };
  const comeBack = async (): Promise<number> => {
    const backMs = Date.now();
    await tab.evaluate("history.back()");
    await scope.sleep(WATCH_MS);
    const isRestored = await tab.evaluate("seen.some(({ persisted }) => persisted)");
    if (!isRestored) throw new NotHere("this Chromium does not put the page into its cache");
    return backMs;
  };
  await leave();
  const lostMs = await comeBack();
  const { error } = await first(scope, tab, "close", lostMs, WAIT_MS);
  expect(error === "connection-lost", `${error} is told when it is back`);
  expect((await tab.all("dial")).length === 1, "the client waits for its delay");
  // Nobody knows of the page while it waits, so the cache may keep it as it is.
  await leave();
  const dials = server.all("open").length;
  expect(dials === 1, `a page in the cache dials nothing: ${dials}`);
  const dialled = await dialAfter(scope, tab, await comeBack());
  return `left while open: lost when it was back; left while waiting: ${dialled}`;
}

/** When each of many pages is back, from the death of the server. */
async function returns(stage: Stage, newWindow: boolean): Promise<readonly number[]> {
  const { scope, server, browser, page, url } = stage;
  for (let n = 0; n < TABS; n++) {
    const tab = await browser.open(page, newWindow);
    await tab.evaluate(`connect({ url: "${url}" })`);
    await first(scope, tab, "open", 0, WAIT_MS);
    const visibility = await tab.evaluate("document.visibilityState");
    expect(visibility === "visible", `the last page opened is ${visibility}`);
  }
  const killedMs = await restart(stage);
  const opens = await scope.until("all pages are back", WAIT_MS, () => {
    const opens = server.all("open", killedMs);
    return opens.length >= TABS && opens;
  });
  await scope.sleep(WATCH_MS);
  expect(server.all("open", killedMs).length === TABS, "each page connects once");
  return opens.map(({ atMs }) => atMs - killedMs);
}

function spread(times: readonly number[]): string {
  const most = Math.max(
    ...times.map((start) => times.filter((it) => it >= start && it < start + 100).length),
  );
  return `${times.length} back ${seconds(Math.min(...times))} to ${
    seconds(Math.max(...times))
  } after the loss, at most ${most} within 100 ms`;
}

function expectWithin(times: readonly number[], maxMs: number): void {
  const isIn = times.every((it) => it >= DELAY_MS.min && it <= maxMs + MARGIN_MS);
  expect(isIn, `all are back between ${DELAY_MS.min} and ${maxMs} ms: ${times}`);
}

/** Visible pages keep the spread that the policy gives them. */
async function playWindows(scope: Scope): Promise<string> {
  const times = await returns(await prepare(scope), true);
  expectWithin(times, DELAY_MS.max);
  const half = times.filter((it) => it < (DELAY_MS.min + DELAY_MS.max) / 2).length;
  // At most one of 20 draws in either half: a chance of 1 in 25,000.
  expect(half > 1 && half < TABS - 1, `both halves of the second are used: ${times}`);
  return spread(times);
}

/** Chromium gathers the timers of hidden pages at its own ticks. */
async function playTabs(scope: Scope): Promise<string> {
  const times = await returns(await prepare(scope), false);
  expectWithin(times, DELAY_MS.max + THROTTLE_MS);
  return `${spread(times)} (hidden pages: Chromium gathers their timers at ticks of 1 s)`;
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
