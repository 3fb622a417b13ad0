/**
 * The events that a client dispatches, and how they are made.
 *
 * @module
 */

import type { ReconnectingWebSocketError } from "../errors.ts";
import { isReactNative, OwnCloseEvent, OwnEvent, soon } from "../platform.ts";
import type { ConnectionState } from "../machine/state.ts";
import type { WebSocketData } from "../bounded_queue.ts";

/** Dispatched when a connection is open, after the handshake. */
export interface ReconnectingOpenEvent extends Event {
  /** Whether an earlier connection of this client was open before. */
  readonly reconnected: boolean;
  /** The attempt that succeeded; 0 is the first connection. */
  readonly attempt: number;
}

/**
 * Dispatched when an attempt or a connection ended abnormally, before its `close`; never after a clean
 * close.
 */
export interface ReconnectingErrorEvent extends Event {
  /** What happened. */
  readonly error: ReconnectingWebSocketError;
  /** The message of `error`, as an ErrorEvent has it. */
  readonly message: string;
}

/** Dispatched once for each attempt or connection that ended. */
export interface ReconnectingCloseEvent extends CloseEvent {
  /** False for the last event that the client ever dispatches. */
  readonly willRetry: boolean;
  /**
   * What happened. After a clean close null, unless it broke off an attempt or is the end: then why, though
   * no `error` event was dispatched.
   */
  readonly error: ReconnectingWebSocketError | null;
}

/** Dispatched when the next attempt is scheduled. */
export interface ReconnectingRetryEvent extends Event {
  /** The number of the attempt; 1 is the first reconnection. */
  readonly attempt: number;
  /** The delay before it in milliseconds, from now. */
  readonly delayMs: number;
  /** Why it is needed; null after a clean close. */
  readonly error: ReconnectingWebSocketError | null;
}

/** Dispatched for a message that was accepted or offered, and will not be sent. */
export interface ReconnectingDropEvent extends Event {
  /** The message. */
  readonly data: WebSocketData;
  /** Why it is lost: `queue-overflow`, `send-failed`, `expired` or `replaced`. */
  readonly error: ReconnectingWebSocketError;
}

/** Dispatched when {@linkcode ConnectionState} changes, before the event that explains it. */
export interface ReconnectingStateChangeEvent extends Event {
  /** The new state. */
  readonly state: ConnectionState;
  /** The state before. */
  readonly previous: ConnectionState;
}

/** All events by name. */
export interface ReconnectingWebSocketEventMap {
  /** A connection is open. What its listeners send synchronously leaves first, then the queue. */
  open: ReconnectingOpenEvent;
  /** A message came. */
  message: MessageEvent;
  /** An attempt or connection ended abnormally, not by a clean close. */
  error: ReconnectingErrorEvent;
  /** An attempt or connection ended; the last event ever has `willRetry` false. */
  close: ReconnectingCloseEvent;
  /** A reconnection attempt is scheduled. */
  retry: ReconnectingRetryEvent;
  /** A message was dropped by the overflow policy, expired, was replaced or could not be sent. */
  drop: ReconnectingDropEvent;
  /** What waited for `queue.maxBufferedBytes` has left, and more may be sent. */
  drain: Event;
  /** The state changed. */
  statechange: ReconnectingStateChangeEvent;
  /** Anything in the client's `status` changed. */
  statuschange: Event;
}

/** What an event is made of. */
export interface EventProperties extends Readonly<Record<string, unknown>> {
  readonly type: string;
}

/** Makes an event with these properties; `close` is a CloseEvent wherever the platform has one. */
export function createEvent({ type, ...fields }: EventProperties): Event {
  const { willRetry, error } = fields;
  const Close = OwnCloseEvent ?? globalThis.CloseEvent;
  if (type === "close" && Close) {
    return Object.assign(new Close(type, fields), { willRetry, error });
  }
  // QUIRK(Node 20, 22, React Native): there is no CloseEvent, so its fields are added like the others.
  const event = Object.assign(new (OwnEvent ?? Event)(type), fields);
  return type === "error" ? Object.assign(event, { message: (error as Error).message }) : event;
}

/** Dispatches a message of the server by the platform. */
export function dispatchMessage(target: EventTarget, data: unknown, origin: string): void {
  let event: Event;
  try {
    event = new MessageEvent("message", { data, origin });
  } catch {
    // QUIRK(React Native, edge-runtime): there is no MessageEvent. QUIRK(Next.js 16 on its edge
    // runtime): there is a function in its place that throws when it is called.
    event = createEvent({
      type: "message",
      data,
      origin,
      lastEventId: "",
      source: null,
      ports: [],
    });
  }
  try {
    target.dispatchEvent(event);
  } catch (error) {
    // QUIRK(workerd): what a listener throws comes out of dispatchEvent.
    reportError(error);
  }
}

/** What a native dispatch does with an error that a listener throws. */
export function reportError(error: unknown): void {
  const { reportError } = globalThis;
  // Node has no reportError (24.21.0); its EventTarget rethrows in a later tick too.
  if (typeof reportError === "function") reportError(error);
  // QUIRK(React Native): an uncaught error ends a released app. Its own dispatch writes it, too.
  else if (isReactNative()) console.error(error);
  else {
    soon(() => {
      throw error;
    });
  }
}
