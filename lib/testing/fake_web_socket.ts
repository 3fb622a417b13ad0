import { type Connection, copyBytes, type Dial, type FakeMessage } from "./fake_connection.ts";
import type { RuntimeQuirks } from "./runtime_profiles.ts";

/** What a fake socket needs of its network. */
export interface Dialer {
  readonly quirks: RuntimeQuirks;
  dial(dial: Dial): Connection;
}

type Handler = ((this: WebSocket, event: never) => unknown) | null;

/** The client's end: validates as the WebSockets Standard says, and leaves the rest to the connection. */
export class FakeWebSocket extends EventTarget implements WebSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readonly #connection: Connection;
  #handlers: Map<string, { handler: Handler; readonly listener: (event: Event) => void }> | null =
    null;

  constructor(dialer: Dialer, url: unknown, protocols: unknown) {
    super();
    const { quirks } = dialer;
    const parsed = parseUrl(quirks, String(url));
    const isOptions = quirks.takesOptions && isPlainObject(protocols);
    const names = protocolNames(isOptions ? protocols.protocols : protocols);
    this.#connection = dialer.dial({
      url: parsed,
      protocols: names,
      options: isOptions ? protocols : null,
      socket: this,
    });
  }

  get url(): string {
    return this.#connection.url;
  }

  get protocol(): string {
    return this.#connection.protocol;
  }

  get extensions(): string {
    return "";
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#connection.readyState;
  }

  get bufferedAmount(): number {
    const { quirks, bufferedAmount } = this.#connection;
    // workerd has no such member: the type cannot say so, and that is the point of the quirk
    return quirks.hasBufferedAmount ? bufferedAmount : undefined as unknown as number;
  }

  get binaryType(): BinaryType {
    return this.#connection.binaryType as BinaryType;
  }
  set binaryType(binaryType: BinaryType) {
    const { quirks } = this.#connection;
    const isKnown = binaryType === "blob" || binaryType === "arraybuffer" ||
      binaryType === quirks.binaryType;
    if (isKnown) this.#connection.binaryType = binaryType;
    else if (quirks.resetsBinaryType) this.#connection.binaryType = "blob";
  }

  get onopen(): WebSocket["onopen"] {
    return this.#handler("open");
  }
  set onopen(handler: WebSocket["onopen"]) {
    this.#setHandler("open", handler);
  }

  get onmessage(): WebSocket["onmessage"] {
    return this.#handler("message");
  }
  set onmessage(handler: WebSocket["onmessage"]) {
    this.#setHandler("message", handler);
  }

  get onerror(): WebSocket["onerror"] {
    return this.#handler("error");
  }
  set onerror(handler: WebSocket["onerror"]) {
    this.#setHandler("error", handler);
  }

  get onclose(): WebSocket["onclose"] {
    return this.#handler("close");
  }
  set onclose(handler: WebSocket["onclose"]) {
    this.#setHandler("close", handler);
  }

  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    const connection = this.#connection;
    const { quirks, readyState } = connection;
    if (readyState === 0 || (readyState > 1 && quirks.lateSend === "throw")) {
      const message =
        `Cannot send as the WebSocket must be open: current value of readyState is ${readyState}`;
      if (quirks.sendError === "TypeError") throw new TypeError(message);
      throw new DOMException(message, "InvalidStateError");
    }
    if (readyState > 1) {
      if (quirks.lateSend === "count") connection.bufferedAmount += byteLength(toMessage(data));
      return;
    }
    if (connection.sendError !== null) throw connection.sendError;
    connection.receive(typeof data === "string" ? data : toMessage(data));
  }

  close(code?: number, reason?: string): void {
    const { quirks, readyState } = this.#connection;
    const isCodeValid = code === undefined || code === 1000 || (code >= 3000 && code <= 4999) ||
      quirks.extraCloseCodes.includes(code);
    if (!isCodeValid || (code === undefined && reason && quirks.codeOfLoneReason === null)) {
      throw new DOMException(
        `Cannot close as the code must be 1000 or between 3000 and 4999: current value is ${code}`,
        "InvalidAccessError",
      );
    }
    if (reason !== undefined && utf8Length(String(reason)) > 123) {
      throw new DOMException(
        `Cannot close as the reason must have at most 123 bytes: current value has ${
          utf8Length(String(reason))
        }`,
        "SyntaxError",
      );
    }
    if (readyState >= 2) return;
    const lone = reason ? quirks.codeOfLoneReason : null;
    this.#connection.hangUp(code ?? lone ?? 1005, String(reason ?? ""));
  }

  // deno-lint-ignore no-explicit-any -- each setter above gives its own event type
  #handler(type: string): any {
    return this.#handlers?.get(type)?.handler ?? null;
  }

  /** An event handler keeps its place among the listeners when it is replaced (HTML, "event handlers"). */
  #setHandler(type: string, handler: unknown): void {
    const callable = typeof handler === "function" ? handler as Handler : null;
    this.#handlers ??= new Map();
    const slot = this.#handlers.get(type);
    if (callable === null) {
      if (slot) this.removeEventListener(type, slot.listener);
      this.#handlers.delete(type);
    } else if (slot) {
      slot.handler = callable;
    } else {
      const listener = (event: Event): void => {
        this.#handlers?.get(type)?.handler?.call(this, event as never);
      };
      this.#handlers.set(type, { handler: callable, listener });
      this.addEventListener(type, listener);
    }
  }
}

function isPlainObject(value: unknown): value is { readonly protocols?: unknown } {
  return typeof value === "object" && value !== null && !(Symbol.iterator in value);
}

function syntaxError(requirement: string, value: string): DOMException {
  return new DOMException(
    `Cannot create a WebSocket as ${requirement}: current value is ${value}`,
    "SyntaxError",
  );
}

/** WebSockets Standard, "new WebSocket(url, protocols)", steps 1 to 7. */
function parseUrl(quirks: RuntimeQuirks, url: string): string {
  if (!URL.canParse(url)) throw syntaxError("the URL must be absolute and valid", url);
  const parsed = new URL(url);
  if (quirks.takesHttpUrls) parsed.protocol = parsed.protocol.replace(/^http/, "ws");
  if (parsed.protocol !== "ws:" && parsed.protocol !== "wss:") {
    throw syntaxError("the URL's scheme must be ws or wss", url);
  }
  if (parsed.href.includes("#")) throw syntaxError("the URL must have no fragment", url);
  return parsed.href;
}

/** A token of RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** WebSockets Standard, "new WebSocket(url, protocols)", steps 8 and 9. */
function protocolNames(protocols: unknown): string[] {
  if (protocols === undefined) return [];
  const isSequence = typeof protocols === "object" && protocols !== null &&
    Symbol.iterator in protocols;
  const names = isSequence ? Array.from(protocols as Iterable<unknown>, String) : [`${protocols}`];
  names.forEach((name, index) => {
    const isFirst = names.findIndex((other) =>
      other.toLowerCase() === name.toLowerCase()
    ) === index;
    if (!TOKEN.test(name) || !isFirst) {
      throw syntaxError("protocols must be distinct tokens", names.join(", "));
    }
  });
  return names;
}

/** The conversion of WebIDL's `(BufferSource or Blob or USVString)`. */
function toMessage(data: unknown): FakeMessage {
  if (typeof data === "string" || data instanceof Blob) return data;
  const isBytes = ArrayBuffer.isView(data) || data instanceof ArrayBuffer ||
    (typeof SharedArrayBuffer === "function" && data instanceof SharedArrayBuffer);
  return isBytes ? copyBytes(data) : String(data);
}

function byteLength(message: FakeMessage): number {
  if (typeof message === "string") return utf8Length(message);
  return message instanceof Blob ? message.size : message.byteLength;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
