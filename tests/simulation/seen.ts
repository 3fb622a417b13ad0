/**
 * What a run makes visible: the client's events and answers, what it does to its sockets, and what
 * it asks of its user. The checks see nothing else.
 *
 * @module
 */

import type { SendOptions } from "@holdfast/websocket";
import type { FakeConnection } from "@holdfast/websocket/testing";
import type { TraceRecord } from "@holdfast/websocket/trace";

/** The events of a client. */
export const EVENT_TYPES = [
  "open",
  "message",
  "error",
  "close",
  "retry",
  "drop",
  "drain",
  "statechange",
] as const;

/** The name of an event. */
export type EventType = typeof EVENT_TYPES[number];

/** An event as its first listener sees it. */
export interface Told {
  readonly kind: "told";
  readonly type: EventType;
  readonly event: Event;
  readonly readyState: number;
}

/** An inner socket. */
export interface Socket {
  readonly index: number;
  readonly connection: FakeConnection;
  /** When the client dialled, on the clock that never jumps. */
  readonly atMs: number;
  /** How many listeners the client has added. */
  listeners: number;
  /** Whether it fired `open`. */
  hasOpened: boolean;
  /** Whether nothing of it may reach the user any more. */
  isDead: boolean;
  /** What it had not sent when the client let it go, until the next dial. */
  unsentBytes: number;
  /** The first close event that it fired while it was alive. */
  closure: Closure | null;
}

/** How a connection ended. */
export interface Closure {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** A call of the client's own methods by its user. */
export interface Call {
  readonly kind: "call";
  readonly name: "send" | "close" | "reconnect" | "pause" | "resume" | "abort";
  /** What is sent, as {@linkcode keyOf} names it. */
  readonly key: string;
  readonly bytes: number;
  /** What becomes of a message that must wait. */
  readonly options?: SendOptions;
  /** The wall time when it took effect. */
  atMs: number;
  /** Whether the client was over, or closing, when the call took effect. */
  wasOver: boolean;
  /** Whether a message's value was converted: what the user does then comes after the call. */
  isConverted: boolean;
  /** Whether the platform refused the message. */
  wasOffered: boolean;
}

/** Anything visible. */
export type Seen =
  | Told
  | Call
  /** A listener of the user's, other than the first. */
  | { readonly kind: "listener"; readonly type: EventType; readonly id: string }
  | { readonly kind: "dial"; readonly socket: Socket; readonly url: string }
  /** A socket is about to fire an event. */
  | {
    readonly kind: "inner";
    readonly type: string;
    readonly socket: Socket;
    readonly event: Event;
  }
  /** The client hands over a message, or closes a socket. */
  | { readonly kind: "hands"; readonly socket: Socket; readonly key: string }
  | { readonly kind: "refused"; readonly socket: Socket; readonly key: string }
  | { readonly kind: "hangs up"; readonly socket: Socket; readonly code: number | undefined }
  | {
    readonly kind: "return";
    readonly call: Call;
    readonly result: unknown;
    readonly error: unknown;
  }
  /** The client asks a function of its user's. */
  | {
    readonly kind: "hook";
    readonly name: string;
    readonly attempt: number | undefined;
    readonly signal: AbortSignal | undefined;
    readonly argument: unknown;
  }
  | { readonly kind: "record"; readonly record: TraceRecord }
  /** The client reports that a hook misbehaved. */
  | { readonly kind: "reported"; readonly what: string }
  /** A line of the schedule was performed, promise jobs included. */
  | { readonly kind: "line"; readonly line: string }
  /** The client was closed and had time to end. */
  | { readonly kind: "end" };

const blobs = new WeakMap<Blob, string>();

/** Gives a Blob, whose bytes only a promise tells, a name. */
export function nameBlob(blob: Blob, name: string): Blob {
  blobs.set(blob, name);
  return blob;
}

/** Names what is sent by its content at this moment. */
export function keyOf(data: unknown): string {
  // A surrogate that is cut from its pair is sent as U+FFFD (Web IDL, USVString).
  if (typeof data === "string") return data.toWellFormed();
  if (data instanceof Blob) return `blob ${blobs.get(data)}`;
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data as ArrayBuffer);
  return `bytes ${bytes.join()}`;
}

/** One line about what was seen, for transcripts and for comparing two runs. */
export function describe(seen: Seen): string {
  switch (seen.kind) {
    case "told":
      return tell(seen);
    case "listener":
      return `listener ${seen.id} of ${seen.type}`;
    case "call":
      return `calls ${seen.name} ${shorten(seen.key)}`.trimEnd();
    case "return":
      return seen.error === undefined
        ? `${seen.call.name} ${shorten(seen.call.key)} returns ${seen.result}`
        : `${seen.call.name} throws ${(seen.error as Error).name}`;
    case "dial":
      return `dials ${seen.url.replace(/[^/]*@|\?.*/g, "")} (socket ${seen.socket.index})`;
    case "inner":
      return `socket ${seen.socket.index} fires ${seen.type}`;
    case "hands":
      return `socket ${seen.socket.index} gets ${shorten(seen.key)}`;
    case "refused":
      return `socket ${seen.socket.index} refuses ${shorten(seen.key)}`;
    case "hangs up":
      return `socket ${seen.socket.index} is closed${seen.code ? ` with ${seen.code}` : ""}`;
    case "hook":
      return `asks ${seen.name}${seen.attempt === undefined ? "" : ` for attempt ${seen.attempt}`}`;
    case "reported":
      return `reports ${seen.what}`;
    case "record":
      return `record ${JSON.stringify(seen.record)}`;
    case "line":
      return seen.line;
    case "end":
      return "end";
  }
}

/** The fields of an event that its user cares for. */
export function tell({ type, event, readyState }: Told): string {
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  const error = fields.error as { readonly code: string } | null | undefined;
  const because = error ? ` because of ${error.code}` : "";
  switch (type) {
    case "open":
      return `open${fields.reconnected ? " again" : ""}, attempt ${fields.attempt}`;
    case "message":
      return `message ${typeof fields.data === "string" ? shorten(fields.data) : "of bytes"}`;
    case "error":
      return `error ${error?.code}`;
    case "close": {
      const reason = fields.reason ? ` ${fields.reason}` : "";
      const manner = fields.wasClean ? "clean" : "unclean";
      const then = fields.willRetry ? "will retry" : `for good, readyState ${readyState}`;
      return `close ${fields.code}${reason}, ${manner}, ${then}${because}`;
    }
    case "retry":
      return `retry: attempt ${fields.attempt} in ${
        Math.round(fields.delayMs as number)
      } ms${because}`;
    case "drop":
      return `drop ${shorten(keyOf(fields.data))}${because}`;
    case "drain":
      return type;
    case "statechange":
      return `statechange ${fields.previous} -> ${fields.state}`;
  }
}

function shorten(key: string): string {
  return key.length > 40 ? `${key.slice(0, 37)}...` : key;
}
