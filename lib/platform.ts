/**
 * What a platform may lack, looked up when it is needed: an import never throws, and what is taken
 * away later breaks nothing. React Native has no MessageEvent, CloseEvent and
 * DOMException; other engines have less. Without EventTarget, Event, URL and a WebSocket there is
 * nothing to build on, which the constructor says.
 *
 * @module
 */

import type { Page } from "./sources.ts";

/** Whether this is workerd, known by a class that only it has: for what QUIRK(workerd) says elsewhere. */
export const IS_WORKERD: boolean = typeof WebSocketPair === "function";

declare const WebSocketPair: unknown;

/** Whether this is React Native, by what it says of itself: for what QUIRK(React Native) says elsewhere. */
export function isReactNative(): boolean {
  return (globalThis as Page).navigator?.product === "ReactNative";
}

/** The error of a platform that lacks what nothing can replace. */
export function missing(what: string): TypeError {
  return new TypeError(`Cannot create a ReconnectingWebSocket as this platform has no ${what}`);
}

/** The platform's `EventTarget`, which clients extend; without one, no client can be made. */
// A condition, as `??` would keep every class that extends it in bundles that do not use it.
export const PlatformEventTarget: typeof EventTarget = typeof EventTarget === "function"
  ? EventTarget
  : class {
    constructor() {
      throw missing("EventTarget");
    }
  } as typeof EventTarget;

/**
 * The classes of the realm of {@linkcode PlatformEventTarget}, which refuses the events of another:
 * when a simulated browser (jsdom, happy-dom) is taken away under a client, Node's own come back. What
 * is missing here may still come, and is looked up when it is needed.
 */
export const OwnEvent: typeof Event | undefined = typeof Event === "function" ? Event : undefined;

/** As {@linkcode OwnEvent}. */
export const OwnCloseEvent: typeof CloseEvent | undefined = typeof CloseEvent === "function"
  ? CloseEvent
  : undefined;

/** Calls `callback` in a microtask. */
export function soon(callback: () => void): void {
  if (typeof queueMicrotask === "function") queueMicrotask(callback);
  else Promise.resolve().then(callback);
}

/** A DOMException; without the class, an Error of that name. */
export function domException(message: string, name: string): DOMException {
  return typeof DOMException === "function"
    ? new DOMException(message, name)
    : Object.assign(new Error(message), { name }) as DOMException;
}

/** An AbortController; without the class, the part of it that listeners and polling need. */
export function abortController(): AbortController {
  if (typeof AbortController === "function") return new AbortController();
  const signal = Object.assign(new PlatformEventTarget(), { aborted: false });
  return {
    signal: signal as AbortSignal,
    abort(reason): void {
      if (signal.aborted) return;
      Object.assign(signal, { aborted: true, reason }).dispatchEvent(new Event("abort"));
    },
  };
}
