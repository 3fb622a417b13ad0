/**
 * Ways to give listeners a message of the inner socket, each with nothing else around it: no
 * reconnection, no state, no queue. What they cost beside a whole client says how near it is to the
 * least that is possible. `README.md` beside this file discusses them.
 *
 * @module
 */

import type { Connection } from "./contestants.ts";

type Listener = (event: MessageEvent) => void;

/** Gives an inner socket's event to the listeners of a client. */
type Deliver = (client: DesignClient, inner: MessageEvent) => void;

/** A socket with a list of listeners around it, which are native ones too. */
class DesignClient extends EventTarget implements Connection {
  readonly #socket: WebSocket;
  readonly #listeners: Listener[] = [];

  constructor(url: string, deliver: Deliver) {
    super();
    this.#socket = new WebSocket(url);
    this.#socket.addEventListener("message", (inner) => deliver(this, inner));
  }

  on(type: "open" | "message", listener: Listener): void {
    if (type === "open") return this.#socket.addEventListener(type, listener as EventListener);
    this.#listeners.push(listener);
    this.addEventListener(type, listener as EventListener);
  }

  /** The own loop: what a native dispatch does for a target without a tree, but for the event's fields. */
  call(event: MessageEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener.call(this, event);
      } catch (error) {
        reportError(error);
      }
    }
  }

  send(data: string): void {
    this.#socket.send(data);
  }

  close(): void {
    this.#socket.close();
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  get binaryType(): BinaryType {
    return this.#socket.binaryType;
  }
  set binaryType(type: BinaryType) {
    this.#socket.binaryType = type;
  }
}

/** The least that reports the right target, before, during and after the dispatch. */
class TargetedEvent extends MessageEvent<unknown> {
  override readonly data: unknown;
  override readonly origin: string;
  readonly #client: EventTarget;

  constructor(client: EventTarget, { data, origin }: MessageEvent) {
    super("message");
    this.data = data;
    this.origin = origin;
    this.#client = client;
  }

  override get target(): EventTarget {
    return super.target ?? this.#client;
  }
  override get currentTarget(): EventTarget {
    return super.currentTarget ?? this.#client;
  }
}

/** An event of the socket after it has changed sides. */
class AdoptedEvent extends MessageEvent<unknown> {
  client: EventTarget | null = null;

  override get target(): EventTarget | null {
    return this.client;
  }
}

/** An `Event` that says that it is a `MessageEvent`, whose own getters refuse it. */
class ReparentedEvent extends Event {
  readonly data: unknown;
  readonly origin: string;
  readonly #client: EventTarget;

  constructor(client: EventTarget, { data, origin }: MessageEvent) {
    super("message");
    this.data = data;
    this.origin = origin;
    this.#client = client;
  }

  override get target(): EventTarget {
    return super.target ?? this.#client;
  }
}

/** Re-parents once, in the processes that measure it: importing must change no class for the others. */
function reparent(): void {
  Object.setPrototypeOf(ReparentedEvent.prototype, MessageEvent.prototype);
}

function loader(
  deliver: Deliver,
  prepare?: () => void,
): () => Promise<(url: string) => Connection> {
  return () => {
    prepare?.();
    return Promise.resolve((url) => new DesignClient(url, deliver));
  };
}

/** The designs by name. */
export const designs = {
  "inner-event": loader((client, inner) => client.call(inner)),
  "plain-event": loader((client, { data, origin }) =>
    client.call(new MessageEvent("message", { data, origin }))
  ),
  "own-class": loader((client, inner) => client.call(new TargetedEvent(client, inner))),
  "native-clone": loader((client, { data, origin }) =>
    void client.dispatchEvent(new MessageEvent("message", { data, origin }))
  ),
  "set-prototype": loader((client, inner) => {
    const adopted: AdoptedEvent = Object.setPrototypeOf(inner, AdoptedEvent.prototype);
    adopted.client = client;
    client.call(adopted);
  }),
  "define-property": loader((client, inner) =>
    client.call(Object.defineProperty(inner, "target", { value: client }))
  ),
  "re-parented": loader(
    (client, inner) => client.call(new ReparentedEvent(client, inner) as Event as MessageEvent),
    reparent,
  ),
};
