/**
 * The client: a {@linkcode ReconnectingWebSocket} whose connections belong to one session. The core
 * dials sockets that speak resume.v1 below it, so that `open` means "the session is attached", and
 * deadlines, backoff, close codes and the trace are the core's own.
 *
 * @module
 */

import {
  type HeartbeatOptions,
  type Listener,
  type ListenerOptions,
  type OtherEventType,
  type Provider,
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
  type RetryDecision,
  type WebSocketData,
} from "../../mod.ts";
import { aFunction, check, inRange, own } from "../_check.ts";
import { clientOf } from "../client/core_client.ts";
import { isSequence } from "../connection/url.ts";
import { UNAUTHORIZED } from "../machine/close_codes.ts";
import { platformClock, platformWebSocket, type Sources } from "../sources.ts";
import type { ResumableWebSocketEventMap } from "./lost_event.ts";
import { ClientSession } from "./session.ts";
import { sessionSockets } from "./session_socket.ts";
import type { Snapshot } from "./snapshot.ts";

/** The heartbeat of a session: its probe requests an acknowledgement, and any frame is an answer. */
export type SessionHeartbeatOptions = Omit<HeartbeatOptions, "message" | "isReply">;

/**
 * Options of a {@linkcode ResumableWebSocket}: those of a `ReconnectingWebSocket`, without `handshake` and
 * `queue`. A handshake belongs to a connection and its messages to none: `auth` is in its place. The
 * session is the queue, and evicts nothing, as a hole would break the order.
 */
export interface ResumableWebSocketOptions
  extends Omit<ReconnectingWebSocketOptions, "handshake" | "queue" | "heartbeat"> {
  /** A liveness probe. Without one a half-open connection is not noticed. Off unless given. */
  heartbeat?: SessionHeartbeatOptions;
  /**
   * How many bytes may be accepted and not confirmed, each message with 16 more; one larger than that is
   * accepted alone. Above it `send` returns false.
   *
   * @default {4_194_304} Four times what a server takes unconfirmed: a minute of outage at 70 kB/s.
   */
  maxUnackedBytes?: number;
  /**
   * Called for each connection; the answer goes to the server's `authenticate` inside the first frame,
   * and never into a URL. What it throws, or rejects with, fails the attempt.
   */
  auth?: () => string | Promise<string>;
  /** A session to go on with, as `snapshot()` gave it. */
  session?: Snapshot | undefined;
}

/** The session was resumed by a later hello: two clients that both retry would take it in turns for ever. */
const RESUMED_ELSEWHERE = 4009;

/**
 * A WebSocket whose messages survive reconnections: in order, and each exactly once to the callback, in
 * both directions, with a server that speaks resume.v1 (`@holdfast/websocket/resume/server`). The exception
 * is a server that dies inside a handler: what is in doubt then arrives there marked `redelivered`.
 *
 * It has the surface of a `ReconnectingWebSocket`, with these differences:
 *
 * - `send()` accepts a message into the session, whatever the connection does; what listeners of `open`
 *   send comes after what was accepted before.
 * - `bufferedAmount` and `closed`'s `undelivered` are about what the server has not *confirmed*.
 * - Messages that cannot be confirmed any more are *given back* by a `lost` event, which says whether any
 *   of them is *in doubt*. Nothing is ever lost in silence.
 *
 * @example Sending what must arrive
 * ```ts
 * import { ResumableWebSocket } from "@holdfast/websocket/resume";
 *
 * const ws = new ResumableWebSocket("ws://localhost:8080/orders", { auth: () => "a token" });
 * ws.addEventListener("open", () => {
 *   // Of the session, not of the connection: after a mere reconnection the server still knows.
 *   if (!ws.resumed) ws.send("subscribe");
 * });
 * ws.addEventListener("lost", ({ why, unacked, isExact }) => {
 *   if (isExact) { for (const data of unacked) ws.send(data); }
 *   else console.log(`${why}: ${unacked.length} messages are in doubt`);
 * });
 * ws.send("buy 3");
 * ws.confirmed().then(() => console.log("handled"), () => console.log("see the 'lost' event"));
 * ws.close();
 * ```
 */
export class ResumableWebSocket extends ReconnectingWebSocket {
  readonly #session: ClientSession;

  /**
   * Starts connecting.
   *
   * @throws {TypeError} As `ReconnectingWebSocket`; also for an option that belongs to the session.
   * @throws {RangeError} A numeric option out of range.
   * @throws {DOMException} `SyntaxError`: a static URL or protocol is invalid.
   */
  constructor(
    url: Provider<string | URL>,
    protocols?: Provider<string | string[]> | ResumableWebSocketOptions,
    options?: ResumableWebSocketOptions,
  ) {
    const isBag = typeof protocols === "object" && !isSequence(protocols);
    const { maxUnackedBytes, auth, session: snapshot, ...rest } = readOptions(
      isBag ? protocols as ResumableWebSocketOptions : options,
    );
    const { heartbeat, shouldRetry, sources } = rest;
    const { clock = platformClock, random = Math.random, WebSocket = platformWebSocket() } =
      sources;
    const life = heartbeat && {};
    const session = new ClientSession({ clock, random, maxUnackedBytes, auth, snapshot, life });
    super(url, isBag ? undefined : protocols as Provider<string | string[]>, {
      ...rest,
      queue: false,
      shouldRetry: (failure): RetryDecision => {
        if (failure.code === RESUMED_ELSEWHERE) return false;
        return shouldRetry?.(failure) ??
          (auth && UNAUTHORIZED.includes(failure.code) || undefined);
      },
      ...heartbeat && {
        heartbeat: { ...heartbeat, message: "", isReply: (data: unknown) => data === life },
      },
      sources: { ...sources, WebSocket: sessionSockets(session, WebSocket) },
    });
    this.#session = session;
    session.client = clientOf(this);
    session.client.outbox = session;
  }

  /**
   * Whether the current connection went on with the session of an earlier one. Read it in `open`: when it
   * is false the server knows nothing of what was before.
   */
  get resumed(): boolean {
    return this.#session.resumed;
  }

  /** Bytes that the server has not confirmed. O(1). */
  override get bufferedAmount(): number {
    return this.#session.bytes;
  }

  /**
   * Accepts a message into the session, and sends it as soon as there is a connection.
   *
   * @returns True if it was accepted: it will be confirmed, given back by `lost`, or be in `undelivered`.
   * False if too much is unconfirmed, which a `drop` event says, too, or if the client is over.
   * @param options Must be absent: what ages (`ttlMs`) or is replaced (`key`) leaves a hole in the order.
   * @throws {TypeError} `data` is a symbol or shared memory, or there are options.
   */
  override send(data: WebSocketData, options?: undefined): boolean {
    if (options !== undefined) {
      throw new TypeError(
        `Cannot send as 'options' must be absent: a session drops and replaces nothing, ` +
          `current value is of type ${typeof options}`,
      );
    }
    return super.send(data);
  }

  /**
   * Resolves when the server has confirmed all that was accepted so far, one round trip after its handlers
   * are done; at once if there is nothing.
   *
   * @returns A promise that rejects with an `AbortError` when the session is lost or the client is over
   * before. It is never an unhandled rejection.
   */
  confirmed(): Promise<void> {
    return this.#session.confirmed();
  }

  /**
   * What another client needs to go on with the session, to be kept over a reload: call it in `pagehide`,
   * when nothing is sent any more, and delete it as soon as it is read. A client that goes on beside its own
   * snapshot makes the two take the session from each other.
   */
  snapshot(): Snapshot {
    return this.#session.snapshot;
  }

  /** As in the DOM. */
  override addEventListener<K extends keyof ResumableWebSocketEventMap>(
    type: K,
    listener: (this: this, event: ResumableWebSocketEventMap[K]) => unknown,
    options?: boolean | ListenerOptions,
  ): void;
  /** As in the DOM, for any event. */
  override addEventListener<Type extends string>(
    type: OtherEventType<Type, keyof ResumableWebSocketEventMap>,
    callback: Listener | null,
    options?: boolean | ListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    callback: Listener | null,
    options?: boolean | ListenerOptions,
  ): void {
    super.addEventListener(type, callback, options);
  }
}

/** The options, of which those of the session, and what hides behind them, are checked; the core checks its own. */
function readOptions(
  options: ResumableWebSocketOptions | undefined,
): ResumableWebSocketOptions & {
  readonly maxUnackedBytes: number;
  readonly sources: Partial<Sources>;
} {
  const given = own("options", options);
  const { auth, heartbeat, maxUnackedBytes = 4 << 20, shouldRetry } = given;
  const sources = own("sources", given.sources);
  if (heartbeat) own("heartbeat", heartbeat);
  if (shouldRetry !== undefined) aFunction(shouldRetry, "shouldRetry");
  const { handshake, queue } = given as ReconnectingWebSocketOptions;
  const isFree = handshake === undefined && queue === undefined;
  check(isFree, "'options'", "without 'handshake' and 'queue' in a session", given);
  const { message, isReply } = Object(heartbeat);
  const isPlain = message === undefined && isReply === undefined;
  check(isPlain, "'heartbeat'", "without 'message' and 'isReply' in a session", heartbeat);
  // Not its value, which is likely a secret.
  check(auth === undefined || typeof auth === "function", "'auth'", "a function", typeof auth);
  inRange(maxUnackedBytes, "maxUnackedBytes", [1, Number.MAX_SAFE_INTEGER]);
  return { ...given, maxUnackedBytes, sources };
}
