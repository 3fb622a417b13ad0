/**
 * One attempt, and the connection that may come of it: the providers' answers, the socket, the
 * handshake. What happens is passed to the client; a link that the client no longer holds is mute.
 * The platforms' quirks in connecting and closing are handled here.
 *
 * @module
 */

import { invalidState, type ReconnectingWebSocketErrorCode as ErrorCode } from "../errors.ts";
import { type Arrival, Inbox, readPace } from "../features/handshake.ts";
import { abortController, isReactNative, soon } from "../platform.ts";
import type { SingleFlight } from "../features/providers.ts";
import { toMessage, type WebSocketData } from "../bounded_queue.ts";
import type { Settings } from "../client/settings.ts";
import type { WebSocketLike } from "../sources.ts";
import type { Closure, Farewell, Input, Phase, State } from "../machine/state.ts";
import { readProtocols, readUrl } from "./url.ts";
import { decisionOf, type RetryDecision } from "../features/retry.ts";

/** A failure before its verdict. */
export interface Loss {
  /** What it is called, where that does not follow from the phase. */
  readonly error?: ErrorCode;
  readonly cause?: unknown;
  /** What the thrown value decided that is the cause. */
  readonly decision?: RetryDecision;
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
  /** Absent where the URL is given. */
  readonly urls: SingleFlight<unknown> | undefined;
  /** Absent where the protocols are given. */
  readonly protocols: SingleFlight<unknown> | undefined;
  /** Whether the link is not abandoned. */
  holds(link: Link): boolean;
  /** The peer gave a sign of life that is no message. */
  noteAlive(link: Link): void;
  apply(input: Input): void;
  resolved(link: Link, url: string): void;
  receive(link: Link, event: MessageLike): void;
  lose(link: Link, loss: Loss): void;
}

/** Less is no transfer, but the platform handing over what was just sent, which a dead link takes, too. */
const MIN_DRAIN_BYTES = 1_024;

/** What belongs to one attempt. */
export class Link {
  readonly epoch: number;
  /** What arrives before messages pass directly to the listeners; made when something does. */
  inbox: Inbox | undefined;
  /** Whether they do. */
  isLive = false;
  socket: WebSocketLike | undefined;
  /** When the socket was made. */
  dialedAtMs: number | null = null;
  /** Bytes that were not sent at the heartbeat before. */
  #bufferedBytes = 0;
  /** When the last probe left that is not answered. */
  probedAtMs: number | null = null;
  /** From a probe to its reply. */
  latencyMs: number | null = null;
  /** What the platform's error event said, or what the handshake threw. */
  cause: unknown;
  readonly #client: LinkClient;
  readonly #settings: Settings;
  /** Whether the platform fired an error. */
  #isDoubted = false;
  /** Made only where a handshake gets its signal. */
  readonly #controller: AbortController | undefined;
  /** Whether the handshake threw: nothing that arrives is kept. */
  #isRefused = false;
  #url = "";
  #protocols: readonly string[] | undefined;

  constructor(client: LinkClient, settings: Settings) {
    this.epoch = client.state.epoch;
    this.#client = client;
    this.#settings = settings;
    if (settings.handshake) this.#controller = abortController();
  }

  /** Finds out the URL and the protocols. */
  resolve(): void {
    const { url, protocols } = this.#settings;
    if (typeof url !== "function" && typeof protocols !== "function") {
      return this.#resolved(url, protocols);
    }
    const client = this.#client;
    Promise.all([
      client.urls?.get(this.#attempt) ?? url,
      client.protocols?.get(this.#attempt) ?? protocols,
    ])
      .then(([url, protocols]) =>
        this.#resolved(readUrl(url, this.#client.url), readProtocols(protocols))
      )
      .catch((cause) =>
        this.#client.lose(this, { cause, decision: decisionOf(cause), phase: "resolving" })
      );
  }

  #resolved(url: string, protocols: readonly string[]): void {
    this.#url = url;
    this.#protocols = protocols;
    this.#client.resolved(this, url);
  }

  /** Makes the socket. */
  dial(): void {
    const { sources, url, config } = this.#settings;
    this.dialedAtMs = sources.clock.now();
    try {
      this.socket = new sources.WebSocket(this.#url, this.#protocols);
    } catch (cause) {
      // What is thrown need not be an error.
      const name = (cause as { name?: unknown } | null | undefined)?.name;
      const isFinal = typeof url === "string" &&
        (name === "SyntaxError" || name === "SecurityError");
      soon(() => this.#client.lose(this, { cause, isFinal }));
      return;
    }
    const { socket } = this;
    socket.addEventListener("message", (event: MessageLike) => this.#client.receive(this, event));
    const listener = (event: SocketEvent): void => this.#observe(event);
    for (const type of TYPES) socket.addEventListener(type, listener);
    if (!config.heartbeat) return;
    // QUIRK(ws): pings and pongs can be seen, but only by the methods of Node's event emitters.
    const emitter = socket as { on?(type: string, listener: () => void): void };
    for (const type of ["ping", "pong"]) emitter.on?.(type, () => this.#client.noteAlive(this));
  }

  #observe(event: SocketEvent): void {
    if (!this.#client.holds(this)) {
      // QUIRK(React Native on Android): close() of a connecting socket is ignored, and it opens.
      if (event.type === "open") this.hangUp({});
      // QUIRK(Node 24, 26): close() of a connecting socket fires both events before it returns, when
      // the socket is abandoned already.
      return;
    }
    switch (event.type) {
      case "open":
        return this.#meet();
      case "error":
        this.#isDoubted = true;
        this.cause ??= event.error ?? event.message;
        return this.#client.apply({ type: "error", epoch: this.epoch });
      case "close":
        return this.#end(event);
    }
  }

  #end({ code, reason, wasClean }: Closure): void {
    // QUIRK(React Native 0.86): `wasClean` is never set. A failure fires an error first; only the end
    // of the stream on iOS does not.
    if (!wasClean && !this.#isDoubted && isReactNative()) {
      if (code === 1001 && reason === "Stream end encountered") code = 1006;
      wasClean = code > 0 && code !== 1006;
    }
    // QUIRK(mock-socket): a refused connection closes cleanly, though it never was open.
    const wasOpen = this.#client.state.phase !== "connecting";
    // QUIRK(Deno): the code of a connection that ended without a close frame is 0.
    const closure = { code: code || 1006, reason, wasClean: wasClean && wasOpen };
    this.#client.lose(this, { cause: this.cause, closure });
  }

  #meet(): void {
    const offered = this.#protocols ?? [];
    const protocol = this.socket?.protocol;
    const isStray = protocol && !offered.includes(protocol);
    // A class that is not the platform's may offer some of its own. Looked up last: Node loads it then.
    if (isStray && (offered.length || this.#settings.sources.WebSocket === globalThis.WebSocket)) {
      // QUIRK(Deno, workerd): a subprotocol that was not asked for is accepted (RFC 6455 section 4.1: fail).
      const cause = new TypeError("The server chose a subprotocol that was not asked for");
      this.#client.lose(this, { cause });
    } else this.#client.apply({ type: "opened", epoch: this.epoch });
  }

  /** Keeps what arrives early; false if it does not fit. */
  keep(arrival: Arrival): boolean {
    if (this.#isRefused) return true;
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
    const { signal } = this.#controller as AbortController;
    try {
      const protocol = socket?.protocol ?? "";
      const { handshake } = this.#settings;
      const answer = await handshake?.({ attempt: this.#attempt, protocol, signal, send, receive });
      client.apply({ type: "ready", epoch, pace: readPace(answer) });
    } catch (cause) {
      this.#refuse(cause);
    }
  }

  /** The handshake threw: what it threw decides, or the close frame that may follow. */
  #refuse(cause: unknown): void {
    this.cause = cause;
    this.#isRefused = true;
    const decision = decisionOf(cause);
    if (decision !== undefined) this.#client.lose(this, { cause, decision, phase: "handshaking" });
    else this.#client.apply({ type: "refused", epoch: this.epoch });
  }

  /** Whether bytes left since this was called last. */
  isDraining(): boolean {
    const before = this.#bufferedBytes;
    this.#bufferedBytes = this.socket?.bufferedAmount ?? 0;
    return before - this.#bufferedBytes >= MIN_DRAIN_BYTES;
  }

  /** Closes the socket without waiting for its end. */
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

  /** Lets go of a socket whose peer fell silent: where the class can, without a close handshake. */
  terminate(): void {
    try {
      (this.socket as { terminate?(): void } | undefined)?.terminate?.();
    } catch {
      // As above.
    }
  }

  get #attempt(): number {
    return this.#client.state.series.attempt;
  }
}
