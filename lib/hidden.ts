/**
 * Pauses a client whose page has been hidden for long, and resumes it when the page is shown: a tab that
 * nobody looks at must not dial a server that recovers.
 *
 * @example
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { pauseWhileHidden } from "@holdfast/websocket/hidden";
 *
 * const ws = new ReconnectingWebSocket("ws://localhost:8080/feed");
 * const release = pauseWhileHidden(ws, { afterMs: 60_000 });
 * release();
 * ws.close();
 * ```
 *
 * @module
 */

import { checkNumber } from "./_check.ts";
import { type Clock, type Page, platformClock } from "./sources.ts";

export type { Clock };

/** Many pages are shown at one moment: a host wakes, or a window is opened again. */
const SPREAD_MS = 500;

/** The members of a client that are used; one of `./core` gets two of them from `pausing()`. */
export interface PausableClient {
  /** What the client is doing. */
  readonly state: string;
  /** Drops the connection or the wait until `resume()`. */
  pause(): void;
  /** Goes on after a pause. */
  resume(): void;
  /** Registers a listener. */
  // deno-lint-ignore no-explicit-any -- clients differ in their event types
  addEventListener(type: string, listener: (event: any) => void): void;
  /** Removes a listener. */
  // deno-lint-ignore no-explicit-any -- as above
  removeEventListener(type: string, listener: (event: any) => void): void;
}

/** What events come from; the members that are used. */
export interface PageTarget {
  /** Registers a listener. */
  // deno-lint-ignore no-explicit-any -- the platform's types of events
  addEventListener(type: string, listener: (event: any) => void): void;
  /** Removes a listener. */
  // deno-lint-ignore no-explicit-any -- as above
  removeEventListener(type: string, listener: (event: any) => void): void;
}

/** What comes from outside, for tests. */
export interface HiddenSources {
  /** Says whether the page is hidden, and dispatches `visibilitychange`. */
  readonly document: PageTarget & { readonly visibilityState: string };
  /** Dispatches `pagehide` and `pageshow`. */
  readonly window: PageTarget;
  /** Timers and wall time. */
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Options of {@linkcode pauseWhileHidden}. */
export interface HiddenOptions {
  /**
   * How long a page is hidden before its client dials no more.
   *
   * @default {300_000} Who looks at another tab for a minute finds everything as it was; Chromium slows the
   * timers of a page down after as long.
   */
  afterMs?: number;
  /**
   * Whether an open connection is dropped then, too.
   *
   * @default {false} It costs the server little, and tells what the page may show in its title.
   */
  close?: boolean;
  /**
   * Replaces the platform's.
   *
   * @default {the platform's}
   */
  sources?: Partial<HiddenSources>;
}

/** What is read of the event `statechange`. */
interface StateChange {
  readonly previous: string;
  readonly state: string;
}

/** Unties a client from its page: as a call, and in a `using` declaration. */
export interface Release {
  /** Leaves the client as it is: a pause stays. */
  (): void;
  /** The same. */
  [Symbol.dispose](): void;
}

/**
 * Pauses a client while its page is hidden.
 *
 * Once the page has been hidden for `afterMs`, the client dials no more: one that connects or waits is paused,
 * one that is open when it loses its connection. A page that goes into the back/forward cache is paused at
 * once, open or not, as the browser would break the connection there, or refuse to keep the page for it.
 *
 * When the page is shown the client is resumed, within half a second, if it was paused by this. A pause that
 * was there before is left alone; a `pause()` during one of this changes nothing, so release first. After a
 * `resume()` of the user, or a `reconnect()` of a client that is paused or open, the page counts as hidden
 * anew. Time is wall time, looked at whenever a timer fires, late or not, and when the state of the client
 * changes.
 *
 * All is untied when the client is over. Where there is no document nothing is done.
 *
 * @returns What unties the client; a pause that is on then stays until `resume()`.
 * @throws {TypeError} `afterMs` is no number.
 * @throws {RangeError} `afterMs` is negative, NaN or longer than a timer can be.
 */
export function pauseWhileHidden(ws: PausableClient, options: HiddenOptions = {}): Release {
  const { afterMs = 300_000, close = false, sources = {} } = options;
  checkNumber("pause a client while its page is hidden", "afterMs", afterMs, 0);
  const { document = (globalThis as Page).document, window = globalThis } = sources;
  const { clock = platformClock, random = Math.random } = sources;
  let hiddenAtMs: number | null = null;
  let isCached = false;
  /** Whether the pause that is on was made here. */
  let isOurs = false;
  let timer: { readonly handle: unknown } | undefined;

  function isOver(): boolean {
    return /^clos/.test(ws.state);
  }

  function arm(callback: () => void, delayMs: number): void {
    disarm();
    // Up: a timer that fires within the last millisecond would be armed again and again.
    timer = { handle: clock.setTimeout(callback, Math.ceil(delayMs)) };
  }

  function disarm(): void {
    if (timer) clock.clearTimeout(timer.handle);
    timer = undefined;
  }

  function update(): void {
    const { state } = ws;
    if (isOver()) return release();
    const isHidden = isCached || document?.visibilityState === "hidden";
    if (!isHidden && hiddenAtMs === null) return;
    disarm();
    if (!isHidden) {
      hiddenAtMs = null;
      if (isOurs) arm(resume, SPREAD_MS * random());
      return;
    }
    const nowMs = clock.now();
    // Somebody may have set the clock back.
    hiddenAtMs = Math.min(hiddenAtMs ?? nowMs, nowMs);
    if (state === "paused") return;
    const leftMs = isCached ? 0 : hiddenAtMs + afterMs - nowMs;
    if (leftMs > 0) return arm(update, leftMs);
    if (state === "open" && !close && !isCached) return;
    isOurs = true;
    ws.pause();
  }

  function resume(): void {
    disarm();
    // The event that says that another ended the pause may still be due.
    if (isOurs && ws.state === "paused") ws.resume();
    isOurs = false;
  }

  function onStateChange({ previous, state }: StateChange): void {
    const isHidden = hiddenAtMs !== null;
    // Whoever ended the pause, or replaced the connection, wants one; whatever is paused next is not ours.
    if (previous === "paused" || previous === "open" && state === "connecting") {
      isOurs = false;
      if (isHidden) hiddenAtMs = clock.now();
    }
    if (state === "waiting" || isOver()) update();
    // It was a call, perhaps one of several, whose events come later: when all are known.
    else if (isHidden) arm(update, 0);
  }

  function onPageHide(): void {
    isCached = true;
    update();
  }

  function onPageShow(): void {
    isCached = false;
    update();
  }

  function release(): void {
    disarm();
    ws.removeEventListener("statechange", onStateChange);
    document?.removeEventListener("visibilitychange", update);
    window.removeEventListener("pagehide", onPageHide);
    window.removeEventListener("pageshow", onPageShow);
  }

  // Where the symbol is missing, compiled declarations look for another.
  Reflect.set(release, Symbol.dispose ?? Symbol.for("Symbol.dispose"), release);
  if (!document) return release as Release;
  ws.addEventListener("statechange", onStateChange);
  document.addEventListener("visibilitychange", update);
  window.addEventListener("pagehide", onPageHide);
  window.addEventListener("pageshow", onPageShow);
  update();
  return release as Release;
}
