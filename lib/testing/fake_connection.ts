import type { FakeClock } from "./fake_clock.ts";
import { closeEvent, errorEvent, messageEvent } from "./fake_events.ts";
import type { RuntimeQuirks } from "./runtime_profiles.ts";

/** A message as it crosses the fake network: text, the bytes that were sent (a copy), or a Blob. */
export type FakeMessage = string | Uint8Array | Blob;

/** What the fake server may send. */
export type FakeMessageInit = string | ArrayBufferLike | ArrayBufferView;

/**
 * The server's end of one socket. Nothing happens unless it is told to: a new connection hangs.
 * What is called here reaches the client before the call returns. What comes too late, because the
 * client has closed or all is silent, is lost, as on a real network.
 *
 * @example A peer that goes silent
 * ```ts
 * import { fakeWorld } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { network } = fakeWorld();
 * const socket = new network.WebSocket("wss://example.com");
 * const [connection] = network.connections;
 * connection?.accept();
 * socket.send("heard");
 * connection?.stall();
 * socket.send("lost on the way");
 * assertEquals(connection?.sent, ["heard", "lost on the way"]);
 * assertEquals(connection?.received, ["heard"]);
 * assertEquals(socket.readyState, WebSocket.OPEN);
 * ```
 */
export interface FakeConnection {
  /** The URL dialled, as the platform normalises it. */
  readonly url: string;
  /** The subprotocols asked for. */
  readonly protocols: readonly string[];
  /** An object given in place of the protocols, such as `{ headers }` on Deno, Bun and Node. */
  readonly options: unknown;
  /** Wall time of the dial, in milliseconds. */
  readonly dialedAtMs: number;
  /** The client's `readyState`, as the runtime shows it. */
  readonly readyState: 0 | 1 | 2 | 3;
  /** Whether it has ended: nothing comes by itself any more. Not all runtimes show it as `readyState` 3. */
  readonly isOver: boolean;
  /** Everything that the client handed to the open socket, oldest first. */
  readonly sent: readonly FakeMessage[];
  /** What of it reached the server: all, up to a {@linkcode stall}. */
  readonly received: readonly FakeMessage[];
  /** The arguments of the client's `close()`, or `null` if it was not called. No code is 1005. */
  readonly clientClose: { readonly code: number; readonly reason: string } | null;
  /**
   * How the server answers the client's `close()`: 0 ms later, inside the call, or never.
   *
   * @default {"later"}
   */
  closeReply: "later" | "inside-close" | "never";
  /** The client's `bufferedAmount`: bytes not yet sent to the network. Set it to feign a slow link. */
  bufferedAmount: number;
  /** If not `null`, what the client's `send()` throws: a platform that refuses the data. */
  sendError: unknown;
  /** Calls `listener` with each message received from now on, 0 ms after it was sent: reply here. */
  onReceive(listener: (data: FakeMessage) => void): void;
  /**
   * Accepts the handshake: the client gets `open`.
   *
   * @param protocol The subprotocol chosen; the first one asked for unless given.
   * @throws {Error} The connection was accepted before.
   */
  accept(protocol?: string): void;
  /**
   * Refuses the handshake, as a closed port or an HTTP status does.
   *
   * @throws {Error} The connection was accepted before.
   */
  refuse(): void;
  /**
   * Sends a message. Lost if the client has closed.
   *
   * @throws {Error} The connection was not accepted.
   */
  send(data: FakeMessageInit): void;
  /**
   * Closes with a close frame; without a code the client sees 1005.
   *
   * @throws {Error} The connection was not accepted.
   */
  close(code?: number, reason?: string): void;
  /** The peer vanishes without a close frame, and the client's host notices. Also ends a {@linkcode stall}. */
  drop(): void;
  /** The peer goes silent: nothing arrives any more, either way, not even an answer to `close()`. */
  stall(): void;
  /**
   * Fires one event at the client whatever the state, and changes none: an error without a close, a
   * close that comes twice, a message of a socket that was given up long ago.
   *
   * @param init The `data` of a `message`; the `code`, `reason` and `wasClean` of a `close`.
   */
  dispatch(
    type: "open" | "message" | "error" | "close",
    init?: MessageEventInit | CloseEventInit,
  ): void;
}

/** What a connection is made from. */
export interface Dial {
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly options: unknown;
  readonly socket: EventTarget;
}

/** Both ends of a connection: the server's in public, the client's for `FakeWebSocket`. */
export class Connection implements FakeConnection {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly options: unknown;
  readonly dialedAtMs: number;
  readonly quirks: RuntimeQuirks;
  readyState: 0 | 1 | 2 | 3 = 0;
  protocol = "";
  binaryType: string;
  bufferedAmount = 0;
  sendError: unknown = null;
  closeReply: "later" | "inside-close" | "never" = "later";
  clientClose: { readonly code: number; readonly reason: string } | null = null;
  readonly sent: FakeMessage[] = [];
  readonly #socket: EventTarget;
  readonly #clock: FakeClock;
  readonly #origin: string;
  #wasOpen = false;
  /** Whether the last event of the connection has been fired. */
  #isOver = false;
  #listeners: ((data: FakeMessage) => void)[] | null = null;
  /** How many messages had arrived when the peer went silent. */
  #stalledAt: number | null = null;

  constructor(dial: Dial, clock: FakeClock, quirks: RuntimeQuirks) {
    this.url = dial.url.href;
    this.protocols = dial.protocols;
    this.options = dial.options;
    this.dialedAtMs = clock.now();
    this.quirks = quirks;
    this.binaryType = quirks.binaryType;
    this.#socket = dial.socket;
    this.#clock = clock;
    this.#origin = messageOrigin(quirks, dial.url);
  }

  get received(): readonly FakeMessage[] {
    return this.#stalledAt === null ? this.sent : this.sent.slice(0, this.#stalledAt);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get #isSilent(): boolean {
    return this.#isOver || this.#stalledAt !== null;
  }

  onReceive(listener: (data: FakeMessage) => void): void {
    (this.#listeners ??= []).push(listener);
  }

  accept(protocol: string = this.protocols[0] ?? ""): void {
    this.#requireConnecting("accept");
    if (this.clientClose || this.#isSilent) return;
    const isProtocolAsked = protocol === ""
      ? this.protocols.length === 0
      : this.protocols.includes(protocol);
    if (this.quirks.checksProtocol && !isProtocolAsked) return this.#lose();
    this.#wasOpen = true;
    this.protocol = protocol;
    this.readyState = 1;
    this.dispatch("open");
  }

  refuse(): void {
    this.#requireConnecting("refuse");
    if (!this.clientClose && !this.#isSilent) this.#lose();
  }

  send(data: FakeMessageInit): void {
    this.#requireAccepted("send");
    if (this.#isSilent || !this.#wasOpen) return;
    if (this.readyState === 2 && !this.quirks.receivesWhileClosing) return;
    this.dispatch("message", {
      data: typeof data === "string" ? data : binaryData(data, this.binaryType),
    });
  }

  close(code: number = 1005, reason: string = ""): void {
    this.#requireAccepted("close");
    if (this.#isSilent || !this.#wasOpen) return;
    this.readyState = this.quirks.closeStateLags ? 2 : 3;
    this.#finish({ code, reason, wasClean: true });
  }

  drop(): void {
    if (!this.#isOver) this.#lose();
  }

  stall(): void {
    this.#stalledAt ??= this.sent.length;
  }

  dispatch(type: string, init: MessageEventInit | CloseEventInit = {}): void {
    const { quirks } = this;
    if (type === "message") {
      this.#socket.dispatchEvent(messageEvent({ origin: this.#origin, ...init }));
    } else if (type === "error") this.#socket.dispatchEvent(errorEvent(quirks, this.url));
    else if (type === "close") this.#socket.dispatchEvent(closeEvent(quirks, init));
    else this.#socket.dispatchEvent(new Event(type, init));
  }

  /** The client's `send()` while open. */
  receive(data: FakeMessage): void {
    this.sent.push(data);
    for (const listener of this.#listeners ?? []) this.#later(() => listener(data));
  }

  /** The client's `close()` while connecting or open. */
  hangUp(code: number, reason: string): void {
    if (!this.#wasOpen) return this.#abort({ code, reason });
    this.readyState = 2;
    this.clientClose = { code, reason };
    if (this.#isSilent) return;
    const answer = (): void => {
      this.readyState = 3;
      this.#finish({ code, reason, wasClean: true });
    };
    if (this.closeReply === "inside-close") answer();
    else if (this.closeReply === "later") this.#later(answer);
  }

  #abort(close: { readonly code: number; readonly reason: string }): void {
    const { abort, abortingState } = this.quirks;
    // QUIRK(Node 22): also fires when the connect failed before, as `readyState` is still 0
    if (abort === "errors-only" && this.#stalledAt === null) this.dispatch("error");
    this.clientClose = close;
    if (abort !== "inside-close") this.#later(() => this.#lose());
    else if (!this.#isSilent) this.#lose();
    // QUIRK(Node 24): sets it after the events, so that a closed socket stays at 2
    this.readyState = abortingState;
  }

  /** The connect failed, or an open connection is gone; no close frame was seen. */
  #lose(): void {
    const { quirks } = this;
    this.#isOver = true;
    if (!this.#wasOpen && !quirks.closesFailedConnect) return this.dispatch("error");
    if (!this.#wasOpen || !quirks.closeStateLags) this.readyState = 3;
    if (!this.#wasOpen || quirks.dropFiresError) this.dispatch("error");
    this.#finish({
      code: quirks.lossCode,
      reason: this.#wasOpen ? quirks.droppedReason : quirks.failedReason,
      wasClean: false,
    });
  }

  #finish(init: CloseEventInit): void {
    this.#isOver = true;
    this.dispatch("close", init);
    this.readyState = 3;
  }

  /** What the client's own call causes comes by the clock, unless all is silent by then. */
  #later(callback: () => void): void {
    this.#clock.plan(() => {
      if (!this.#isSilent) callback();
    }, 0);
  }

  #requireConnecting(action: string): void {
    if (!this.#wasOpen) return;
    throw new Error(
      `Cannot ${action} as the connection must not be accepted yet: ` +
        `current value of readyState is ${this.readyState}`,
    );
  }

  #requireAccepted(action: string): void {
    if (this.readyState !== 0 || this.#isSilent) return;
    throw new Error(
      `Cannot ${action} as the connection must be accepted first: current value of readyState is 0`,
    );
  }
}

function messageOrigin(quirks: RuntimeQuirks, url: URL): string {
  if (quirks.messageOrigin === "none") return "";
  // QUIRK(React Native): `origin` is "" unless the scheme is http or https.
  return quirks.messageOrigin === "url"
    ? url.href
    : url.href.replace(/^(\w+:\/\/)(?:[^/?#]*@)?([^/?#]*).*/, "$1$2");
}

/** Bytes as the client's `binaryType` asks for them; where there is no Blob of bytes, as an ArrayBuffer. */
function binaryData(data: ArrayBufferLike | ArrayBufferView, binaryType: string): unknown {
  const buffer = copyBytes(data);
  if (binaryType === "nodebuffer") return new Uint8Array(buffer);
  try {
    // QUIRK(React Native): the constructor of Blob refuses bytes.
    return binaryType === "blob" ? new Blob([buffer]) : buffer;
  } catch {
    return buffer;
  }
}

/** The bytes as they are now: a sender may change its buffer afterwards. */
export function copyBytes(data: ArrayBufferLike | ArrayBufferView): ArrayBuffer {
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  return new Uint8Array(bytes).buffer;
}
