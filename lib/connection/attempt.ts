/**
 * One attempt, and the connection that may come of it. What happens to the socket is passed to the client;
 * an attempt that the client no longer holds is mute. The platforms' quirks in connecting and closing are
 * handled here, and only here.
 *
 * @module
 */

import type { ReconnectingWebSocketErrorCode as ErrorCode } from "../errors.ts";
import { isReactNative, soon } from "../platform.ts";
import type { WebSocketConstructor, WebSocketLike } from "../sources.ts";
import type { CloseArguments, Closure, Input, Phase, State } from "../machine/state.ts";

/** A failure before its verdict. */
export interface Loss {
  /** What it is called, where that does not follow from the phase. */
  readonly error?: ErrorCode;
  readonly cause?: unknown;
  /** What the thrown value decided that is the cause: an answer as of `shouldRetry`. */
  readonly decision?: boolean | { readonly delayMs: number } | undefined;
  /** How the socket closed; without it nothing did. */
  readonly closure?: Closure;
  /** Trying again cannot help. */
  readonly isFinal?: boolean;
  /** The one phase in which it matters. */
  readonly phase?: Phase;
}

/** The part of a message event that platforms agree on. */
export interface Arrival {
  readonly data: unknown;
  readonly origin?: string;
  readonly target?: EventTarget | null;
}

/** Where a handshake takes what arrives from. */
export interface Inbox {
  take(): Arrival | undefined;
}

/** The parts of events that platforms agree on. */
type SocketEvent =
  | { readonly type: "open" }
  | { readonly type: "error"; readonly error?: unknown; readonly message?: unknown }
  | ({ readonly type: "close" } & Closure);

const TYPES: readonly SocketEvent["type"][] = ["open", "error", "close"];

/** What a heartbeat remembers of a connection. */
export interface Pulse {
  /** When the last sign of life came; null: none since the heartbeat timer was armed. */
  aliveAtMs: number | null;
  /** Bytes that were not sent at the beat before. */
  bufferedBytes: number;
  /** When the last probe left that is not answered. */
  probedAtMs: number | null;
  /** From a probe to its reply. */
  latencyMs: number | null;
}

/** Whom an attempt belongs to. */
export interface AttemptOwner {
  readonly state: State;
  /** The attempt that is not abandoned. */
  readonly current: Attempt | undefined;
  /** Whether a function gives the URL: then the next may do what this one cannot. */
  readonly hasProvider: boolean;
  apply(input: Input): void;
  receive(attempt: Attempt, event: Arrival): void;
  lose(attempt: Attempt, loss: Loss): void;
}

/** What belongs to one attempt. */
export class Attempt {
  readonly epoch: number;
  readonly #owner: AttemptOwner;
  protocols: readonly string[] = [];
  socket: WebSocketLike | undefined;
  inbox: Inbox | undefined;
  /** What arrived before messages passed directly to the listeners. */
  early: Arrival[] | undefined;
  /** Whether messages pass directly to the listeners. */
  isLive = false;
  /** When the socket was made. */
  dialedAtMs: number | undefined;
  /** What the platform's error event said, or what the handshake threw. */
  cause: unknown;
  /** Whether the platform fired an error. */
  #isDoubted = false;
  /** What the heartbeat remembers. */
  pulse: Pulse | undefined;
  /** Ends what a feature began for this attempt. */
  release: (() => void) | undefined;

  constructor(owner: AttemptOwner) {
    this.epoch = owner.state.epoch;
    this.#owner = owner;
  }

  /** Makes the socket. */
  dial(WebSocket: WebSocketConstructor, url: string): void {
    const owner = this.#owner;
    let socket: WebSocketLike;
    try {
      socket = this.socket = new WebSocket(url, this.protocols);
    } catch (cause) {
      // What is thrown need not be an error.
      const { name } = Object(cause);
      const isFinal = !owner.hasProvider && (name === "SyntaxError" || name === "SecurityError");
      soon(() => owner.lose(this, { cause, isFinal }));
      return;
    }
    socket.addEventListener("message", (event: Arrival) => owner.receive(this, event));
    const listener = (event: SocketEvent): void => this.#observe(event, WebSocket);
    for (const type of TYPES) socket.addEventListener(type, listener);
  }

  #observe(event: SocketEvent, WebSocket: WebSocketConstructor): void {
    const owner = this.#owner;
    if (owner.current !== this) {
      // QUIRK(React Native on Android): close() of a connecting socket is ignored, and it opens.
      if (event.type === "open") this.hangUp({});
      // QUIRK(Node 24, 26): close() of a connecting socket fires both events before it returns, when
      // the socket is abandoned already.
      return;
    }
    switch (event.type) {
      case "open":
        return this.#meet(WebSocket);
      case "error":
        this.#isDoubted = true;
        this.cause ??= event.error ?? event.message;
        return owner.apply({ type: "error", epoch: this.epoch });
      case "close":
        return this.#end(event);
    }
  }

  #end({ code, reason, wasClean }: Closure): void {
    const owner = this.#owner;
    // QUIRK(React Native 0.86): `wasClean` is never set. A failure fires an error first; only the end
    // of the stream on iOS does not.
    if (!wasClean && !this.#isDoubted && isReactNative()) {
      if (code === 1001 && reason === "Stream end encountered") code = 1006;
      wasClean = code > 0 && code !== 1006;
    }
    // QUIRK(mock-socket): a refused connection closes cleanly, though it never was open.
    const wasOpen = owner.state.phase !== "connecting";
    // QUIRK(Deno): the code of a connection that ended without a close frame is 0.
    const closure = { code: code || 1006, reason, wasClean: wasClean && wasOpen };
    owner.lose(this, { cause: this.cause, closure });
  }

  #meet(WebSocket: WebSocketConstructor): void {
    const { length } = this.protocols;
    const protocol = this.socket?.protocol;
    const isStray = protocol && !this.protocols.includes(protocol);
    // A class that is not the platform's may offer some of its own. Looked up last: Node loads it then.
    if (isStray && (length || WebSocket === globalThis.WebSocket)) {
      // QUIRK(Deno, workerd): a subprotocol that was not asked for is accepted (RFC 6455 section 4.1: fail).
      const cause = new TypeError("The server chose a subprotocol that was not asked for");
      this.#owner.lose(this, { cause });
    } else this.#owner.apply({ type: "opened", epoch: this.epoch });
  }

  /** Closes the socket without waiting for its end. */
  hangUp({ code, reason }: CloseArguments): void {
    this.release?.();
    try {
      code === undefined ? this.socket?.close() : this.socket?.close(code, reason);
    } catch {
      // QUIRK(mock-socket, ws): close() can throw; the socket is muted all the same.
    }
  }

  /** Lets go of a socket whose peer fell silent: where the class can, without a close handshake. */
  terminate(): void {
    try {
      (this.socket as { terminate?(): void } | undefined)?.terminate?.();
    } catch {
      // As above.
    }
  }
}
