/**
 * The client: a {@linkcode ReconnectingWebSocket} whose connections belong to one session. The core
 * dials sockets that speak resume.v1 below it, so that `open` means "the session is attached", and
 * deadlines, backoff, close codes and the trace are the core's own.
 *
 * @module
 */

import {
  type Ending,
  type HeartbeatOptions,
  type Listener,
  type ListenerOptions,
  type Provider,
  ReconnectingWebSocket,
  ReconnectingWebSocketError,
  type ReconnectingWebSocketOptions,
  type RetryDecision,
  type WebSocketData,
} from "../../mod.ts";
import { checkNumber } from "../_check.ts";
import { snapshot as copyOf, toMessage } from "../bounded_queue.ts";
import { UNAUTHORIZED } from "../machine/close_codes.ts";
import { OwnEvent, soon } from "../platform.ts";
import { platformClock, platformWebSocket } from "../sources.ts";
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

const ACTION = "create a ResumableWebSocket";
/** The session was resumed by a later hello: two clients that both retry would take it in turns for ever. */
const RESUMED_ELSEWHERE = 4009;
/** What belongs to the session. */
const REFUSED: readonly string[] = ["handshake", "queue"];

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
  #closed: Promise<Ending> | undefined;

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
    const isBag = typeof protocols === "object" && protocols !== null &&
      !(Symbol.iterator in protocols);
    const given = isBag ? protocols as ResumableWebSocketOptions : options;
    const { maxUnackedBytes, auth, session: snapshot, ...rest } = check(given ?? {});
    const { clock = platformClock, random = Math.random, WebSocket: inner = platformWebSocket() } =
      rest.sources ?? {};
    // The class that the core dials with needs what only exists once the core does.
    const late: { client?: ResumableWebSocket } = {};
    const session = new ClientSession({
      clock,
      maxUnackedBytes,
      auth,
      snapshot,
      random,
      onLost: (loss) => late.client && dispatch(late.client, "lost", loss),
    });
    const life = rest.heartbeat && {};
    const WebSocket = sessionSockets({
      session,
      WebSocket: inner,
      isEnding: () => !!late.client && late.client.readyState >= 2,
      life,
    });
    super(url, isBag ? undefined : protocols as Provider<string | string[]>, {
      ...rest,
      queue: false,
      shouldRetry: (failure): RetryDecision => {
        if (failure.code === RESUMED_ELSEWHERE) return false;
        const decision = rest.shouldRetry?.(failure);
        return decision ?? (auth && UNAUTHORIZED.includes(failure.code) || undefined);
      },
      ...(rest.heartbeat && {
        heartbeat: {
          ...rest.heartbeat,
          message: "",
          isReply: (data: unknown) => data === life,
        },
      }),
      sources: { ...rest.sources, WebSocket },
    });
    late.client = this;
    this.#session = session;
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

  /** Resolves when the client is over; `undelivered` is what the server had not confirmed by then. */
  override get closed(): Promise<Ending> {
    return this.#closed ??= super.closed.then((ending) => {
      this.#session.abandon("the client is over");
      return { ...ending, undelivered: this.#session.unacked };
    });
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
    const message = copyOf(toMessage(data));
    if (this.readyState >= 2) return false;
    if (this.#session.send(message)) return true;
    const error = new ReconnectingWebSocketError("queue-overflow", this.attempt);
    dispatch(this, "drop", { data: message, error });
    return false;
  }

  /**
   * Resolves when the server has confirmed all that was accepted so far, one round trip after its handlers
   * are done; at once if there is nothing.
   *
   * @returns A promise that rejects with an `AbortError` when the session is lost or the client is over
   * before. It is never an unhandled rejection.
   */
  confirmed(): Promise<void> {
    const promise = this.#session.confirmed();
    // Made now, as it is what rejects when the client ends.
    void this.closed;
    return promise;
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
  override addEventListener(
    type: string,
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

/** The options, of which those of the session are checked; the core checks its own. */
function check(
  given: ResumableWebSocketOptions,
): ResumableWebSocketOptions & { readonly maxUnackedBytes: number } {
  for (const name of REFUSED) {
    if (name in given) throw refused("options", name);
  }
  for (const name of ["message", "isReply"]) {
    if (name in Object(given.heartbeat)) throw refused("heartbeat", name);
  }
  const { auth, maxUnackedBytes = 4 << 20 } = given;
  if (auth !== undefined && typeof auth !== "function") {
    throw new TypeError(
      `Cannot ${ACTION} as 'auth' must be a function: current value is of type ${typeof auth}`,
    );
  }
  checkNumber(ACTION, "maxUnackedBytes", maxUnackedBytes, 1, Number.MAX_SAFE_INTEGER);
  return { ...given, maxUnackedBytes };
}

function refused(bag: string, name: string): TypeError {
  return new TypeError(
    `Cannot ${ACTION} as '${bag}' must be without '${name}': sessions have their own`,
  );
}

/** Dispatches an event of the session; what its listeners throw is reported, and breaks nothing. */
function dispatch(client: ResumableWebSocket, type: string, fields: object): void {
  try {
    client.dispatchEvent(Object.assign(new (OwnEvent ?? Event)(type), fields));
  } catch (error) {
    // QUIRK(workerd): what a listener throws comes out of dispatchEvent.
    soon(() => {
      throw error;
    });
  }
}
