/**
 * What the benches drive: a small interface, and the clients that fit it by themselves.
 */

/** What the benches need of a client. */
export interface Connection {
  on(type: "open" | "message", listener: (event: MessageEvent) => void): void;
  send(data: string): void;
  close(): void;
  readonly bufferedAmount: number;
}

/** Starts a client that connects to `url` with the defaults of its package, but for an unbounded queue. */
export type Connect = (url: string) => Connection;

/** A client that looks like a WebSocket. A class, so that it adds no closures to what is weighed. */
export class Adapter implements Connection {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  on(type: "open" | "message", listener: (event: MessageEvent) => void): void {
    this.#socket.addEventListener(type, listener as EventListener);
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
}

type Listener = (event: MessageEvent) => void;

/**
 * The loop that people write by hand: dial again after a doubling delay, keep the listeners. It has
 * no deadline, no queue, no events of its own, and hands out the inner socket's events. What a
 * client costs beyond it is the price of everything else.
 */
export class NaiveClient implements Connection {
  readonly #url: string;
  readonly #listeners: ["open" | "message", Listener][] = [];
  #socket: WebSocket;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(url: string) {
    this.#url = url;
    this.#socket = this.#dial();
  }

  #dial(): WebSocket {
    const socket = new WebSocket(this.#url);
    socket.addEventListener("open", () => void (this.#failures = 0));
    socket.addEventListener("close", () => {
      if (this.#isClosed) return;
      const delayMs = Math.min(1_000 * 2 ** this.#failures++ + 1_000 * Math.random(), 60_000);
      this.#timer = setTimeout(() => this.#socket = this.#dial(), delayMs);
    });
    for (const [type, listener] of this.#listeners) {
      socket.addEventListener(type, listener as EventListener);
    }
    return socket;
  }

  on(type: "open" | "message", listener: Listener): void {
    this.#listeners.push([type, listener]);
    this.#socket.addEventListener(type, listener as EventListener);
  }

  send(data: string): void {
    this.#socket.send(data);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket.close();
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }
}
