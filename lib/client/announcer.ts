/**
 * What the user is told: the events with their error objects, and the promises.
 *
 * @module
 */

import { type ClientEventTarget, mayHaveListener, report } from "./event_target.ts";
import { type Deferred, deferred } from "../deferred.ts";
import {
  PendingError,
  type ReconnectingWebSocketError,
  type ReconnectingWebSocketErrorCode,
} from "../errors.ts";
import { createEvent, type EventProperties } from "./events.ts";
import { domException } from "../platform.ts";
import type { WebSocketData } from "../bounded_queue.ts";
import type { CloseEffect, State } from "../machine/state.ts";

/** How a client ended. */
export interface Ending {
  /** The close code; 1006 if no close handshake completed. */
  readonly code: number;
  /** The close reason. */
  readonly reason: string;
  /** Whether the close handshake completed. */
  readonly wasClean: boolean;
  /** Why the client ended, unless by its user's `close()`. */
  readonly error: ReconnectingWebSocketError | null;
  /** Messages accepted but never handed to a socket, oldest first. */
  readonly undelivered: readonly WebSocketData[];
}

/** An event to come. */
interface Telling extends EventProperties {
  readonly error?: ReconnectingWebSocketErrorCode | PendingError | null;
}

/** Tells the user of one client. */
export class Announcer {
  /** The failure that the pending events are about. */
  failure: PendingError | null = null;
  readonly #target: ClientEventTarget;
  readonly #client: { readonly state: State };
  readonly #signal: AbortSignal | undefined;
  /** Made when somebody asks: most clients are used by their events alone. */
  #opened: Deferred<void> | undefined;
  #closed: Deferred<Ending> | undefined;

  constructor(
    target: ClientEventTarget,
    client: { readonly state: State },
    signal: AbortSignal | undefined,
  ) {
    this.#target = target;
    this.#client = client;
    this.#signal = signal;
  }

  get opened(): Deferred<void> {
    if (!this.#opened) {
      this.#opened = deferred();
      this.#opened.promise.catch(() => {});
      if (this.#client.state.opened) this.#opened.resolve();
    }
    return this.#opened;
  }

  get closed(): Deferred<Ending> {
    return this.#closed ??= deferred();
  }

  /** Dispatches an event with the error object in the place of its code. */
  tell(fields: Telling): void {
    if (fields.type === "open") this.#opened?.resolve();
    // Events and errors made for nobody would be most of the price of an attempt.
    if (!mayHaveListener(this.#target, fields.type)) return;
    const { error } = fields;
    try {
      const event = createEvent(
        error === undefined ? fields : { ...fields, error: this.#errorOf(error) },
      );
      this.#target.dispatchEvent(event);
    } catch (error) {
      // QUIRK(workerd): what a listener throws comes out of dispatchEvent.
      report(error);
    }
  }

  /** The error object of the failure being told; a wider one, such as `retry-limit`, is caused by it. */
  #errorOf(
    code: ReconnectingWebSocketErrorCode | PendingError | null,
  ): ReconnectingWebSocketError | null {
    if (typeof code !== "string") return code && code.error;
    if (this.failure?.code !== code) {
      const cause = code === "aborted" ? this.#signal?.reason : this.failure?.error;
      this.failure = new PendingError(code, this.#client.state.series.attempt, cause);
    }
    return this.failure.error;
  }

  /** Tells of the end, by the last event and by the promises. */
  end(effect: CloseEffect, undelivered: readonly WebSocketData[]): void {
    const { code, reason, wasClean } = effect;
    const error = this.#errorOf(effect.error);
    this.tell(effect);
    if (!this.#client.state.opened) {
      this.opened.reject(error ?? domException("Closed before it was open", "AbortError"));
    }
    this.closed.resolve({ code, reason, wasClean, error, undelivered });
  }
}
