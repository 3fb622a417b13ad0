/**
 * An `EventTarget` with a short way for `message`.
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

import type { ReconnectingWebSocketEventMap as EventMap } from "./events.ts";
import { type ClientMessageEventClass, defineMessageEvent } from "./message_event.ts";
import { IS_WORKERD, isReactNative, PlatformEventTarget, soon } from "../platform.ts";

/** What can listen, as in the DOM. Named here, as only browsers' types have a name for it. */
export type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };

/** How to listen, as in the DOM. */
export interface ListenerOptions {
  /** Listens before those that do not capture. */
  capture?: boolean;
  /** Listens to one event only. */
  once?: boolean;
  /** Never prevents a default action. */
  passive?: boolean;
  /** Aborting it removes the listener. */
  signal?: AbortSignal;
}

/** An event handler attribute: what `onmessage = ` takes. */
// deno-lint-ignore no-explicit-any -- the client narrows `this`
export type Handler<E extends Event> = ((this: any, event: E) => unknown) | null;

// deno-lint-ignore no-explicit-any -- one slot serves all four event types
type AnyHandler = Handler<any>;

/**
 * Dispatches a message of the server. Set by the first construction, which keeps it off the client's
 * public surface; a member named by a symbol would keep the class in bundles that do not use it.
 */
export let deliver: (target: ClientEventTarget, data: unknown, origin: string) => void;

/** Whether an event of a type may have a listener: one was added, and may be gone again. */
export let mayHaveListener: (target: ClientEventTarget, type: string) => boolean;

/** An entry of the own list, and the native listener, in one. */
interface MessageListener {
  readonly client: ClientEventTarget;
  readonly callback: Listener;
  readonly capture: boolean;
  readonly once: boolean;
  readonly signal: AbortSignal | undefined;
  removed: boolean;
  /** Shared by all, as a closure would double the size of a listener. */
  readonly handleEvent: typeof handleEvent;
}

function handleEvent(this: MessageListener, event: Event): void {
  const { client, callback, capture } = this;
  if (this.once) {
    // Not a subclass's: a native dispatch does not call that either.
    const { removeEventListener } = ClientEventTarget.prototype;
    removeEventListener.call(client, "message", callback, capture);
  }
  if (typeof callback === "function") callback.call(client, event);
  else callback.handleEvent(event);
}

/** An event handler attribute, which listens as long as it has a handler. */
interface Slot {
  handler: AnyHandler;
  handleEvent(event: Event): void;
}

/** Shared by all clients that nobody listens to. */
const NONE: readonly never[] = [];

let messageEventClass: ClientMessageEventClass | undefined;

/** An EventTarget with event handler attributes, whose `message` events skip the native dispatch. */
export class ClientEventTarget extends PlatformEventTarget {
  #listeners: readonly MessageListener[] = NONE;
  /**
   * How often the list is walked for a message: twice if a listener captures, which is rare, and
   * looking costs a twentieth of a message; never where the native dispatch does more than ours.
   */
  #passes: 0 | 1 | 2 = 1;
  /** The types that listeners were added for. */
  #types: readonly string[] = NONE;
  #slots: Map<string, Slot> | undefined;

  constructor() {
    super();
    deliver ??= (target, data, origin) => target.#deliver(data, origin);
    mayHaveListener ??= (target, type) => target.#types.includes(type);
  }

  /** As in the DOM. */
  override addEventListener<K extends keyof EventMap>(
    type: K,
    listener: (this: this, event: EventMap[K]) => unknown,
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
    const name = `${type}`;
    this.#note(name);
    // What cannot be called is refused, or ignored, as the platform does.
    if (name !== "message" || !callback || Object(callback) !== callback) {
      return super.addEventListener(name, callback, options);
    }
    const { capture, once, passive, signal } = flatten(options);
    this.#keep(this.#listeners.filter(isLive));
    if (this.#find(callback, capture)) return;
    // QUIRK(zone.js): what it adds natively it calls in the zone of this moment, as Angular needs.
    if ("Zone" in globalThis) this.#passes = 0;
    const listener: MessageListener = {
      client: this,
      callback,
      capture: !!capture,
      once: !!once,
      signal,
      removed: false,
      handleEvent,
    };
    super.addEventListener(name, listener, { capture, passive, signal } as ListenerOptions);
    // Unlike a spread, `concat` allocates no room for more.
    if (isLive(listener)) this.#keep(this.#listeners.concat(listener));
  }

  /** As in the DOM. */
  override removeEventListener<K extends keyof EventMap>(
    type: K,
    listener: (this: this, event: EventMap[K]) => unknown,
    options?: boolean | Pick<ListenerOptions, "capture">,
  ): void;
  /** As in the DOM, for any event. */
  override removeEventListener(
    type: string,
    callback: Listener | null,
    options?: boolean | Pick<ListenerOptions, "capture">,
  ): void;
  override removeEventListener(
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
    // QUIRK(Deno 2.9.6): a signal that is aborted calls this method, with the native listener.
    super.removeEventListener(type, listener ?? callback, options);
  }

  #note(type: string): void {
    if (!this.#types.includes(type)) this.#types = this.#types.concat(type);
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
  #deliver(data: unknown, origin: string): void {
    messageEventClass ??= defineMessageEvent();
    const event = new messageEventClass(this, data, origin);
    // As it is now: a listener may change it.
    const passes = this.#passes;
    if (passes > 1) this.#invoke(event, true);
    if (passes && !event.cancelBubble) this.#invoke(event, false);
    messageEventClass.end(event);
    if (passes) return;
    try {
      // Not `super`, which compilers lose in private methods.
      PlatformEventTarget.prototype.dispatchEvent.call(this, event);
    } catch (error) {
      report(error);
    }
  }

  #invoke(event: MessageEvent, capture: boolean): void {
    for (const listener of this.#listeners) {
      if (listener.capture !== capture || !isLive(listener)) continue;
      try {
        listener.handleEvent(event);
      } catch (error) {
        report(error);
      }
      if (messageEventClass?.isStopped(event)) return;
    }
  }

  /** The `open` event handler; `null` for none. */
  get onopen(): Handler<Event> {
    return this.#handler("open");
  }
  set onopen(handler: Handler<EventMap["open"]>) {
    this.#setHandler("open", handler);
  }
  /** The `message` event handler; `null` for none. */
  get onmessage(): Handler<MessageEvent> {
    return this.#handler("message");
  }
  set onmessage(handler: Handler<EventMap["message"]>) {
    this.#setHandler("message", handler);
  }
  /** The `error` event handler; `null` for none. */
  get onerror(): Handler<Event> {
    return this.#handler("error");
  }
  set onerror(handler: Handler<EventMap["error"]>) {
    this.#setHandler("error", handler);
  }
  /** The `close` event handler; `null` for none. */
  get onclose(): Handler<CloseEvent> {
    return this.#handler("close");
  }
  set onclose(handler: Handler<EventMap["close"]>) {
    this.#setHandler("close", handler);
  }

  #handler(type: string): AnyHandler {
    return this.#slots?.get(type)?.handler ?? null;
  }

  /** A handler keeps its place among the listeners until it is null (HTML Standard, "event handlers"). */
  #setHandler(type: string, value: AnyHandler): void {
    const handler = typeof value === "function" ? value : null;
    this.#slots ??= new Map();
    const slot: Slot = this.#slots.get(type) ?? {
      handler,
      handleEvent: (event) => void slot.handler?.call(this, event),
    };
    slot.handler = handler;
    this.#slots.set(type, slot);
    this.#note(type);
    if (!handler) this.removeEventListener(type, slot);
    // QUIRK(workerd): a native dispatch calls the target's property `on<type>` by itself, before all
    // listeners, and would call a handler twice.
    else if (type === "message" || !IS_WORKERD) this.addEventListener(type, slot);
  }
}

function isLive(listener: MessageListener): boolean {
  return !listener.removed && !listener.signal?.aborted;
}

/** Web IDL's conversion of `(AddEventListenerOptions or boolean)`. */
function flatten(options: boolean | ListenerOptions | undefined): ListenerOptions {
  return Object(options) === options ? options as ListenerOptions : { capture: options as boolean };
}

/** What a native dispatch does with an error that a listener throws. */
export function report(error: unknown): void {
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
