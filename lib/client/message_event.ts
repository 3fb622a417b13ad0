/**
 * The event of a message that is dispatched without the platform: see `listener_list.ts`.
 *
 * @module
 */

import type { Arrival } from "../connection/attempt.ts";
import { PlatformEventTarget } from "../platform.ts";

type MessageEventConstructor = new (
  type: string,
  init?: MessageEventInit,
  inner?: Arrival,
) => MessageEvent<unknown>;

/** The class of the events that a `ClientEventTarget` dispatches by itself. */
export interface ClientMessageEventClass {
  /** @param inner The event of the socket; it becomes the new one where that is cheaper. */
  new (client: EventTarget, data: unknown, origin: string, inner?: Arrival): MessageEvent;
  /** Whether no other listener is to be called. */
  isStopped(event: MessageEvent): boolean;
  /** Ends the dispatch. */
  end(event: MessageEvent): void;
}

/** Made at the first message: the platform's class is missing on some, and may come late. */
export function defineMessageEvent(): ClientMessageEventClass {
  let Base: MessageEventConstructor;
  let hasFields = false;
  try {
    // QUIRK(workerd, happy-dom): `data` and `origin` are fields of the event, which hide our getters.
    hasFields = Reflect.ownKeys(new MessageEvent("message", {})).includes("data");
    Base = MessageEvent;
  } catch {
    // QUIRK(React Native, edge-runtime): there is no MessageEvent. QUIRK(Next.js 16 on its edge
    // runtime): there is a function in its place that throws when it is called.
    Base = class extends Event {
      readonly lastEventId = "";
      readonly source = null;
      readonly ports = [];
      override stopPropagation(): void {
        super.stopPropagation();
        // QUIRK(React Native): it has no `cancelBubble`.
        this.cancelBubble = true;
      }
    } as unknown as MessageEventConstructor;
  }

  // JavaScriptCore moves an event to another class at a tenth of what a second event costs; for V8 both
  // are equally dear (`bench/findings.md`).
  const adopts = "Bun" in globalThis;
  if (adopts) Base = adopting(Base);

  /**
   * A MessageEvent that reports our dispatch, which the platform does not see. Before and after, it
   * is an ordinary event: what a native dispatch has set comes first, but for that of the socket.
   *
   * Made without an init dictionary, as converting one costs JavaScriptCore more than all the rest.
   * `data` and `origin` are accessors, as a field over an inherited getter is an assignment that
   * throws, or is lost, once a bundler has compiled it. An event that was stopped stays so if it is
   * dispatched again, as on Node.
   */
  return class ClientMessageEvent extends Base {
    readonly #data: unknown;
    readonly #origin: string;
    readonly #client: EventTarget;
    /** Null for an event of its own. */
    readonly #socket: EventTarget | null;
    #current: EventTarget | null;
    #stopped = false;

    constructor(client: EventTarget, data: unknown, origin: string, inner?: Arrival) {
      super("message", hasFields ? { data, origin } : undefined, inner);
      this.#data = data;
      this.#origin = origin;
      this.#client = this.#current = client;
      this.#socket = adopts ? super.target : null;
    }

    static isStopped(event: ClientMessageEvent): boolean {
      return event.#stopped;
    }

    static end(event: ClientMessageEvent): void {
      event.#current = null;
    }

    override get data(): unknown {
      return this.#data;
    }
    // QUIRK(Deno): the constructor of MessageEvent assigns them.
    override set data(_: unknown) {}
    override get origin(): string {
      return this.#origin;
    }
    override set origin(_: string) {}
    override get target(): EventTarget {
      const target = super.target;
      return target && target !== this.#socket ? target : this.#client;
    }
    override get srcElement(): EventTarget {
      return this.target;
    }
    override get currentTarget(): EventTarget | null {
      const current = super.currentTarget;
      return current && current !== this.#socket ? current : this.#current;
    }
    override get eventPhase(): number {
      return super.eventPhase || (this.#current ? 2 : 0);
    }
    override composedPath(): EventTarget[] {
      return this.#current ? [this.#current] : super.composedPath();
    }
    override stopImmediatePropagation(): void {
      this.#stopped = true;
      super.stopImmediatePropagation();
    }
  };
}

/**
 * What makes the event of a socket one of a class, and else a new one. A socket of the platform's own class
 * is in no other hands, so nothing else sees that its event has changed sides; one of a class that was put in
 * its place, for tracing or a log, may have listeners of that.
 */
function adopting(Base: MessageEventConstructor): MessageEventConstructor {
  function Adopting(type: string, init?: MessageEventInit, inner?: Arrival): unknown {
    const { constructor } = Object(inner?.target);
    return constructor === globalThis.WebSocket &&
        Object.getPrototypeOf(constructor) === PlatformEventTarget
      ? Object.setPrototypeOf(inner, new.target.prototype)
      : Reflect.construct(Base, [type, init], new.target);
  }
  Adopting.prototype = Base.prototype;
  return Adopting as unknown as MessageEventConstructor;
}
