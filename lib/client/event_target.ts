/**
 * An `EventTarget` with event handler attributes.
 *
 * @module
 */

import { IS_WORKERD, PlatformEventTarget } from "../platform.ts";
import type { ReconnectingWebSocketEventMap as EventMap } from "./events.ts";

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

// deno-lint-ignore no-explicit-any -- one slot serves all event types
type AnyHandler = Handler<any>;

/** An event handler attribute, which listens as long as it has a handler. */
interface Slot {
  handler: AnyHandler;
  handleEvent(event: Event): void;
}

/** QUIRK(workerd): the targets whose messages do not go through the native dispatch; see `#setHandler`. */
export const OWN_DISPATCH: WeakSet<EventTarget> = new WeakSet();

/** What a text becomes when any one of its letters is left out; beside it what was `Found` before. */
export type Shortened<
  Text extends string,
  Before extends string = "",
  Found extends string = never,
> = Text extends `${infer First}${infer Rest}`
  ? Shortened<Rest, `${Before}${First}`, Found | `${Before}${Rest}`>
  : Found;

/**
 * The type of an event that is none of the client's own: any text, but for a literal that is nearly the
 * name of one: a letter is missing, wrong, too many or in the wrong place. `"mesage"` does not compile, as
 * it must be `"message"`; a `string` is not looked at.
 */
export type OtherEventType<Type extends string, Names extends string = keyof EventMap> =
  Type extends Names ? Type
    : string extends Type ? Type
    : {
      [Own in Names]: Extract<
        Type | Lowercase<Type> | Shortened<Type>,
        Own | `on${Own}` | Shortened<Own>
      > extends never ? never : Own;
    }[Names] extends infer Meant ? [Meant] extends [never] ? Type : Meant
    : never;

/** The methods of the DOM, with the client's events by name. */
export interface ClientEventTarget {
  /** As in the DOM. */
  addEventListener<K extends keyof EventMap>(
    type: K,
    listener: (this: this, event: EventMap[K]) => unknown,
    options?: boolean | ListenerOptions,
  ): void;
  /** As in the DOM, for any event. */
  addEventListener<Type extends string>(
    type: OtherEventType<Type>,
    callback: Listener | null,
    options?: boolean | ListenerOptions,
  ): void;
  /** As in the DOM. */
  removeEventListener<K extends keyof EventMap>(
    type: K,
    listener: (this: this, event: EventMap[K]) => unknown,
    options?: boolean | Pick<ListenerOptions, "capture">,
  ): void;
  /** As in the DOM, for any event. */
  removeEventListener<Type extends string>(
    type: OtherEventType<Type>,
    callback: Listener | null,
    options?: boolean | Pick<ListenerOptions, "capture">,
  ): void;
}

/** An EventTarget with event handler attributes. */
export class ClientEventTarget extends PlatformEventTarget {
  #slots: { [type in string]?: Slot } | undefined;

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

  /** The `retry` event handler; `null` for none. */
  get onretry(): Handler<EventMap["retry"]> {
    return this.#handler("retry");
  }
  set onretry(handler: Handler<EventMap["retry"]>) {
    this.#setHandler("retry", handler);
  }
  /** The `drop` event handler; `null` for none. */
  get ondrop(): Handler<EventMap["drop"]> {
    return this.#handler("drop");
  }
  set ondrop(handler: Handler<EventMap["drop"]>) {
    this.#setHandler("drop", handler);
  }
  /** The `drain` event handler; `null` for none. */
  get ondrain(): Handler<Event> {
    return this.#handler("drain");
  }
  set ondrain(handler: Handler<Event>) {
    this.#setHandler("drain", handler);
  }
  /** The `statechange` event handler; `null` for none. */
  get onstatechange(): Handler<EventMap["statechange"]> {
    return this.#handler("statechange");
  }
  set onstatechange(handler: Handler<EventMap["statechange"]>) {
    this.#setHandler("statechange", handler);
  }
  /** The `statuschange` event handler; `null` for none. */
  get onstatuschange(): Handler<Event> {
    return this.#handler("statuschange");
  }
  set onstatuschange(handler: Handler<Event>) {
    this.#setHandler("statuschange", handler);
  }

  #handler(type: string): AnyHandler {
    return this.#slots?.[type]?.handler ?? null;
  }

  /** A handler keeps its place among the listeners until it is null (HTML Standard, "event handlers"). */
  #setHandler(type: string, value: AnyHandler): void {
    const handler = typeof value === "function" ? value : null;
    this.#slots ??= {};
    const slot: Slot = this.#slots[type] ??= {
      handler,
      handleEvent: (event) => void slot.handler?.call(this, event),
    };
    slot.handler = handler;
    if (!handler) return this.removeEventListener(type, slot);
    this.addEventListener(type, slot);
    // QUIRK(workerd): a native dispatch calls the target's property `on<type>` by itself, before all
    // listeners, and would call a handler twice.
    const isNative = type !== "message" || !OWN_DISPATCH.has(this);
    // Not `super`, which compilers lose in private methods.
    const { removeEventListener } = PlatformEventTarget.prototype;
    if (IS_WORKERD && isNative) removeEventListener.call(this, type, slot);
  }
}
