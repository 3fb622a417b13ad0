/**
 * Sockets that belong to a session: what the client dials in the place of the platform's. It sees
 * `open` when the session is attached, and messages; hellos and acknowledgements stay below it.
 *
 * @module
 */

import type { WebSocketData } from "../bounded_queue.ts";
import { ABNORMAL } from "../machine/step.ts";
import type { WebSocketConstructor, WebSocketLike } from "../sources.ts";
import { PROTOCOL } from "./frames.ts";
import type { Arrival, ClientSession, SessionLink } from "./session.ts";

type Listener = (event: unknown) => void;

/** Closes a connection whose server broke the protocol; a client may not use 1002. */
const PROTOCOL_ERROR = 4002;

/** Has what the client uses of a socket. */
class SessionSocket implements SessionLink {
  isUp = false;
  window = 0;
  requestedAt = 0;
  ackTimer: unknown;
  readonly #session: ClientSession;
  readonly #inner: WebSocketLike;
  /** The client has one for each type. */
  readonly #listeners = new Map<string, Listener>();
  /** Whether nothing that the inner socket does counts any more. */
  #isOver = false;

  constructor(session: ClientSession, inner: WebSocketLike) {
    this.#session = session;
    this.#inner = inner;
    inner.addEventListener("open", () => this.#isOver || this.#meet());
    inner.addEventListener("message", (event: Arrival) => session.receive(this, event));
    inner.addEventListener("error", (event: unknown) => {
      if (!this.#isOver) this.dispatch("error", event);
    });
    inner.addEventListener("close", (event: unknown) => {
      if (this.#mute()) this.dispatch("close", event);
    });
  }

  get binaryType(): string {
    return this.#inner.binaryType;
  }
  set binaryType(type: string) {
    this.#inner.binaryType = type;
  }

  get readyState(): number {
    return this.#inner.readyState;
  }

  /** The application's part of the subprotocol. */
  get protocol(): string {
    return `${this.#inner.protocol}`.slice(PROTOCOL.length + 1);
  }

  get extensions(): string {
    return this.#inner.extensions;
  }

  get bufferedAmount(): number {
    return this.#inner.bufferedAmount;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, listener);
  }

  /** QUIRK(ws): pings and pongs can be seen, but only by the methods of Node's event emitters. */
  on(type: string, listener: () => void): void {
    (this.#inner as { on?(type: string, listener: () => void): void }).on?.(type, listener);
  }

  terminate(): void {
    (this.#inner as { terminate?(): void }).terminate?.();
  }

  close(...args: [code?: number, reason?: string]): void {
    this.#session.leave(this);
    this.#inner.close(...args);
  }

  /** The client's messages all go through the session: what it writes here is its heartbeat's probe. */
  send(): void {
    this.#session.probe(this);
  }

  write(frame: WebSocketData): void {
    if (this.#isOver || this.#inner.readyState !== 1) return;
    try {
      this.#inner.send(frame);
    } catch (cause) {
      this.fail(cause);
    }
  }

  dispatch(type: string, event: unknown): void {
    this.#listeners.get(type)?.(event);
  }

  fail(error: unknown): void {
    if (!this.#mute()) return;
    try {
      this.#inner.close(PROTOCOL_ERROR);
    } catch {
      // QUIRK(mock-socket, ws): close() can throw; the socket is muted all the same.
    }
    this.dispatch("error", { type: "error", error });
    this.dispatch("close", { type: "close", ...ABNORMAL });
  }

  #meet(): void {
    const { protocol } = this.#inner;
    const [name] = `${protocol}`.split("+", 1);
    if (name === PROTOCOL) return this.#session.attach(this);
    this.fail(
      new TypeError(
        `Cannot open a session as the server must choose the subprotocol '${PROTOCOL}', ` +
          `and proxies must pass it on: current value is '${protocol}'`,
      ),
    );
  }

  /** False if it was muted before. */
  #mute(): boolean {
    const wasOver = this.#isOver;
    this.#isOver = true;
    this.#session.detach(this);
    return !wasOver;
  }
}

/** The class that a client dials with, whose sockets belong to its session. */
export function sessionSockets(
  session: ClientSession,
  WebSocket: WebSocketConstructor,
): WebSocketConstructor {
  return class extends SessionSocket {
    constructor(url: string, protocols: readonly string[] = []) {
      const offers = protocols.map((name) => `${PROTOCOL}+${name}`);
      super(session, new WebSocket(url, offers.length > 0 ? offers : [PROTOCOL]));
    }
  } as unknown as WebSocketConstructor;
}
