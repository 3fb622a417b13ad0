/**
 * Waiting for a client: until it is open, and until what was sent has left.
 *
 * @example A command line tool that sends its last words before it ends
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { flushed, whenOpen } from "@holdfast/websocket/wait";
 * import { fakeWorld } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { network, sources } = fakeWorld();
 * const ws = new ReconnectingWebSocket("wss://example.com/log", { sources });
 * network.connections[0]?.accept();
 *
 * await whenOpen(ws);
 * ws.send("done");
 * await flushed(ws);
 * ws.close();
 * assertEquals(network.connections[0]?.received, ["done"]);
 * ```
 *
 * @module
 */

import { clientOf, type ReconnectingWebSocket } from "./client/core_client.ts";
import { ReconnectingWebSocketError } from "./errors.ts";
import { domException } from "./platform.ts";
import type { WebSocketLike } from "./sources.ts";

export type { ReconnectingWebSocket };

/** How often a socket is looked at: at first, doubling, and at least. */
const MIN_LOOK_MS = 4;
const MAX_LOOK_MS = 100;

/** The events that may end a wait. */
const TYPES: readonly string[] = ["statechange", "close"];

/** Options of {@linkcode whenOpen} and {@linkcode flushed}. */
export interface WaitOptions {
  /** Aborting it ends the wait, with its reason. */
  signal?: AbortSignal | undefined;
}

/** How a wait ends. */
interface Settle {
  resolve(): void;
  reject(error: unknown): void;
  /** As the client is over. */
  end(): void;
}

/**
 * Waits until a client is open: not at all if it is, else until its next `open`, over any number of attempts
 * and also over a `pause()`.
 *
 * `ws.opened` is about the first `open` only.
 *
 * @example Not for longer than five seconds
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { whenOpen } from "@holdfast/websocket/wait";
 *
 * const ws = new ReconnectingWebSocket("ws://localhost:8080/feed");
 * whenOpen(ws, { signal: AbortSignal.timeout(5_000) }).then(
 *   () => console.log("open"),
 *   ({ name }) => console.log("not open", name),
 * );
 * ws.close();
 * ```
 *
 * @returns A promise that rejects with the reason of the signal; with the client's error when it gives up,
 * also where it then pauses (`giveUp: "pause"`; a wait that begins in that pause lasts until `resume()`);
 * with an `AbortError` as soon as it is closing, or was closed by its user.
 */
export function whenOpen(ws: ReconnectingWebSocket, options: WaitOptions = {}): Promise<void> {
  // Of a pause that was there before, the close event may be still to come.
  let isAwake = ws.state !== "paused";
  return wait(ws, options, TYPES, (settle, event) => {
    const { willRetry, error } = Object(event);
    if (ws.state === "open") settle.resolve();
    else if (isOver(ws)) settle.end();
    else if (ws.state !== "paused") isAwake = true;
    // A pause that the user made has no error.
    else if (isAwake && !willRetry && error) settle.reject(error);
  });
}

/**
 * Waits until nothing is queued and nothing is in the socket's buffer: all that was sent has left this
 * process. That does not mean that it arrived, and what was dropped meanwhile (`drop`) is not waited for.
 *
 * While there is no connection, or in a pause, it waits for the next one; with a peer that never reads, for
 * the signal. An open socket is looked at after 4 ms, then after twice as long each time, up to 100 ms, by
 * the client's own clock; no timer is pending where nothing is unsent or there is no connection. workerd has
 * no `bufferedAmount` in its sockets: there a message has left when the socket has taken it.
 *
 * For a `ResumableWebSocket` it is `confirmed()`: handled by the server.
 *
 * @example Waiting for what was sent, as `close()` and `await using` do not
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { fakeWorld } from "@holdfast/websocket/testing";
 * import { flushed } from "@holdfast/websocket/wait";
 *
 * const { network, sources } = fakeWorld();
 * const ws = new ReconnectingWebSocket("wss://example.com/feed", { sources });
 * ws.send("goodbye");
 * network.connections[0]?.accept();
 * await flushed(ws);
 * ws.close();
 * ```
 *
 * @returns A promise that rejects with a {@linkcode ReconnectingWebSocketError} of code `connection-lost` when
 * a connection ends whose socket has bytes unsent, or, unless the close was clean, had some when it was looked
 * at last or got some of the queue since: some platforms forget them; when the client is over before, with its
 * error, or with an `AbortError` if it was closed by its user; with the reason of the signal.
 */
export function flushed(ws: ReconnectingWebSocket, options: WaitOptions = {}): Promise<void> {
  const { confirmed } = ws as { confirmed?: () => Promise<void> };
  if (confirmed) {
    return wait(ws, options, [], ({ resolve, reject }) => {
      confirmed.call(ws).then(resolve, reject);
    });
  }
  const client = clientOf(ws);
  const { clock } = client.parts;
  // What was over before has forgotten what it did not send.
  const wasOver = isOver(ws);
  let { current } = client;
  let { attempt } = ws;
  /** Whether a connection has ended that may have kept some of it. */
  let isDoubted = false;
  /** What was queued when an open one was looked at last, or more where that held bytes. */
  let held = 0;
  let delayMs = MIN_LOOK_MS;
  let timer: unknown;

  function stop(): void {
    if (timer !== undefined) clock.clearTimeout(timer);
  }

  function look(settle: Settle, event?: Partial<CloseEvent>): void {
    stop();
    const isEnded = client.current !== current;
    // Its own figure: the client forgets that at the next dial.
    let isLost = isEnded && isHolding(current?.socket);
    const size = client.outbox?.size ?? 0;
    if (isEnded) {
      ({ current } = client);
      isDoubted = size < held;
      held = 0;
      delayMs = MIN_LOOK_MS;
    }
    if (event?.type === "close" && isDoubted) {
      // QUIRK(Deno): a socket that has ended holds nothing. Before a close frame goes what was sent.
      isLost ||= !event.wasClean;
      isDoubted = false;
    }
    if (isLost) {
      return settle.reject(new ReconnectingWebSocketError("connection-lost", attempt));
    }
    ({ attempt } = ws);
    if (isOver(ws) && (wasOver || size)) return settle.end();
    if (isDoubted) return;
    const socket = current?.socket;
    const isFull = isHolding(socket);
    // QUIRK(Deno): as one that is closing does. Its end says what has become of them.
    if (size < held && !isFull && socket?.readyState !== 1) return;
    if (!size && !isFull) return settle.resolve();
    if (isOver(ws)) return settle.end();
    if (ws.state !== "open") return;
    held = isFull ? Infinity : size;
    timer = clock.setTimeout(() => look(settle), delayMs);
    delayMs = Math.min(2 * delayMs, MAX_LOOK_MS);
  }

  return wait(ws, options, TYPES, look, stop);
}

function isHolding(socket: WebSocketLike | undefined): boolean {
  // QUIRK(workerd): bufferedAmount is undefined.
  return !!socket && socket.bufferedAmount > 0;
}

function isOver({ readyState }: ReconnectingWebSocket): boolean {
  return readyState >= 2;
}

/** Lets `look` settle a promise: now, or at an event of these types. Whatever ends it, nothing stays behind. */
function wait(
  ws: ReconnectingWebSocket,
  { signal }: WaitOptions,
  types: readonly string[],
  look: (settle: Settle, event?: Event) => void,
  stop?: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    function release(): void {
      stop?.();
      signal?.removeEventListener("abort", abort);
      for (const type of types) ws.removeEventListener(type, listener);
    }
    const settle: Settle = {
      resolve(): void {
        release();
        resolve();
      },
      reject(error): void {
        release();
        reject(error);
      },
      end(): void {
        const plain = domException("Cannot wait as the client is over", "AbortError");
        release();
        if (ws.state === "closing") reject(plain);
        else ws.closed.then(({ error }) => reject(error ?? plain));
      },
    };
    const abort = (): void => settle.reject(signal?.reason);
    const listener = (event?: Event): void => look(settle, event);
    signal?.addEventListener("abort", abort);
    for (const type of types) ws.addEventListener(type, listener);
    if (signal?.aborted) abort();
    else listener();
  });
}
