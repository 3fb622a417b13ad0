/**
 * The server in the process of a test, for whatever protocol: killed without a close frame, it comes
 * back on the same port and remembers nothing. It counts the connections that are alive, which is where
 * clients that multiply show. Three others are processes: the fault server, which writes frames by hand;
 * the echo server, which is killed and frozen as a process; and that of workerd, which runs nothing else.
 *
 * @module
 */

import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { freePort } from "../platforms/ports.ts";

/** Ends one life of a protocol. */
export type Ending = (() => unknown) | void;

/** Installs a protocol on one life of the server. */
export type Serve = (http: Server, life: number) => Ending | Promise<Ending>;

/** A server that dies and comes back. */
export class MortalServer implements AsyncDisposable {
  readonly #serve: Serve;
  readonly #sockets = new Set<Socket>();
  #http: Server | undefined;
  #end: Ending = undefined;
  #life = 0;
  #peak = 0;
  #port = 0;

  constructor(serve: Serve) {
    this.#serve = serve;
  }

  /** How often it has started. */
  get life(): number {
    return this.#life;
  }

  /** Connections that are open now. */
  get live(): number {
    return this.#sockets.size;
  }

  /** The most connections that were ever open at once. */
  get peak(): number {
    return this.#peak;
  }

  /** Where it listens, without a scheme. */
  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Where to connect. */
  get url(): string {
    return `ws://${this.host}/`;
  }

  /** Starts it, on the port that it had. */
  async start(): Promise<void> {
    const http = this.#http = createServer();
    http.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      this.#peak = Math.max(this.#peak, this.live);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {});
    });
    this.#end = await this.#serve(http, ++this.#life);
    this.#port ||= freePort();
    await new Promise<void>((resolve, reject) => {
      http.on("error", reject).listen(this.#port, "127.0.0.1", resolve);
    });
  }

  /** Ends it as a crash does: no close frame, and nobody listens any more. */
  async kill(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.#end?.();
    const http = this.#http;
    this.#http = undefined;
    if (http) await new Promise<void>((resolve) => http.close(() => resolve()));
  }

  /** As {@linkcode kill}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}
