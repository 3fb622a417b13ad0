import { domException, PlatformEventTarget } from "../platform.ts";
import { type Connection, copyBytes, type Dial, type FakeMessage } from "./fake_connection.ts";
import type { RuntimeQuirks } from "./runtime_profiles.ts";

/** What a fake socket needs of its network. */
export interface Dialer {
  readonly quirks: RuntimeQuirks;
  dial(dial: Dial): Connection;
}

/** The client's end: judges its arguments as the platform does, and leaves the rest to the connection. */
export class FakeWebSocket extends PlatformEventTarget implements WebSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  declare onopen: WebSocket["onopen"];
  declare onmessage: WebSocket["onmessage"];
  declare onerror: WebSocket["onerror"];
  declare onclose: WebSocket["onclose"];
  readonly #connection: Connection;

  constructor(dialer: Dialer, url: unknown, protocols: unknown) {
    super();
    const { quirks } = dialer;
    const isOptions = quirks.takesOptions && typeof protocols === "object" && protocols !== null &&
      !(Symbol.iterator in protocols);
    const options = isOptions ? protocols as { readonly protocols?: unknown } : null;
    this.#connection = dialer.dial({
      url: parseUrl(quirks, String(url)),
      protocols: parseProtocols(quirks, options === null ? protocols : options.protocols),
      options,
      socket: this,
    });
  }

  get url(): string {
    return this.#connection.url;
  }

  get protocol(): string {
    const { protocol, quirks } = this.#connection;
    return protocol || quirks.absentText as string;
  }

  get extensions(): string {
    return this.#connection.quirks.absentText as string;
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#connection.readyState;
  }

  get bufferedAmount(): number {
    const { quirks, bufferedAmount } = this.#connection;
    return quirks.hasBufferedAmount ? bufferedAmount : undefined as unknown as number;
  }

  get binaryType(): BinaryType {
    return this.#connection.binaryType as BinaryType;
  }
  set binaryType(binaryType: BinaryType) {
    const { quirks } = this.#connection;
    if (["blob", "arraybuffer", quirks.binaryType].includes(binaryType)) {
      this.#connection.binaryType = binaryType;
    } else if (quirks.resetsBinaryType) this.#connection.binaryType = "blob";
  }

  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    const connection = this.#connection;
    const { quirks, readyState } = connection;
    if (readyState === 1 && connection.clientClose === null) {
      if (connection.sendError !== null) throw connection.sendError;
      connection.receive(toMessage(data));
      return;
    }
    if (readyState === 0 || quirks.lateSend === "throw") {
      const message =
        `Cannot send as the WebSocket must be open: current value of readyState is ${readyState}`;
      throw quirks.earlySendError === "TypeError"
        ? new TypeError(message)
        : domException(message, "InvalidStateError");
    }
    if (quirks.lateSend === "count") connection.bufferedAmount += byteLength(toMessage(data));
  }

  close(code?: number, reason?: string): void {
    const { quirks, readyState, clientClose } = this.#connection;
    const end = parseClose(quirks, code, reason);
    if (readyState < 2 && clientClose === null) this.#connection.hangUp(end.code, end.reason);
  }
}

// Not in a static block, which React Native's Babel preset refuses.
for (const type of ["open", "message", "error", "close"]) {
  defineHandler(FakeWebSocket.prototype, type);
}

/** An event handler attribute: it keeps its place among the listeners when it is replaced (HTML, 8.1.8.1). */
function defineHandler(prototype: EventTarget, type: string): void {
  type Slot = { handler: EventListener; readonly listener: (event: Event) => void };
  const slots = new WeakMap<EventTarget, Slot>();
  Object.defineProperty(prototype, `on${type}`, {
    configurable: true,
    enumerable: true,
    get(this: EventTarget): unknown {
      return slots.get(this)?.handler ?? null;
    },
    set(this: EventTarget, value: unknown): void {
      const current = slots.get(this);
      if (typeof value !== "function") {
        if (current) this.removeEventListener(type, current.listener);
        slots.delete(this);
      } else if (current) {
        current.handler = value as EventListener;
      } else {
        const listener = (event: Event): void =>
          (slot.handler as (event: Event) => void).call(this, event);
        const slot: Slot = { handler: value as EventListener, listener };
        slots.set(this, slot);
        this.addEventListener(type, listener);
      }
    },
  });
}

function syntaxError(requirement: string, value: unknown): DOMException {
  return domException(
    `Cannot create a WebSocket as ${requirement}: current value is ${value}`,
    "SyntaxError",
  );
}

/** WebSockets Standard, "new WebSocket(url, protocols)", the steps on the URL. */
function parseUrl(quirks: RuntimeQuirks, url: string): URL {
  let parsed: URL;
  try {
    parsed = new URL(quirks.takesHttpUrls ? url.replace(/^\s*http/i, "ws") : url);
  } catch {
    throw syntaxError("the URL must be absolute and valid", url);
  }
  if (parsed.protocol !== "ws:" && parsed.protocol !== "wss:") {
    throw syntaxError("the URL's scheme must be ws or wss", url);
  }
  if (parsed.href.includes("#")) throw syntaxError("the URL must have no fragment", url);
  return parsed;
}

/** A token of RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** WebSockets Standard, "new WebSocket(url, protocols)", the steps on the protocols. */
function parseProtocols(quirks: RuntimeQuirks, protocols: unknown): readonly string[] {
  if (protocols === undefined) return [];
  const isSequence = typeof protocols === "object" && protocols !== null &&
    Symbol.iterator in protocols;
  const names = isSequence ? Array.from(protocols as Iterable<unknown>, String) : [`${protocols}`];
  const keys = quirks.foldsProtocolCase ? names.map((name) => name.toLowerCase()) : names;
  if (names.every((name) => TOKEN.test(name)) && new Set(keys).size === names.length) return names;
  throw syntaxError("the protocols must be distinct tokens", JSON.stringify(names));
}

/** WebSockets Standard, "close(code, reason)", steps 1 and 2; the code is a `[Clamp] unsigned short`. */
function parseClose(
  quirks: RuntimeQuirks,
  code: unknown,
  reason: unknown,
): { readonly code: number; readonly reason: string } {
  const text = reason === undefined ? "" : String(reason);
  const number = code === undefined ? null : Math.round(Number(code));
  const isCodeValid = number === null
    ? text === "" || quirks.loneReason !== null
    : number === 1000 || (number >= 3000 && number <= 4999) ||
      quirks.extraCloseCodes.includes(number);
  if (!isCodeValid) {
    throw domException(
      `Cannot close as the code must be 1000 or between 3000 and 4999: current value is ${code}`,
      "InvalidAccessError",
    );
  }
  const bytes = byteLength(text);
  if (bytes > 123) {
    throw domException(
      `Cannot close as the reason must have at most 123 bytes: current value has ${bytes}`,
      "SyntaxError",
    );
  }
  if (number !== null) return { code: number, reason: text };
  const { code: loneCode, keepsReason } = (text && quirks.loneReason) ||
    { code: 1005, keepsReason: false };
  return { code: loneCode, reason: keepsReason ? text : "" };
}

/** The conversion of WebIDL's `(BufferSource or Blob or USVString)`. */
function toMessage(data: unknown): FakeMessage {
  if (isBlob(data)) return data;
  const isBytes = ArrayBuffer.isView(data) || data instanceof ArrayBuffer ||
    (typeof SharedArrayBuffer === "function" && data instanceof SharedArrayBuffer);
  return isBytes ? new Uint8Array(copyBytes(data)) : toUsvString(String(data));
}

function byteLength(message: FakeMessage): number {
  if (isBlob(message)) return message.size;
  if (typeof message !== "string") return message.byteLength;
  return encodeURIComponent(toUsvString(message)).replace(/%../g, "%").length;
}

function isBlob(value: unknown): value is Blob {
  return typeof Blob === "function" && value instanceof Blob;
}

/** WebIDL's conversion to a USVString: with the flag "u" only surrogates without their other half match. */
function toUsvString(text: string): string {
  return text.replace(/[\ud800-\udfff]/gu, "\ufffd");
}
