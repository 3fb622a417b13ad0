/**
 * The event of a message that is dispatched without the platform: see `listener_list.ts`.
 *
 * @module
 */

type MessageEventConstructor = new (type: string, init?: MessageEventInit) => MessageEvent<unknown>;

/** The class of the events that a `ClientEventTarget` dispatches by itself. */
export interface ClientMessageEventClass {
  new (client: EventTarget, data: unknown, origin: string): MessageEvent;
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

  /**
   * A MessageEvent that reports our dispatch, which the platform does not see. Before and after, it
   * is an ordinary event: what a native dispatch has set comes first.
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
    #current: EventTarget | null;
    #stopped = false;

    constructor(client: EventTarget, data: unknown, origin: string) {
      super("message", hasFields ? { data, origin } : undefined);
      this.#data = data;
      this.#origin = origin;
      this.#client = this.#current = client;
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
      return super.target ?? this.#client;
    }
    override get srcElement(): EventTarget {
      return this.target;
    }
    override get currentTarget(): EventTarget | null {
      return super.currentTarget ?? this.#current;
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
