/**
 * Ways to give listeners a message of the inner socket, each with nothing else around it: no
 * reconnection, no state, no queue. What they cost beside a whole client says how near it is to the
 * least that is possible. `README.md` beside this file discusses them.
 */

import { Adapter, type Connect } from "./connection.ts";

type Listener = (event: MessageEvent) => void;

/** Gives an inner socket's event to the listeners of a client. */
type Deliver = (client: DesignClient, inner: MessageEvent) => void;

/** A socket with a list of listeners around it, which are native ones too. */
class DesignClient extends Adapter {
  /** The target that an event should have. */
  readonly target = new EventTarget();
  readonly #listeners: Listener[] = [];

  constructor(url: string, deliver: Deliver) {
    const socket = new WebSocket(url);
    super(socket);
    socket.addEventListener("message", (inner) => deliver(this, inner));
  }

  override on(type: "open" | "message", listener: Listener): void {
    if (type === "open") return super.on(type, listener);
    this.#listeners.push(listener);
    this.target.addEventListener(type, listener as EventListener);
  }

  /** The own loop: what a native dispatch does for a target without a tree, but for the event's fields. */
  call(event: MessageEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener.call(this.target, event);
      } catch (error) {
        reportError(error);
      }
    }
  }
}

/** The least that has the right target, before, during and after the dispatch. */
// deno-lint-ignore explicit-function-return-type -- a class without a name has no type but its own
function targeted(Base: new (type: string) => Event) {
  return class extends Base {
    readonly data: unknown;
    readonly origin: string;
    readonly #target: EventTarget;

    constructor({ target }: DesignClient, { data, origin }: MessageEvent) {
      super("message");
      this.data = data;
      this.origin = origin;
      this.#target = target;
    }

    override get target(): EventTarget {
      return super.target ?? this.#target;
    }
    override get currentTarget(): EventTarget {
      return super.currentTarget ?? this.#target;
    }
  };
}

/** An event of the socket after it has changed sides. */
class AdoptedEvent extends MessageEvent<unknown> {
  client: EventTarget | null = null;

  override get target(): EventTarget | null {
    return this.client;
  }
}

/** `make` runs in the process that measures: classes made for one design must not slow another. */
function loader(make: () => Deliver): () => Promise<Connect> {
  return () => {
    const deliver = make();
    return Promise.resolve((url) => new DesignClient(url, deliver));
  };
}

/** The designs by name. */
export const designs = {
  "inner-event": loader(() => (client, inner) => client.call(inner)),
  "plain-event": loader(() => (client, { data, origin }) =>
    client.call(new MessageEvent("message", { data, origin }))
  ),
  "own-class": loader(() => {
    const Targeted = targeted(MessageEvent);
    return (client, inner) => client.call(new Targeted(client, inner) as Event as MessageEvent);
  }),
  "native-clone": loader(() => ({ target }, { data, origin }) =>
    void target.dispatchEvent(new MessageEvent("message", { data, origin }))
  ),
  "set-prototype": loader(() => (client, inner) => {
    const adopted: AdoptedEvent = Object.setPrototypeOf(inner, AdoptedEvent.prototype);
    adopted.client = client.target;
    client.call(adopted);
  }),
  "define-property": loader(() => (client, inner) =>
    client.call(Object.defineProperty(inner, "target", { value: client.target }))
  ),
  // An `Event` that says that it is a `MessageEvent`, whose own getters refuse it.
  "re-parented": loader(() => {
    const Reparented = targeted(Event);
    Object.setPrototypeOf(Reparented.prototype, MessageEvent.prototype);
    return (client, inner) => client.call(new Reparented(client, inner) as Event as MessageEvent);
  }),
};
