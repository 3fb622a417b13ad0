/**
 * Scenarios of `pauseWhileHidden()` in Chromium: behind another tab, with timers that are late, and in the
 * back/forward cache.
 *
 * @module
 */

import { seconds } from "../report.ts";
import { ACTORS } from "./actors.ts";
import { comeBack, connect, first, leave, LONG_MS, prepare, WATCH_MS } from "./browser.ts";
import type { Scenario } from "./scenario.ts";
import { expect, type Scope } from "./scope.ts";

const AFTER_MS = 1_500;
const QUICK_MS = 200;

/** A tab that loses its connection behind another dials no more, and comes back when it is shown. */
async function playBehind(scope: Scope): Promise<string> {
  const stage = await prepare(scope);
  const { server } = stage;
  const tab = await connect(stage, [QUICK_MS], { afterMs: AFTER_MS });
  const other = await stage.browser.open(stage.page);
  await other.show();
  await first(scope, tab, "visibilitychange", 0);
  await scope.sleep(2 * AFTER_MS);
  expect((await tab.all("is paused")).length === 0, "an open connection stays");
  const killedMs = Date.now();
  await server.kill();
  await first(scope, tab, "is paused", killedMs);
  await server.start();
  await scope.sleep(WATCH_MS);
  expect(server.all("open", killedMs).length === 0, "a hidden page dials nothing");
  expect((await tab.all("dial", killedMs)).length === 0, "nor does it try");
  const shownMs = Date.now();
  await tab.show();
  const { atMs } = await first(scope, tab, "open", shownMs);
  expect((await tab.all("dial", shownMs)).length === 1, "one dial");
  return `lost while hidden: no dial in ${seconds(WATCH_MS)}; open ${
    seconds(atMs - shownMs)
  } after it was shown`;
}

/** Chromium gathers the timers of a hidden page at ticks of a second, and fires none while it is frozen. */
async function playThrottled(scope: Scope): Promise<string> {
  const stage = await prepare(scope);
  const tab = await connect(stage, [QUICK_MS], { afterMs: AFTER_MS, close: true });
  const other = await stage.browser.open(stage.page);
  await other.show();
  const { atMs: hiddenMs } = await first(scope, tab, "visibilitychange", 0);
  const { atMs: pausedMs } = await first(scope, tab, "is paused", hiddenMs);
  const afterMs = pausedMs - hiddenMs;
  expect(afterMs >= AFTER_MS, `not before ${AFTER_MS} ms: ${afterMs} ms`);
  await scope.sleep(WATCH_MS);
  const shownMs = Date.now();
  await tab.show();
  const { atMs } = await first(scope, tab, "open", shownMs);
  const frozenMs = Date.now();
  await other.show();
  await first(scope, tab, "visibilitychange", frozenMs);
  await tab.command("Page.setWebLifecycleState", { state: "frozen" });
  await first(scope, tab, "freeze", frozenMs);
  await scope.sleep(2 * AFTER_MS);
  expect((await tab.all("is paused", frozenMs)).length === 0, "a frozen page has no timers");
  const thawedMs = Date.now();
  await tab.command("Page.setWebLifecycleState", { state: "active" });
  const { atMs: lateMs } = await first(scope, tab, "is paused", thawedMs);
  return `paused ${seconds(afterMs)} after it was hidden, open ${
    seconds(atMs - shownMs)
  } after it was shown; paused ${seconds(lateMs - thawedMs)} after it was frozen for longer`;
}

/** A page that goes into the cache closes its connection, and has a new one when it is back. */
async function playCachedPause(scope: Scope): Promise<string> {
  const stage = await prepare(scope);
  const { server } = stage;
  const tab = await connect(stage, [LONG_MS], { afterMs: 3_600_000 });
  const leftMs = Date.now();
  await leave(stage, tab);
  await scope.sleep(WATCH_MS);
  expect(server.all("end", leftMs).length === 1, "the server sees the connection close");
  expect(server.all("open", leftMs).length === 0, "a page in the cache dials nothing");
  const backMs = await comeBack(tab);
  const { atMs } = await first(scope, tab, "open", backMs);
  await scope.sleep(WATCH_MS);
  expect(server.all("open", backMs).length === 1, "one connection after it");
  const losses = (await tab.all("close", 0)).filter(({ error }) => error !== undefined);
  expect(losses.length === 0, `no connection is lost: ${losses.length}`);
  return `left while open: closed at once; open ${seconds(atMs - backMs)} after it was back`;
}

const plays: Readonly<Record<string, Scenario["play"]>> = {
  "hidden-pause": playBehind,
  "hidden-throttled": playThrottled,
  "hidden-cache": playCachedPause,
};

/** In Chromium. */
export const hiddenPages: readonly Scenario[] = Object.entries(plays).map(([name, play]) => ({
  name: `chromium-${name}`,
  needs: [...ACTORS, "chromium"],
  install: "node-24 chromium networks",
  play,
}));
