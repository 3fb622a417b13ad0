/**
 * Who listens to a client, with a short way for `message`.
 *
 * The client must give its listeners a message event whose `target` is the client, so it cannot
 * pass on the event of the inner socket. Making a second event is unavoidable; dispatching it
 * natively is not, and costs as much again. So `message` listeners are kept in an own list, which
 * alone decides who is called and is walked for each message of the server; the same
 * {@linkcode MessageListener} objects are registered natively, for events that a user dispatches.
 * `bench/findings.md` has the figures, and what else was tried.
 *
 * @module
 */

import type { Arrival } from "../connection/attempt.ts";
import { IS_WORKERD, PlatformEventTarget } from "../platform.ts";
import { type Listener, type ListenerOptions, OWN_DISPATCH } from "./event_target.ts";
import { reportError } from "./events.ts";
import { type ClientMessageEventClass, defineMessageEvent } from "./message_event.ts";

/** An entry of the own list, and the native listener, in one. */
interface MessageListener {
  readonly list: ListenerList;
  readonly callback: Listener;
  readonly capture: boolean;
  readonly once: boolean;
  readonly signal: AbortSignal | undefined;
  removed: boolean;
  /** Shared by all, as a closure would double the size of a listener. */
  readonly handleEvent: typeof handleEvent;
}

function handleEvent(this: MessageListener, event: Event): void {
  const { list, callback, capture } = this;
  // Not by the client's method: a native dispatch does not call that of a subclass either.
  if (this.once) list.remove("message", callback, capture);
  if (typeof callback === "function") callback.call(list.target, event);
  else callback.handleEvent(event);
}

/** Shared by all clients that nothing listens to. */
const NONE: readonly never[] = [];

let messageEventClass: ClientMessageEventClass | undefined;

/** The listeners of one client. */
export class ListenerList {
  readonly target: EventTarget;
  #listeners: readonly MessageListener[] = NONE;
  /**
   * How often the list is walked for a message: twice if a listener captures, which is rare, and
   * looking costs a twentieth of a message; never where the native dispatch does more than ours.
   */
  #passes: 0 | 1 | 2 = 1;
  /** The types of events that may have a listener: one was added, and may be gone again. */
  types: readonly string[] = NONE;

  constructor(target: EventTarget) {
    this.target = target;
    if (IS_WORKERD) OWN_DISPATCH.add(target);
  }

  /** As `addEventListener` of the DOM. */
  add(type: string, callback: Listener | null, options?: boolean | ListenerOptions): void {
    const { addEventListener } = PlatformEventTarget.prototype;
    const name = `${type}`;
    if (!this.types.includes(name)) this.types = this.types.concat(name);
    // What cannot be called is refused, or ignored, as the platform does.
    if (name !== "message" || !callback || Object(callback) !== callback) {
      return addEventListener.call(this.target, name, callback, options);
    }
    const { capture, once, passive, signal } = flatten(options);
    this.#keep(this.#listeners.filter(isLive));
    if (this.#find(callback, capture)) return;
    // QUIRK(zone.js): what it adds natively it calls in the zone of this moment, as Angular needs.
    if ("Zone" in globalThis) this.#passes = 0;
    const listener: MessageListener = {
      list: this,
      callback,
      capture: !!capture,
      once: !!once,
      signal,
      removed: false,
      handleEvent,
    };
    const native = { capture, passive, signal } as ListenerOptions;
    addEventListener.call(this.target, name, listener, native);
    // Unlike a spread, `concat` allocates no room for more.
    if (isLive(listener)) this.#keep(this.#listeners.concat(listener));
  }

  /** As `removeEventListener` of the DOM. */
  remove(
    type: string,
    callback: Listener | null,
    options?: boolean | Pick<ListenerOptions, "capture">,
  ): void {
    const listener = `${type}` === "message"
      ? this.#find(callback, flatten(options).capture)
      : undefined;
    if (listener) {
      listener.removed = true;
      this.#keep(this.#listeners.filter(isLive));
    }
    const { removeEventListener } = PlatformEventTarget.prototype;
    // QUIRK(Deno 2.9.6): a signal that is aborted calls this method, with the native listener.
    removeEventListener.call(this.target, type, listener ?? callback, options);
  }

  #find(callback: Listener | null, capture: boolean | undefined): MessageListener | undefined {
    return this.#listeners.find((listener) =>
      listener.callback === callback && listener.capture === !!capture
    );
  }

  #keep(listeners: readonly MessageListener[]): void {
    this.#listeners = listeners;
    if (this.#passes) this.#passes = listeners.some(({ capture }) => capture) ? 2 : 1;
  }

  /** Calls the `message` listeners (DOM Standard, "invoke"): first those that capture. */
  deliver(data: unknown, origin: string, inner?: Arrival): void {
    messageEventClass ??= defineMessageEvent();
    const event = new messageEventClass(this.target, data, origin, inner);
    // As it is now: a listener may change it.
    const passes = this.#passes;
    if (passes > 1) this.#invoke(event, true);
    if (passes && !event.cancelBubble) this.#invoke(event, false);
    messageEventClass.end(event);
    if (passes) return;
    try {
      PlatformEventTarget.prototype.dispatchEvent.call(this.target, event);
    } catch (error) {
      reportError(error);
    }
  }

  #invoke(event: MessageEvent, capture: boolean): void {
    for (const listener of this.#listeners) {
      if (listener.capture !== capture || !isLive(listener)) continue;
      try {
        listener.handleEvent(event);
      } catch (error) {
        reportError(error);
      }
      if (messageEventClass?.isStopped(event)) return;
    }
  }
}

function isLive(listener: MessageListener): boolean {
  return !listener.removed && !listener.signal?.aborted;
}

/** Web IDL's conversion of `(AddEventListenerOptions or boolean)`. */
function flatten(options: boolean | ListenerOptions | undefined): ListenerOptions {
  return Object(options) === options ? options as ListenerOptions : { capture: options as boolean };
}
