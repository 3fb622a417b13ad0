/**
 * One attempt, and the connection that may come of it: the providers' answers, the socket, the
 * handshake. What happens is told to the client; a link that the client no longer holds is mute.
 * The platforms' quirks in connecting and closing are handled here.
 *
 * @module
 */

import { invalidState, type ReconnectingWebSocketErrorCode as ErrorCode } from "./errors.ts";
import { type Arrival, Inbox } from "./handshake.ts";
import type { ConnectContext, ProviderFunction } from "./options.ts";
import { abortController, soon } from "./platform.ts";
import { toMessage, type WebSocketData } from "./send_queue.ts";
import type { Settings } from "./settings.ts";
import type { WebSocketLike } from "./sources.ts";
import type { Closure, Farewell, Input, Phase, State } from "./state.ts";
import { readProtocols, readUrl } from "./target.ts";

/** A failure before its verdict. */
export interface Loss {
  readonly error: ErrorCode | null;
  readonly cause?: unknown;
  /** How the socket closed; without it nothing did. */
  readonly closure?: Closure;
  /** Trying again cannot help. */
  readonly isFinal?: boolean;
  /** The one phase in which it matters. */
  readonly phase?: Phase;
}

/** The part of a message event that platforms agree on. */
export interface MessageLike {
  readonly data: unknown;
  readonly origin?: string;
}

/** The parts of events that platforms agree on. */
type SocketEvent =
  | { readonly type: "open" }
  | { readonly type: "error"; readonly error?: unknown; readonly message?: unknown }
  | ({ readonly type: "close" } & Closure);

const TYPES: readonly SocketEvent["type"][] = ["open", "error", "close"];

/** What a link needs of its client. */
export interface LinkClient {
  readonly state: State;
  /** The URL of the attempt before. */
  readonly url: string;
  /** Whether the link is not abandoned. */
  holds(link: Link): boolean;
  apply(input: Input): void;
  resolved(link: Link, url: string): void;
  receive(link: Link, event: MessageLike): void;
  lose(link: Link, loss: Loss): void;
}

/** What belongs to one attempt. */
export class Link {
  readonly epoch: number;
  /** What arrives before messages pass directly to the listeners; made when something does. */
  inbox: Inbox | undefined;
  /** Whether they do. */
  isLive = false;
  socket: WebSocketLike | undefined;
  /** The platform's error, if it told one. */
  cause: unknown;
  readonly #client: LinkClient;
  readonly #settings: Settings;
  /** Made only where somebody gets its signal. */
  readonly #controller: AbortController | undefined;
  #protocols: readonly string[] | undefined;

  constructor(client: LinkClient, settings: Settings) {
    const { url, protocols, handshake } = settings;
    this.epoch = client.state.epoch;
    this.#client = client;
    this.#settings = settings;
    const isAsked = typeof url === "function" || typeof protocols === "function" || handshake;
    if (isAsked) this.#controller = abortController();
  }

  /** Asks for the URL and the protocols. */
  resolve(): void {
    const { url, protocols } = this.#settings;
    if (typeof url !== "function" && typeof protocols !== "function") {
      return this.#resolved(url, protocols);
    }
    const context = { attempt: this.#attempt, signal: this.#signal };
    Promise.all([ask(url, context), ask<unknown>(protocols, context)])
      .then(([url, protocols]) =>
        this.#resolved(readUrl(url, this.#client.url), readProtocols(protocols))
      )
      .catch((cause) =>
        this.#client.lose(this, { error: "provider-failed", cause, phase: "resolving" })
      );
  }

  #resolved(url: string, protocols: readonly string[]): void {
    this.#protocols = protocols;
    this.#client.resolved(this, url);
  }

  /** Makes the socket. */
  dial(): void {
    const { sources, url } = this.#settings;
    try {
      this.socket = new sources.WebSocket(this.#client.url, this.#protocols);
    } catch (cause) {
      // What is thrown need not be an error.
      const name = (cause as { name?: unknown } | null | undefined)?.name;
      const isFinal = typeof url === "string" &&
        (name === "SyntaxError" || name === "SecurityError");
      soon(() => this.#client.lose(this, { error: "connect-failed", cause, isFinal }));
      return;
    }
    const { socket } = this;
    socket.addEventListener("message", (event: MessageLike) => this.#client.receive(this, event));
    const listener = (event: SocketEvent): void => this.#hear(event);
    for (const type of TYPES) socket.addEventListener(type, listener);
  }

  #hear(event: SocketEvent): void {
    // QUIRK(Node 24, 26): close() of a connecting socket fires both events before it returns, when
    // the socket is abandoned already.
    if (!this.#client.holds(this)) return;
    switch (event.type) {
      case "open":
        return this.#meet();
      case "error":
        this.cause ??= event.error ?? event.message;
        return this.#client.apply({ type: "error", epoch: this.epoch });
      case "close":
        return this.#end(event);
    }
  }

  #end({ code, reason, wasClean }: Closure): void {
    const { phase } = this.#client.state;
    const error = phase === "connecting"
      ? "connect-failed"
      : phase === "handshaking"
      ? "handshake-failed"
      : wasClean
      ? null
      : "connection-lost";
    // QUIRK(Deno): the code of a connection that ended without a close frame is 0.
    const closure = { code: code || 1006, reason, wasClean };
    this.#client.lose(this, { error, cause: this.cause, closure });
  }

  #meet(): void {
    const offered = this.#protocols ?? [];
    const protocol = this.socket?.protocol;
    const isStray = protocol && !offered.includes(protocol);
    // A class that is not the platform's may offer some of its own. Looked up last: Node loads it then.
    if (isStray && (offered.length || this.#settings.sources.WebSocket === globalThis.WebSocket)) {
      // QUIRK(Deno, workerd): a subprotocol that was not asked for is accepted (RFC 6455 section 4.1: fail).
      const cause = new TypeError("The server chose a subprotocol that was not asked for");
      this.#client.lose(this, { error: "connect-failed", cause });
    } else this.#client.apply({ type: "opened", epoch: this.epoch });
  }

  /** Keeps what arrives early; false if it does not fit. */
  keep(arrival: Arrival): boolean {
    this.inbox ??= new Inbox(this.#settings.limits);
    return this.inbox.put(arrival);
  }

  /** Runs the handshake, beside which nothing else is sent. */
  async shakeHands(): Promise<void> {
    const { epoch, socket } = this;
    const inbox = this.inbox = new Inbox(this.#settings.limits);
    const client = this.#client;
    const send = (data: WebSocketData): void => {
      const message = toMessage(data);
      if (client.state.epoch !== epoch || client.state.phase !== "handshaking") {
        throw invalidState("send as the handshake is over");
      }
      socket?.send(message);
    };
    const receive = (): Promise<unknown> => inbox.receive();
    try {
      const protocol = socket?.protocol ?? "";
      const { handshake } = this.#settings;
      await handshake?.({ attempt: this.#attempt, protocol, signal: this.#signal, send, receive });
    } catch (cause) {
      return client.lose(this, { error: "handshake-failed", cause, phase: "handshaking" });
    }
    client.apply({ type: "ready", epoch });
  }

  /** Closes the socket, politely; nobody waits for its end. */
  hangUp({ code, reason }: Farewell): void {
    if (this.#controller) {
      const gone = invalidState("go on as the attempt has ended");
      this.#controller.abort(gone);
      this.inbox?.close(gone);
    }
    try {
      code === undefined ? this.socket?.close() : this.socket?.close(code, reason);
    } catch {
      // QUIRK(mock-socket, ws): close() can throw; the socket is muted all the same.
    }
  }

  get #attempt(): number {
    return this.#client.state.series.attempt;
  }

  get #signal(): AbortSignal {
    return (this.#controller as AbortController).signal;
  }
}

/** An async function, so that a throw is a rejection. */
async function ask<T>(provider: T | ProviderFunction<T>, context: ConnectContext): Promise<T> {
  return await (typeof provider === "function"
    ? (provider as ProviderFunction<T>)(context)
    : provider);
}
