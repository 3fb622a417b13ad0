/**
 * Everything the client takes from outside: the WebSocket class, time, chance and hints about the
 * network. Tests replace all four; nothing else in `lib/` reads a clock or draws a random number.
 *
 * @module
 */

import { aFunction, anything, read, type Rules } from "./_check.ts";
import { ClientEventTarget } from "./client/event_target.ts";
import { missing } from "./platform.ts";

/** Time, as the client uses it. */
export interface Clock {
  /**
   * Wall time in milliseconds since the Unix epoch. Used for records, and to notice how late a
   * timer fired (sleep, throttling); no decision compares two of its values otherwise.
   */
  now(): number;
  /** Calls `callback` once after `delayMs` milliseconds, and returns a handle for `clearTimeout`. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Cancels a timer; a handle that fired already is ignored. */
  clearTimeout(handle: unknown): void;
}

/**
 * A hint about the network or the host: the network is back (`"online"`) or gone (`"offline"`), or
 * the page is shown again (`"wake"`). The client never believes a hint; it only tries earlier.
 */
export type ConnectivityHint = "online" | "offline" | "wake";

/** A source of hints about the network and the host. */
export interface Connectivity {
  /** Whether the host believes that it has a network. */
  readonly online: boolean;
  /**
   * Calls `listener` with each hint.
   *
   * @returns A function that unsubscribes.
   */
  subscribe(listener: (hint: ConnectivityHint) => void): () => void;
}

/**
 * The members of a WebSocket that the client uses. The platform's class, `ws`, undici and
 * mock-socket all fit.
 */
export interface WebSocketLike {
  /** How binary messages arrive; touched only once the user has set it. */
  binaryType: string;
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** The URL of the connection. */
  readonly url: string;
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /** The extensions that the server chose. */
  readonly extensions: string;
  /** Bytes handed over and not yet sent to the network. */
  readonly bufferedAmount: number;
  /** Sends one message. */
  // deno-lint-ignore no-explicit-any -- implementations differ in the data they take
  send(data: any): void;
  /** Starts the close handshake. */
  close(code?: number, reason?: string): void;
  /** Registers a listener for `open`, `message`, `error` or `close`. */
  // deno-lint-ignore no-explicit-any -- implementations differ in their event classes
  addEventListener(type: any, listener: (event: any) => void): void;
  /** Removes a listener. */
  // deno-lint-ignore no-explicit-any -- as above
  removeEventListener(type: any, listener: (event: any) => void): void;
}

/** A class that makes a {@linkcode WebSocketLike}. */
// deno-lint-ignore no-explicit-any -- implementations differ in their parameters
export type WebSocketConstructor = new (url: any, protocols?: any) => WebSocketLike;

/** Everything impure that the client uses. */
export interface Sources {
  /** The class whose instances carry the connections. */
  readonly WebSocket: WebSocketConstructor;
  /** Timers and wall time. */
  readonly clock: Clock;
  /** Uniform in [0, 1). Spreads delays only; it guards no secret, so it need not be unpredictable. */
  readonly random: () => number;
  /** Hints about the network, or `null` for none. */
  readonly connectivity: Connectivity | null;
}

/** Globals that only browsers have, so that nobody needs their types to check this module. */
export interface Page {
  readonly navigator?: { readonly onLine?: boolean; readonly product?: string };
  readonly document?: EventTarget & { readonly baseURI: string; readonly visibilityState: string };
  readonly location?: { readonly href: string };
}

/** Globals are looked up at each call, so that fake timers installed later are seen. */
export const platformClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

/** Milliseconds since then, or null; the wall clock may jump back. */
export function sinceMs(clock: Clock, atMs: number | null | undefined): number | null {
  return typeof atMs === "number" ? Math.max(0, clock.now() - atMs) : null;
}

/** The platform's class. */
export function platformWebSocket(): WebSocketConstructor {
  // A client in the place of the platform's class would carry itself, and so on without end.
  if (typeof WebSocket === "function" && !(WebSocket.prototype instanceof ClientEventTarget)) {
    return WebSocket;
  }
  throw missing("WebSocket of its own: pass 'sources.WebSocket'");
}

const RULES: Rules<Partial<Sources>> = {
  WebSocket: aFunction,
  clock: anything,
  random: aFunction,
  connectivity: anything,
};

/** The `sources` option, checked. */
export function readSources(given: Partial<Sources>): Partial<Sources> {
  return read("sources", given, RULES);
}
