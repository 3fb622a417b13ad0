/**
 * The full class: every feature, and arguments that are checked.
 *
 * @module
 */

import type { WebSocketData } from "../bounded_queue.ts";
import { redact } from "../connection/url.ts";
import type { Provider } from "../features/provider.ts";
import { readSendOptions, type SendOptions } from "../features/queue.ts";
import { notedOf, openedOf, type Status, statusOf } from "../features/status.ts";
import type { Ending } from "./client.ts";
import { checkCloseArguments } from "./close_arguments.ts";
import { clientOf, ReconnectingWebSocket as CoreClient } from "./core_client.ts";
import type { Listener, ListenerOptions, OtherEventType } from "./event_target.ts";
import type { ReconnectingWebSocketEventMap as EventMap } from "./events.ts";
import type { ListenerList } from "./listener_list.ts";
import type { ReconnectingWebSocketOptions } from "./options.ts";
import { readArguments } from "./settings.ts";

let isComplete = false;

/**
 * Defines, at the first construction, what bundlers would take for a side effect of the module, and so
 * keep with the class for who does not use it: constants that cannot be deleted (Web IDL, "Constants"),
 * and the methods that `using` declarations and inspection look for. Where the symbols of `using` are
 * missing, compiled declarations look for others. A class that was frozen before stays as it is.
 */
function complete(): void {
  if (isComplete) return;
  isComplete = true;
  const { prototype } = ReconnectingWebSocket;
  for (const [value, name] of ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].entries()) {
    for (const holder of [ReconnectingWebSocket, prototype]) {
      Reflect.defineProperty(holder, name, { value, enumerable: true, configurable: false });
    }
  }
  for (const name of ["dispose", "asyncDispose"] as const) {
    Reflect.set(prototype, Symbol[name] ?? Symbol.for(`Symbol.${name}`), endOf);
  }
  // Bun has the one of Node. QUIRK(Deno): it has, too, but not for what is an EventTarget.
  for (const name of ["nodejs.util.inspect.custom", "Deno.customInspect"]) {
    Reflect.set(prototype, Symbol.for(name), inspect);
  }
}

type Print = (value: unknown, options: unknown) => string;

/** What `console.log()` shows: no query of the URL, and of an error its code, as causes may hold secrets. */
function inspect(
  this: ReconnectingWebSocket,
  first: unknown,
  options: unknown,
  print = first as Print,
): string {
  let shown = {};
  try {
    const { bufferedAmount, status, url } = this;
    const error = status.error && status.error.code;
    shown = { url: redact(url), ...status, error, bufferedAmount };
  } catch {
    // A prototype or a proxy is no client, and a log must not throw.
  }
  return `ReconnectingWebSocket ${print(shown, options)}`;
}

/** Closes a client, and waits for the end. */
function endOf(this: ReconnectingWebSocket): Promise<Ending> {
  this.close();
  return this.closed;
}

/**
 * A WebSocket that survives the network.
 *
 * It has the surface of the platform's `WebSocket` and can stand wherever one is expected. When a
 * connection drops or an attempt fails, it waits (by default 1-2 s at first, doubling, at most 60 s),
 * tries again, and keeps what is sent meanwhile.
 *
 * **Warning: one reconnection is enough.** Code that reconnects on `close` by itself must lose that
 * line; under a library that reconnects by itself, use `maxAttempts: 0`. Otherwise live clients
 * multiply.
 *
 * A message handed to a socket that then dies may be lost, as TCP does not say what arrived, and
 * without a `heartbeat` a half-open connection is not noticed.
 *
 * @example Sending before, during and after an outage
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { fakeWorld } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { clock, network, sources } = fakeWorld({ seed: 1 });
 * using ws = new ReconnectingWebSocket("wss://example.com/feed", { sources });
 *
 * ws.send("kept until there is a connection");
 * network.connections[0]?.accept();
 * network.connections[0]?.drop();
 * ws.send("kept until there is the next one");
 * clock.tick(2_000);
 * network.connections[1]?.accept();
 *
 * assertEquals(network.connections.map(({ received }) => received.length), [1, 1]);
 * ```
 */
// That it is assignable to WebSocket is tested, not declared: Bun's and workerd's have members of their own.
export class ReconnectingWebSocket extends CoreClient {
  /**
   * Starts connecting.
   *
   * @throws {TypeError} No WebSocket implementation, or an option of the wrong type.
   * @throws {RangeError} A numeric option out of range.
   * @throws {DOMException} `SyntaxError`: a static URL or protocol is invalid.
   */
  constructor(
    url: Provider<string | URL>,
    protocols?: Provider<string | string[]> | ReconnectingWebSocketOptions,
    options?: ReconnectingWebSocketOptions,
  ) {
    complete();
    const [where, checked] = readArguments(url, protocols, options);
    super(where, checked);
  }

  /** As in the DOM. */
  override addEventListener<K extends keyof EventMap>(
    type: K,
    listener: (this: this, event: EventMap[K]) => unknown,
    options?: boolean | ListenerOptions,
  ): void;
  /** As in the DOM, for any event. */
  override addEventListener<Type extends string>(
    type: OtherEventType<Type>,
    callback: Listener | null,
    options?: boolean | ListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    callback: Listener | null,
    options?: boolean | ListenerOptions,
  ): void {
    listenersOf(this).add(type, callback, options);
  }

  /** As in the DOM. */
  override removeEventListener<K extends keyof EventMap>(
    type: K,
    listener: (this: this, event: EventMap[K]) => unknown,
    options?: boolean | Pick<ListenerOptions, "capture">,
  ): void;
  /** As in the DOM, for any event. */
  override removeEventListener<Type extends string>(
    type: OtherEventType<Type>,
    callback: Listener | null,
    options?: boolean | Pick<ListenerOptions, "capture">,
  ): void;
  override removeEventListener(
    type: string,
    callback: Listener | null,
    options?: boolean | Pick<ListenerOptions, "capture">,
  ): void {
    listenersOf(this).remove(type, callback, options);
  }

  /**
   * What the client is doing, for a user interface: frozen, and the same object until something in it
   * changes, which `statuschange` says. A component that is shown late reads it, and has its countdown.
   */
  get status(): Status {
    return statusOf(this);
  }

  /**
   * 0 before the first `open`, then how many there were: an answer to what was sent on a former connection
   * cannot be taken for one of this.
   */
  get connection(): number {
    return notedOf(clientOf(this)).connection;
  }

  /** Resolves at the first `open`; rejects if the client ends before. Never an unhandled rejection. */
  get opened(): Promise<void> {
    return openedOf(this);
  }

  /**
   * Milliseconds from the last probe to the message that `heartbeat.isReply` accepted as its reply; null
   * before the first on this connection.
   */
  get latencyMs(): number | null {
    return clientOf(this).current?.pulse?.latencyMs ?? null;
  }

  /**
   * Sends a message now, or keeps it until there is a connection.
   *
   * @param options What becomes of it where it is kept; what is no object is ignored.
   * @returns True if it was handed over or queued; false if it was refused (queue full, closing, closed).
   * @throws {TypeError} `data` is a symbol or shared memory, or `ttlMs` no number.
   * @throws {RangeError} `ttlMs` is negative or NaN.
   * @throws {ReconnectingWebSocketError} `queue-overflow`, only with `overflow: "throw"`.
   * @throws {DOMException} `InvalidStateError`, only without a queue: not open.
   */
  override send(data: WebSocketData, options?: SendOptions): boolean {
    return clientOf(this).send(data, readSendOptions(options));
  }

  /**
   * Ends the client. The last event, a `close` with `willRetry` false, follows within `closeTimeoutMs`. It
   * does not wait for what was sent: `flushed()` of `@holdfast/websocket/wait` does.
   *
   * @param code 1000 or 3000-4999.
   * @param reason At most 123 bytes of UTF-8.
   * @throws {DOMException} `InvalidAccessError` for another code, `SyntaxError` for a longer reason.
   */
  override close(code?: number, reason?: string): void {
    clientOf(this).apply({ type: "close", error: null, ...checkCloseArguments(code, reason) });
  }

  /**
   * Drops the connection or the wait without another attempt until `resume()`: no socket, no timer and no
   * call of a provider; the queue is kept, and hints are ignored. The `close` event of a socket that was
   * there is unclean, has `willRetry` false, and comes later than the call.
   *
   * @param code 1000 or 3000-4999, for the connection that is dropped; its `close` event has it, too.
   * @param reason At most 123 bytes of UTF-8.
   * @throws {DOMException} `InvalidStateError` once over; as `close()` for the arguments.
   */
  pause(code?: number, reason?: string): void {
    clientOf(this).demand({ type: "pause", ...checkCloseArguments(code, reason) });
  }

  /**
   * Goes on after a pause: resets the counters and dials now. Elsewhere it does nothing.
   *
   * @throws {DOMException} `InvalidStateError` once over.
   */
  resume(): void {
    clientOf(this).demand({ type: "resume" });
  }

  /**
   * Drops the connection or the wait, keeps the queue, resets the counters and dials now, without waiting
   * for the peer. The events come later than the call: in a microtask, or ahead of the next event. What the
   * old connection had been given may still arrive, after what follows on the new one.
   *
   * @param code 1000 or 3000-4999, for the connection that is dropped; its `close` event has it, too.
   * @param reason At most 123 bytes of UTF-8.
   * @throws {DOMException} `InvalidStateError` once over; as `close()` for the arguments.
   */
  override reconnect(code?: number, reason?: string): void {
    clientOf(this).reconnect(checkCloseArguments(code, reason));
  }
}

/** The full class has a list always. */
function listenersOf(client: ReconnectingWebSocket): ListenerList {
  return clientOf(client).listeners as ListenerList;
}

/** What `using` and `await using` declarations call. */
export interface ReconnectingWebSocket {
  /** As `close()`: what is queued is not waited for. */
  [Symbol.dispose](): void;
  /** As `close()`, and waits for the end, but not for what is queued: await `flushed()` before. */
  [Symbol.asyncDispose](): Promise<void>;
}
