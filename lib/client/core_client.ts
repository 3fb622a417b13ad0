/**
 * The client of parts: the surface of a WebSocket, reconnection, backoff and deadlines; of the rest only the
 * features that are given.
 *
 * @module
 */

import type { WebSocketData } from "../bounded_queue.ts";
import type { SendOptions } from "../features/queue.ts";
import type { ConnectionState } from "../machine/state.ts";
import { connectionState } from "../machine/step.ts";
import { Client, type Ending } from "./client.ts";
import { ClientEventTarget } from "./event_target.ts";
import type { Feature } from "./feature.ts";
import { type CoreOptions, partsOf } from "./parts.ts";

/** What is behind a client's surface. Set by the first construction, which keeps it off that surface. */
export let clientOf: (client: ReconnectingWebSocket) => Client;

/**
 * A WebSocket that reconnects, made of what is imported and given in `use`.
 *
 * It has the surface, the events and the promises of the full class, and trusts its arguments: what is wrong
 * in them is not refused, but goes wrong. Without `queue()` a `send()` while not open throws.
 *
 * @example
 * ```ts
 * import { queue, ReconnectingWebSocket } from "@holdfast/websocket/core";
 * import { fakeWorld } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { clock, network, sources } = fakeWorld({ seed: 1 });
 * const ws = new ReconnectingWebSocket("wss://example.com", { sources, use: [queue()] });
 * ws.send("kept until there is a connection");
 * network.connections[0]?.refuse();
 * clock.tick(2_000);
 * network.connections[1]?.accept();
 * assertEquals(network.connections[1]?.received.length, 1);
 * ```
 */
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

  readonly #client: Client;

  /**
   * Starts connecting.
   *
   * @param url What the platform's WebSocket takes, or a `provider()`.
   */
  constructor(url: string | Feature, options: CoreOptions = {}) {
    super();
    clientOf ??= (client) => client.#client;
    this.#client = new Client(this, partsOf(url, options));
    this.#client.start();
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
    return connectionState(this.#client.state);
  }

  /** As of a WebSocket; 0 also while waiting for the next attempt, 3 only when over for good. */
  get readyState(): 0 | 1 | 2 | 3 {
    const { phase } = this.#client.state;
    return phase === "open" ? 1 : phase === "closing" ? 2 : phase === "closed" ? 3 : 0;
  }

  /** The number of the current or next attempt since the last reset; 0 is the first connection. */
  get attempt(): number {
    return this.#client.state.series.attempt;
  }

  /** Where the client connects to; `""` before a URL function has answered first. */
  get url(): string {
    return this.#client.url;
  }

  /** The subprotocol that the server chose, `""` while there is no connection. */
  get protocol(): string {
    return this.#client.socket?.protocol ?? "";
  }

  /** The extensions that the server chose, `""` while there is no connection. */
  get extensions(): string {
    return this.#client.socket?.extensions ?? "";
  }

  /**
   * Bytes queued, plus those that the current socket has not sent yet, or that the last one left unsent
   * (until the next dial). O(1).
   */
  get bufferedAmount(): number {
    return this.#client.bufferedAmount;
  }

  /** How binary messages arrive, on this connection and all later ones. */
  get binaryType(): "blob" | "arraybuffer" {
    return this.#client.binaryType;
  }
  set binaryType(type: "blob" | "arraybuffer") {
    this.#client.binaryType = type;
  }

  /** Resolves when the client is over; never rejects. */
  get closed(): Promise<Ending> {
    return this.#client.closed;
  }

  /**
   * Sends a message now, or keeps it until there is a connection.
   *
   * @param options What becomes of it where it is kept; what is no object is ignored.
   * @returns True if it was handed over or queued; false if it was refused (queue full, closing, closed).
   * @throws {TypeError} `data` is a symbol or shared memory.
   * @throws {ReconnectingWebSocketError} `queue-overflow`, only with `overflow: "throw"`.
   * @throws {DOMException} `InvalidStateError`, only without a queue: not open.
   */
  send(data: WebSocketData, options?: SendOptions): boolean {
    return this.#client.send(data, options);
  }

  /** Takes back what is queued, oldest first: it will not be sent, and no `drop` reports it. */
  clear(): readonly WebSocketData[] {
    return this.#client.outbox?.clear() ?? [];
  }

  /**
   * Ends the client. The last event, a `close` with `willRetry` false, follows within `closeTimeoutMs`. It
   * does not wait for what was sent: `flushed()` of `@holdfast/websocket/wait` does.
   *
   * @param code 1000 or 3000-4999.
   * @param reason At most 123 bytes of UTF-8.
   */
  close(code?: number, reason?: string): void {
    this.#client.apply({ type: "close", error: null, code, reason });
  }

  /**
   * Drops the connection or the wait, keeps the queue, resets the counters and dials now, without waiting
   * for the peer. The events come later than the call: in a microtask, or ahead of the next event. What the
   * old connection had been given may still arrive, after what follows on the new one.
   *
   * @param code 1000 or 3000-4999, for the connection that is dropped; its `close` event has it, too.
   * @param reason At most 123 bytes of UTF-8.
   * @throws {DOMException} `InvalidStateError` once over.
   */
  reconnect(code?: number, reason?: string): void {
    this.#client.reconnect({ code, reason });
  }
}
