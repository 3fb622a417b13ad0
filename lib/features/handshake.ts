/**
 * The handshake: a private conversation on a new connection before the application sees it, and the inbox
 * that holds what arrives meanwhile.
 *
 * @module
 */

import { isNumber, MAX_DELAY_MS } from "../_check.ts";
import {
  BoundedQueue,
  byteLength,
  DEFAULT_LIMITS,
  type QueueLimits,
  toMessage,
  type WebSocketData,
} from "../bounded_queue.ts";
import type { Client } from "../client/client.ts";
import type { DoorFeature, Feature } from "../client/feature.ts";
import type { Arrival, Attempt } from "../connection/attempt.ts";
import { type Deferred, deferred } from "../deferred.ts";
import { invalidState, ReconnectingWebSocketError } from "../errors.ts";
import { handshakeCells } from "../machine/handshake_cells.ts";
import type { Pace } from "../machine/state.ts";
import { abortController } from "../platform.ts";
import { decisionOf } from "./decision.ts";

/** The fastest pace that a server may choose. */
const MIN_PACE_MS = 1_000;

/** A new connection, as the `handshake` option sees it. */
export interface HandshakeLink {
  /** The attempt; 0 is the first connection. */
  readonly attempt: number;
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /** Aborted when the attempt ends. */
  readonly signal: AbortSignal;
  /**
   * Sends at once, ahead of everything queued.
   *
   * @throws {DOMException} `InvalidStateError`: the handshake is over.
   */
  send(data: WebSocketData): void;
  /**
   * The data of the next message. What is not taken here is dispatched as `message` right after
   * `open`. Rejects when the attempt ends.
   */
  receive(): Promise<unknown>;
}

/** What a handshake may return. */
export interface HandshakeResult {
  /**
   * The pace of the heartbeat on this connection, as the server wants it; without the `heartbeat` option
   * it has no effect. Each number is kept within 1 s, so that a server's 0 makes no storm, and 2^31 - 1 ms.
   */
  readonly heartbeat?: { readonly intervalMs?: number; readonly timeoutMs?: number };
}

/** What a handshake returned about the heartbeat, within bounds; null: nothing. */
export function readPace(result: unknown): Pace | null {
  const { intervalMs, timeoutMs } = Object((result as HandshakeResult | undefined)?.heartbeat);
  const pace = { ...bound("intervalMs", intervalMs), ...bound("timeoutMs", timeoutMs) };
  return "intervalMs" in pace || "timeoutMs" in pace ? pace : null;
}

function bound(name: keyof Pace, value: unknown): Pace {
  return isNumber(value) ? { [name]: Math.min(Math.max(value, MIN_PACE_MS), MAX_DELAY_MS) } : {};
}

/** Arrived messages in order, within the bounds of a queue. */
export class Inbox {
  readonly #arrivals: BoundedQueue<Arrival>;
  #takers: Deferred<unknown>[] = [];
  #closedFor: unknown;
  /** Whether the handshake threw: nothing that arrives is kept. */
  isRefused = false;

  constructor(limits: QueueLimits) {
    this.#arrivals = new BoundedQueue({ ...limits, overflow: "drop-newest" });
  }

  /** Keeps a message or hands it to who waits; false if it does not fit. */
  put(arrival: Arrival): boolean {
    if (this.isRefused) return true;
    const taker = this.#takers.shift();
    taker?.resolve(arrival.data);
    return !!taker ||
      !!this.#arrivals.add(arrival, byteLength(arrival.data as WebSocketData) || 0);
  }

  /** The data of the oldest message, or of the next. */
  receive(): Promise<unknown> {
    const taker = deferred<unknown>();
    const arrival = this.#arrivals.take();
    if (arrival) taker.resolve(arrival.data);
    else if (this.#closedFor) taker.reject(this.#closedFor);
    else this.#takers.push(taker);
    // The handshake may have stopped listening; its attempt reports the end.
    taker.promise.catch(() => {});
    return taker.promise;
  }

  /** The oldest message, if there is one. */
  take(): Arrival | undefined {
    return this.#arrivals.take();
  }

  /** Rejects whoever waits, now and later. */
  close(reason: unknown): void {
    this.#closedFor = reason;
    for (const { reject } of this.#takers.splice(0)) reject(reason);
  }
}

/** What the `handshake` option is: see `ReconnectingWebSocketOptions`. */
export type Handshake = (
  link: HandshakeLink,
) => void | HandshakeResult | Promise<void | HandshakeResult>;

/**
 * Runs on each new connection before `open` and before queued messages leave. What arrives meanwhile has the
 * bounds of the queue; more fails the attempt.
 */
export function handshake(run: Handshake): Feature {
  const feature: DoorFeature = {
    kind: "handshake",
    runsHandshake: true,
    handshakeCells,
    handshake: (client, attempt) => void shakeHands(client, attempt, run),
    keep,
  };
  return feature;
}

/** Beside it nothing else is sent. */
async function shakeHands(
  client: Client,
  attempt: Attempt,
  run: Handshake,
): Promise<void> {
  const { epoch, socket } = attempt;
  const inbox = new Inbox(client.parts.doors.limits ?? DEFAULT_LIMITS);
  const controller = abortController();
  attempt.inbox = inbox;
  attempt.release = () => {
    const gone = invalidState("go on as the attempt has ended");
    controller.abort(gone);
    inbox.close(gone);
  };
  const send = (data: WebSocketData): void => {
    const message = toMessage(data);
    if (client.state.epoch !== epoch || client.state.phase !== "handshaking") {
      throw invalidState("send as the handshake is over");
    }
    socket?.send(message);
  };
  try {
    const answer = await run({
      attempt: client.state.series.attempt,
      protocol: socket?.protocol ?? "",
      signal: controller.signal,
      send,
      receive: () => inbox.receive(),
    });
    inbox.close(invalidState("receive as the handshake is over"));
    client.apply({ type: "ready", epoch, pace: readPace(answer) });
  } catch (cause) {
    refuse(client, attempt, inbox, cause);
  }
}

/** The handshake threw: what it threw decides, or the close frame that may follow. */
function refuse(client: Client, attempt: Attempt, inbox: Inbox, cause: unknown): void {
  attempt.cause = cause;
  inbox.isRefused = true;
  const decision = decisionOf(cause);
  if (decision !== undefined) {
    client.lose(attempt, { cause, decision, phase: "handshaking" });
  } else client.apply({ type: "refused", epoch: attempt.epoch });
}

function keep(client: Client, attempt: Attempt, arrival: Arrival): void {
  const inbox = attempt.inbox as Inbox | undefined;
  // Before the handshake began: it begins in the same turn.
  if (!inbox) (attempt.early ??= []).push(arrival);
  else if (!inbox.put(arrival)) {
    const cause = new ReconnectingWebSocketError("queue-overflow", client.state.series.attempt);
    client.lose(attempt, { cause, phase: "handshaking" });
  }
}

/** The `handshake` option, checked. */
export { aFunction as readHandshake } from "../_check.ts";
