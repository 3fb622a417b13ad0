/**
 * Hooks for React, made from the React of the app: this module imports neither React nor its types.
 * Preact's `compat` fits, too.
 *
 * @example Hooks of an app, and a component that says why it shows nothing new
 * ```ts
 * import { createHooks, type Hooks, type ReactLike } from "@holdfast/websocket/react";
 *
 * // An app has a module with: export const hooks = createHooks(React);
 * export function createRoom(React: ReactLike): (room: string | null) => string {
 *   const { useCountdown, useStatus, useWebSocket }: Hooks = createHooks(React);
 *   return function useRoom(room) {
 *     const [last, setLast] = React.useState("");
 *     const url = room && `wss://example.com/rooms/${room}`;
 *     const ws = useWebSocket(url, { decode: (data): string => `${data}` }, setLast);
 *     const status = useStatus(ws);
 *     const seconds = useCountdown(ws);
 *     return seconds === null ? `${status?.state ?? "no room"}: ${last}` : `again in ${seconds} s`;
 *   };
 * }
 * ```
 *
 * @module
 */

import type { WebSocketData } from "./bounded_queue.ts";
import type { ReconnectingWebSocketOptions } from "./client/options.ts";
import { ReconnectingWebSocket } from "./client/reconnecting_websocket.ts";
import type { ConnectContext } from "./features/provider.ts";
import type { Status } from "./features/status.ts";
import { soon } from "./platform.ts";
import { type Clock, platformClock } from "./sources.ts";

export type { ReconnectingWebSocketOptions } from "./client/options.ts";
export type { ReconnectingWebSocket } from "./client/reconnecting_websocket.ts";
export type { ConnectContext } from "./features/provider.ts";
export type { Status } from "./features/status.ts";
export type { Clock } from "./sources.ts";
export type { WebSocketData } from "./bounded_queue.ts";

/** What is used of React, from version 18 on. */
export interface ReactLike {
  /** As React's. */
  useEffect(effect: () => void | (() => void), deps?: readonly unknown[]): void;
  /** As React's. */
  useMemo<T>(create: () => T, deps: readonly unknown[]): T;
  /** As React's. */
  useRef<T>(initial: T): { current: T };
  /** As React's. */
  useState<T>(initial: T | (() => T)): [T, (next: T | ((previous: T) => T)) => void];
  /** As React's. */
  useSyncExternalStore<T>(
    subscribe: (notify: () => void) => () => void,
    getSnapshot: () => T,
    getServerSnapshot?: () => T,
  ): T;
}

/** What has a status to show: a `ReconnectingWebSocket`, and whatever is made of one. */
export interface StatusSource {
  /** The same object until something in it changes. */
  readonly status: Status;
  /** As in the DOM. */
  addEventListener(type: "statuschange", listener: () => void): void;
  /** As in the DOM. */
  removeEventListener(type: "statuschange", listener: () => void): void;
}

/** Options of {@linkcode Hooks.useWebSocket}; all are read when a client is made, and not again. */
export interface UseWebSocketOptions<T> extends ReconnectingWebSocketOptions {
  /**
   * Makes of a message's data what `onMessage` gets. Its throw is reported like that of a listener, and
   * the message is passed over.
   *
   * @default {the data as it came} since only the app knows its format.
   */
  // deno-lint-ignore no-explicit-any -- the data of a MessageEvent
  decode?: (data: any) => T;
  /**
   * Gets what was accepted for `url` and never handed to a socket, oldest first, once its client has
   * ended: by another `url`, by the end of the component, or by itself. Not called for nothing.
   *
   * @default {none} What is lost then was meant for a place that the user has left.
   */
  onUndelivered?: (messages: readonly WebSocketData[], url: string) => void;
  /**
   * What is dialled for `url`, called before every attempt: the place for a token that expires.
   *
   * @default {the url as it is}
   */
  urlFor?: (url: string, context: ConnectContext) => string | URL | Promise<string | URL>;
}

/** What {@linkcode createHooks} makes. */
export interface Hooks {
  /**
   * A client for as long as the component is there.
   *
   * It is made in an effect, so never on a server, and is null in the first render. StrictMode's rehearsal
   * dials nothing. Messages go to `onMessage`, of the newest render, one call each: a state would keep only
   * the last of a batch. None come after the component has gone or `url` has changed.
   *
   * Another `url` is another client, and null until that is there: what is queued for one address is never
   * sent to another. Pass a `key` to the component for a new client with other options.
   *
   * @param url Null means not yet, and so does whatever is falsy.
   * @throws {TypeError} As the constructor of the client, inside the effect: an error boundary gets it.
   */
  // deno-lint-ignore no-explicit-any -- the data of a MessageEvent
  useWebSocket<T = any>(
    url: string | URL | null,
    options?: UseWebSocketOptions<T>,
    onMessage?: (message: T) => void,
  ): ReconnectingWebSocket | null;
  /** The status of a client, newest at each render; null without one, and on a server. */
  useStatus(ws: StatusSource | null): Status | null;
  /**
   * Whole seconds until the next attempt, rounded up; null unless waiting. Renders once a second, and only
   * while waiting.
   *
   * @param clock The client's, if that has its own.
   */
  useCountdown(ws: StatusSource | null, clock?: Clock): number | null;
}

const nothing = (): null => null;

/** Makes the hooks. Call it once, outside components: `createHooks(React)`. */
export function createHooks(react: ReactLike): Hooks {
  const { useEffect, useMemo, useRef, useState, useSyncExternalStore } = react;

  // deno-lint-ignore no-explicit-any -- the data of a MessageEvent
  function useWebSocket<T = any>(
    url: string | URL | null,
    options?: UseWebSocketOptions<T>,
    onMessage?: (message: T) => void,
  ): ReconnectingWebSocket | null {
    // What `room && ...` gives for no room: "" or undefined, too.
    const address = url ? `${url}` : null;
    const [made, setMade] = useState<Made | null>(null);
    const latest = useRef({ options, onMessage });
    useEffect(() => {
      latest.current = { options, onMessage };
    });
    useEffect(() => {
      if (address === null) return;
      const ws = createClient(address, latest.current.options ?? {}, (message) => {
        latest.current.onMessage?.(message);
      });
      setMade({ address, ws });
      return () => {
        ws.close();
        setMade(null);
      };
    }, [address]);
    // Layout effects, which may send, come before the effect that replaces the client.
    return made && made.address === address ? made.ws : null;
  }

  function useStatus(ws: StatusSource | null): Status | null {
    const subscribe = useMemo(() => (notify: () => void) => listen(ws, notify), [ws]);
    return useSyncExternalStore(subscribe, () => ws && ws.status, nothing);
  }

  function useCountdown(ws: StatusSource | null, clock: Clock = platformClock): number | null {
    const subscribe = useMemo(() => (notify: () => void) => tick(ws, clock, notify), [ws, clock]);
    const snapshot = (): number | null => {
      const leftMs = waitOf(ws, clock);
      return leftMs === null ? null : Math.ceil(leftMs / 1_000);
    };
    return useSyncExternalStore(subscribe, snapshot, nothing);
  }

  return { useWebSocket, useStatus, useCountdown };
}

/** A client, and the address that it was made for. */
interface Made {
  readonly address: string;
  readonly ws: ReconnectingWebSocket;
}

function createClient<T>(
  address: string,
  { decode, onUndelivered, urlFor, ...options }: UseWebSocketOptions<T>,
  onMessage: (message: T) => void,
): ReconnectingWebSocket {
  const url = urlFor ? (context: ConnectContext) => urlFor(address, context) : address;
  const ws = new ReconnectingWebSocket(url, { ...options, startPaused: true });
  ws.addEventListener("message", ({ data }) => onMessage(decode ? decode(data) : data));
  ws.closed.then(({ undelivered }) => {
    if (undelivered.length > 0) onUndelivered?.(undelivered, address);
  });
  // StrictMode ends the first client in the same task.
  soon(() => {
    if (!options.startPaused && ws.state === "paused") ws.resume();
  });
  return ws;
}

function listen(ws: StatusSource | null, listener: () => void): () => void {
  ws?.addEventListener("statuschange", listener);
  return () => ws?.removeEventListener("statuschange", listener);
}

/** How long until the next attempt; null unless waiting. */
function waitOf(ws: StatusSource | null, clock: Clock): number | null {
  const atMs = ws ? ws.status.retryAtMs : null;
  return atMs === null ? null : Math.max(0, atMs - clock.now());
}

/** Calls `notify` when the status changes, and when there is a second less to wait. */
function tick(ws: StatusSource | null, clock: Clock, notify: () => void): () => void {
  let timer: unknown;
  const arm = (): void => {
    clock.clearTimeout(timer);
    const leftMs = waitOf(ws, clock);
    // Timers may fire early: then there is another, short one. No delay is 0, which could go on for ever.
    if (leftMs) timer = clock.setTimeout(show, Math.ceil(leftMs % 1_000) || 1_000);
  };
  const show = (): void => {
    arm();
    notify();
  };
  const unsubscribe = listen(ws, show);
  arm();
  return () => {
    unsubscribe();
    clock.clearTimeout(timer);
  };
}
