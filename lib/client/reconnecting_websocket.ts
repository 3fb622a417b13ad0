/**
 * The public class: the surface of a WebSocket and what goes beyond it. The {@linkcode Shell}
 * does the work.
 *
 * @module
 */

import type { Ending } from "./announcer.ts";
import { ClientEventTarget } from "./event_target.ts";
import type { ConnectionState } from "./events.ts";
import type { Provider, ReconnectingWebSocketOptions } from "./options.ts";
import type { WebSocketData } from "../bounded_queue.ts";
import { readSettings } from "./settings.ts";
import { Shell } from "./client.ts";

let isComplete = false;

/**
 * Defines, at the first construction, what bundlers would take for a side effect of the module, and so
 * keep with the class for who does not use it: constants that cannot be deleted (Web IDL, "Constants"),
 * and the methods of `using` declarations. Where their symbols are missing, compiled declarations look
 * for others. A class that was frozen before stays as it is.
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
export class ReconnectingWebSocket extends ClientEventTarget {
  /** `readyState` while connecting or waiting. */
  static get CONNECTING(): 0 {
    return 0;
  }
  /** `readyState` while open. */
  static get OPEN(): 1 {
    return 1;
  }
  /** `readyState` after `close()`, until the end. */
  static get CLOSING(): 2 {
    return 2;
  }
  /** `readyState` when over for good. */
  static get CLOSED(): 3 {
    return 3;
  }

  readonly #shell: Shell;

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
    super();
    complete();
    this.#shell = new Shell(this, readSettings(url, protocols, options));
    this.#shell.start();
  }

  /** 0, `readyState` while connecting or waiting. */
  get CONNECTING(): 0 {
    return 0;
  }
  /** 1, `readyState` while open. */
  get OPEN(): 1 {
    return 1;
  }
  /** 2, `readyState` after `close()`, until the end. */
  get CLOSING(): 2 {
    return 2;
  }
  /** 3, `readyState` when over for good. */
  get CLOSED(): 3 {
    return 3;
  }

  /** What the client is doing. */
  get state(): ConnectionState {
    return this.#shell.connectionState;
  }

  /** As of a WebSocket; 0 also while waiting for the next attempt, 3 only when over for good. */
  get readyState(): 0 | 1 | 2 | 3 {
    const { state } = this;
    return state === "open" ? 1 : state === "closing" ? 2 : state === "closed" ? 3 : 0;
  }

  /** The number of the current or next attempt since the last reset; 0 is the first connection. */
  get attempt(): number {
    return this.#shell.attempt;
  }

  /** Where the client connects to; `""` before a URL function has answered first. */
  get url(): string {
    return this.#shell.url;
  }

  /** The subprotocol that the server chose, `""` while there is no connection. */
  get protocol(): string {
    return this.#shell.socket?.protocol ?? "";
  }

  /** The extensions that the server chose, `""` while there is no connection. */
  get extensions(): string {
    return this.#shell.socket?.extensions ?? "";
  }

  /**
   * Bytes queued, plus those that the current socket has not sent yet, or that the last one left unsent
   * (until the next dial). O(1).
   */
  get bufferedAmount(): number {
    return this.#shell.bufferedAmount;
  }

  /**
   * Milliseconds from the last probe to the message that `heartbeat.isReply` accepted as its reply; null
   * before the first on this connection.
   */
  get latencyMs(): number | null {
    return this.#shell.latencyMs;
  }

  /** How binary messages arrive, on this connection and all later ones. */
  get binaryType(): "blob" | "arraybuffer" {
    return this.#shell.binaryType;
  }
  set binaryType(type: "blob" | "arraybuffer") {
    this.#shell.binaryType = type;
  }

  /** Resolves at the first `open`; rejects if the client ends before. Never an unhandled rejection. */
  get opened(): Promise<void> {
    return this.#shell.announcer.opened.promise;
  }

  /** Resolves when the client is over; never rejects. */
  get closed(): Promise<Ending> {
    return this.#shell.announcer.closed.promise;
  }

  /**
   * Sends a message now, or keeps it until there is a connection.
   *
   * @returns True if it was handed over or queued; false if it was refused (queue full, closing, closed).
   * @throws {TypeError} `data` is a symbol or shared memory.
   * @throws {ReconnectingWebSocketError} `queue-overflow`, only with `overflow: "throw"`.
   * @throws {DOMException} `InvalidStateError`, only with `queue: false`: not open.
   */
  send(data: WebSocketData): boolean {
    return this.#shell.send(data);
  }

  /**
   * Ends the client. The last event, a `close` with `willRetry` false, follows within `closeTimeoutMs`.
   *
   * @param code 1000 or 3000-4999.
   * @param reason At most 123 bytes of UTF-8.
   * @throws {DOMException} `InvalidAccessError` for another code, `SyntaxError` for a longer reason.
   */
  close(code?: number, reason?: string): void {
    this.#shell.close(code, reason);
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
  reconnect(code?: number, reason?: string): void {
    this.#shell.reconnect(code, reason);
  }
}

/** What `using` and `await using` declarations call. */
export interface ReconnectingWebSocket {
  /** As `close()`. */
  [Symbol.dispose](): void;
  /** As `close()`, and waits for the end. */
  [Symbol.asyncDispose](): Promise<void>;
}
