/**
 * The frames of resume.v1: pure functions, the same for both sides. `docs/protocol.md` is the text
 * that they follow.
 *
 * @module
 */

import type { WebSocketData } from "../bounded_queue.ts";

/** The subprotocol; an application's own follows after a plus sign. */
export const PROTOCOL = "resume.v1";

/** Why a session was lost, as a server says it. */
export type LostReason = "unknown" | "expired" | "gap" | "overflow";

/** The first frame of a client on each connection. */
export interface Hello {
  readonly t: "hello";
  readonly v: 1;
  /** The session's token: 128 random bits that the client drew. */
  readonly s: string;
  /** Counts the hellos of the session from 1, so that a late one of an abandoned connection is known. */
  readonly n: number;
  /**
   * The hellos that may be the last one served: the last that was answered by `ok`, and what was said since.
   * If it is none of them another client has gone on with the session.
   */
  readonly was?: readonly number[];
  /** The server's messages that were handled. */
  readonly rx: number;
  /** Own messages that the server confirmed. */
  readonly ack: number;
  /** Own messages that were ever put on a wire. */
  readonly tx: number;
  /** Whether no `ok` was seen yet. */
  readonly new: boolean;
  /** Bytes that may be unconfirmed towards the client. */
  readonly max: number;
  /** What the application authenticates with. */
  readonly auth?: string | undefined;
}

/** The session is attached to this connection. */
export interface Ok {
  readonly t: "ok";
  /** The client's messages that were handled: it sends the rest again. */
  readonly rx: number;
  /** Whether the session begins now. */
  readonly new: boolean;
  /** How long the session outlives a connection, in milliseconds. */
  readonly ttl: number;
  /** Bytes that may be unconfirmed towards the server. */
  readonly max: number;
}

/** There is no such session any more. */
export interface Lost {
  readonly t: "lost";
  readonly why: LostReason;
  /** The client's messages that were handled; absent where that is in doubt. */
  readonly rx?: number | undefined;
}

/** What a frame means. */
export type Frame =
  | { readonly t: "data"; readonly data: unknown }
  | { readonly t: "ack"; readonly rx: number }
  | { readonly t: "request" }
  | { readonly t: "bye" }
  | { readonly t: "bad" }
  | Hello
  | Ok
  | Lost;

const MARK = "\u0001";
const REASONS: readonly LostReason[] = ["unknown", "expired", "gap", "overflow"];

/** Longer control frames are refused before anything looks into them. */
export const MAX_CONTROL_LENGTH = 8_192;

/** The frame that requests an acknowledgement at once. */
export const REQUEST: string = MARK + "R";

/** Whether a frame is anything but data as it is: the one check that every message pays. */
export function isMarked(raw: unknown): raw is string {
  return typeof raw === "string" && raw.charCodeAt(0) === 1;
}

/** The frame of a message: the message itself, unless it would be taken for something else. */
export function wrap(data: WebSocketData): WebSocketData {
  return isMarked(data) ? MARK + data : data;
}

/** The frame that confirms. */
export function ackFrame(rx: number): string {
  return `${MARK}A${rx}`;
}

/** A control frame. */
export function controlFrame(frame: Hello | Ok | Lost | { readonly t: "bye" }): string {
  return MARK + JSON.stringify(frame);
}

/** The control frames that one side may send. */
type Checker = (frame: Readonly<Record<string, unknown>>) => boolean;

/**
 * What a frame means; total: whatever is no frame of the protocol is `bad`.
 *
 * @param isControl Which control frames the peer may send: {@linkcode isOfClient} or
 * {@linkcode isOfServer}. Each side has only its own check in its bundle.
 */
export function parse(raw: unknown, isControl: Checker): Frame {
  if (!isMarked(raw)) return { t: "data", data: raw };
  const rest = raw.slice(2);
  switch (raw[1]) {
    case MARK:
      return { t: "data", data: MARK + rest };
    case "A":
      if (!/^\d{1,16}$/.test(rest) || !isCount(+rest)) break;
      return { t: "ack", rx: +rest };
    case "R":
      if (rest) break;
      return { t: "request" };
    case "{":
      if (raw.length > MAX_CONTROL_LENGTH) break;
      try {
        const frame = JSON.parse(raw.slice(1));
        if (isControl(frame)) return frame;
      } catch {
        // As anything else that is none.
      }
  }
  return { t: "bad" };
}

/** Whether it is a control frame of a server. */
export function isOfServer(
  { t, rx, max, why, new: isNew }: Readonly<Record<string, unknown>>,
): boolean {
  switch (t) {
    case "ok":
      return isCount(rx) && isCount(max) && typeof isNew === "boolean";
    case "lost":
      return REASONS.includes(why as LostReason) && (rx === undefined || isCount(rx));
    default:
      return t === "bye";
  }
}

/** Whether it is a control frame of a client. */
export function isOfClient(frame: Readonly<Record<string, unknown>>): boolean {
  return frame["t"] === "hello" ? isHello(frame as Partial<Hello>) : frame["t"] === "bye";
}

function isHello({ v, s, n, was, rx, ack, tx, max, auth, new: isNew }: Partial<Hello>): boolean {
  return v === 1 && typeof s === "string" && /^[\w-]{22,64}$/.test(s) && isCount(n) && n > 0 &&
    (was === undefined || Array.isArray(was) && was.every(isCount)) &&
    isCount(rx) && isCount(ack) && isCount(tx) && ack <= tx && isCount(max) &&
    typeof isNew === "boolean" && (auth === undefined || typeof auth === "string");
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && value as number >= 0;
}
