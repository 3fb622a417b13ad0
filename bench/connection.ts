/**
 * What the benches drive: a small interface, and the clients that fit it by themselves.
 *
 * @module
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
