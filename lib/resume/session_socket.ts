/**
 * Sockets that belong to a session: what the client dials in the place of the platform's. It sees
 * `open` when the session is attached, and messages; hellos and acknowledgements stay below it.
 *
 * @module
 */

import type { WebSocketData } from "../bounded_queue.ts";
import type { WebSocketConstructor, WebSocketLike } from "../sources.ts";
import { PROTOCOL } from "./frames.ts";
import type { Arrival, ClientSession, SessionLink } from "./session.ts";

type Listener = (event: unknown) => void;

/** What the sockets of one client share. */
export interface SessionSocketSettings {
  readonly session: ClientSession;
  /** The class of the sockets that carry the frames. */
  readonly WebSocket: WebSocketConstructor;
  /** Whether the client ends, so that its session does. */
  readonly isEnding: () => boolean;
  /** The data of a message that is only a sign of life; absent where those do not count. */
  readonly life: unknown;
}

/** Closes a connection whose server broke the protocol; a client may not use 1002. */
const PROTOCOL_ERROR = 4002;

class SessionSocket implements WebSocketLike, SessionLink {
  readonly #settings: SessionSocketSettings;
  readonly #inner: WebSocketLike;
  readonly #listeners = new Map<string, Set<Listener>>();
  #isOpen = false;
  /** Whether nothing that the inner socket does counts any more. */
  #isOver = false;

  constructor(settings: SessionSocketSettings, url: string, protocols: readonly string[] = []) {
    this.#settings = settings;
    const offers = protocols.map((name) => `${PROTOCOL}+${name}`);
    const inner = new settings.WebSocket(url, offers.length > 0 ? offers : [PROTOCOL]);
    this.#inner = inner;
    inner.addEventListener("open", () => this.#meet());
    inner.addEventListener("message", (event: Arrival) => settings.session.receive(this, event));
    inner.addEventListener("error", (event: unknown) => {
      if (!this.#isOver) this.#dispatch("error", event);
    });
    inner.addEventListener("close", (event: unknown) => this.#end(event));
  }

  get binaryType(): string {
    return this.#inner.binaryType;
  }
  set binaryType(type: string) {
    this.#inner.binaryType = type;
  }

  get readyState(): number {
    const { readyState } = this.#inner;
    return readyState === 1 && !this.#isOpen ? 0 : readyState;
  }

  get url(): string {
    return this.#inner.url;
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
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
  }

  removeEventListener(type: string, listener: Listener): void {
    this.#listeners.get(type)?.delete(listener);
  }

  /** QUIRK(ws): pings and pongs can be seen, but only by the methods of Node's event emitters. */
  on(type: string, listener: () => void): void {
    (this.#inner as { on?(type: string, listener: () => void): void }).on?.(type, listener);
  }

  terminate(): void {
    (this.#inner as { terminate?(): void }).terminate?.();
  }

  close(code?: number, reason?: string): void {
    const { session, isEnding } = this.#settings;
    if (isEnding()) session.bye(this);
    session.detach(this);
    code === undefined ? this.#inner.close() : this.#inner.close(code, reason);
  }

  /** The client's messages all go through the session: what it writes here is its heartbeat's probe. */
  send(): void {
    this.#settings.session.request(this);
  }

  write(frame: WebSocketData): void {
    if (this.#isOver || this.#inner.readyState !== 1) return;
    try {
      this.#inner.send(frame);
    } catch (cause) {
      this.fail(cause);
    }
  }

  open(): void {
    this.#isOpen = true;
    this.#dispatch("open", { type: "open" });
  }

  deliver(arrival: Arrival): void {
    this.#dispatch("message", arrival);
  }

  noteLife(): void {
    const { life } = this.#settings;
    if (life !== undefined) this.#dispatch("message", { type: "message", data: life });
  }

  fail(cause: unknown): void {
    if (this.#isOver) return;
    this.#mute();
    try {
      this.#inner.close(PROTOCOL_ERROR);
    } catch {
      // QUIRK(mock-socket, ws): close() can throw; the socket is muted all the same.
    }
    this.#dispatch("error", { type: "error", error: cause });
    this.#dispatch("close", { type: "close", code: 1006, reason: "", wasClean: false });
  }

  #meet(): void {
    if (this.#isOver) return;
    const { protocol } = this.#inner;
    const [name] = `${protocol}`.split("+", 1);
    if (name === PROTOCOL) return this.#settings.session.attach(this);
    this.fail(
      new TypeError(
        `Cannot open a session as the server must choose the subprotocol '${PROTOCOL}', ` +
          `and proxies must pass it on: current value is '${protocol}'`,
      ),
    );
  }

  #end(event: unknown): void {
    if (this.#isOver) return;
    this.#mute();
    this.#dispatch("close", event);
  }

  #mute(): void {
    this.#isOver = true;
    this.#settings.session.detach(this);
  }

  #dispatch(type: string, event: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

/** The class that a client dials with, whose sockets belong to its session. */
export function sessionSockets(settings: SessionSocketSettings): WebSocketConstructor {
  return class extends SessionSocket {
    constructor(url: string, protocols?: readonly string[]) {
      super(settings, url, protocols);
    }
  };
}
