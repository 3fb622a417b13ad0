/**
 * One connection through the proxy, and what can be done to it.
 *
 * @module
 */

import type { Clock } from "../../mod.ts";
import { closeFrame, FrameTracker, redirectRequest, RequestHead } from "./frames.ts";

/** The part of a TCP socket of `node:net` that is used. */
export interface Socket {
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  /** Whether it speaks TLS. */
  readonly encrypted?: boolean;
  pause(): unknown;
  resume(): unknown;
  write(bytes: Uint8Array | string, encoding?: string): boolean;
  end(): unknown;
  destroy(): unknown;
  resetAndDestroy?(): unknown;
  setNoDelay(isOff: boolean): unknown;
  // deno-lint-ignore no-explicit-any -- events differ in what they carry
  on(event: string, listener: (argument: any) => void): unknown;
}

/** What holds for all connections now. */
export interface Weather {
  isFrozen: boolean;
  delayMs: number;
}

/** What waits to be passed on; null is the end of the stream. */
interface Parcel {
  readonly bytes: Uint8Array | null;
  readonly dueAtMs: number;
}

/** More than that is left with the sender, whose TCP then waits. */
const MAX_WAITING_BYTES = 1_048_576;
/** How long a client has for its own close frame before the connection ends. */
const CLOSE_MS = 200;

/** One direction: what comes from `source` goes to `write`, late if it is to be, in order. */
class Pipe {
  readonly #source: Socket;
  readonly #weather: Weather;
  readonly #clock: Clock;
  readonly #write: (bytes: Uint8Array | null) => boolean;
  readonly #waiting: Parcel[] = [];
  #waitingBytes = 0;
  #isBlocked = false;
  #timer: unknown;

  constructor(
    source: Socket,
    weather: Weather,
    clock: Clock,
    write: (bytes: Uint8Array | null) => boolean,
  ) {
    this.#source = source;
    this.#weather = weather;
    this.#clock = clock;
    this.#write = write;
    source.on("data", (bytes: Uint8Array) => this.#take(bytes));
    source.on("end", () => this.#take(null));
  }

  /** Goes by the weather, and by what the receiver can take. */
  update(): void {
    const { isFrozen } = this.#weather;
    this.#clock.clearTimeout(this.#timer);
    if (!isFrozen) this.#pump();
    const isFull = this.#isBlocked || this.#waitingBytes > MAX_WAITING_BYTES;
    if (isFrozen || isFull) this.#source.pause();
    else this.#source.resume();
  }

  /** The receiver has room again. */
  unblock(): void {
    this.#isBlocked = false;
    this.update();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #take(bytes: Uint8Array | null): void {
    // What is due earlier than what came before waits behind it all the same.
    this.#waiting.push({ bytes, dueAtMs: this.#clock.now() + this.#weather.delayMs });
    this.#waitingBytes += bytes?.length ?? 0;
    this.update();
  }

  #pump(): void {
    for (let next = this.#waiting[0]; next && !this.#isBlocked; next = this.#waiting[0]) {
      const leftMs = next.dueAtMs - this.#clock.now();
      if (leftMs > 0) {
        this.#timer = this.#clock.setTimeout(() => this.update(), leftMs);
        return;
      }
      this.#waiting.shift();
      this.#waitingBytes -= next.bytes?.length ?? 0;
      this.#isBlocked = !this.#write(next.bytes);
    }
  }
}

/** What a {@linkcode Link} is made of. */
export interface LinkOptions {
  readonly client: Socket;
  readonly server: Socket;
  readonly to: URL;
  readonly weather: Weather;
  readonly clock: Clock;
  /** Called once, with what went wrong if anything did. */
  readonly onEnd: (why: string) => void;
}

/** A client's connection and the one to the server that serves it. */
export class Link {
  readonly #options: LinkOptions;
  readonly #head = new RequestHead();
  readonly #tracker = new FrameTracker();
  readonly #up: Pipe;
  readonly #down: Pipe;
  #isHeadSent = false;
  #close: Uint8Array | null = null;
  #isClosed = false;
  #isOver = false;
  #timer: unknown;

  constructor(options: LinkOptions) {
    const { client, clock, server, weather } = options;
    this.#options = options;
    this.#up = new Pipe(client, weather, clock, (bytes) => this.#toServer(bytes));
    this.#down = new Pipe(server, weather, clock, (bytes) => this.#toClient(bytes));
    server.on("drain", () => this.#up.unblock());
    client.on("drain", () => this.#down.unblock());
    for (const [socket, name] of [[client, "client"], [server, "server"]] as const) {
      socket.setNoDelay(true);
      socket.on(
        "error",
        ({ code, message }: { code?: string; message: string }) =>
          this.#over(`${name}: ${code ?? message}`),
      );
      socket.on("close", () => {
        if (!this.#isClosed || socket === client) this.#over("");
      });
    }
    this.update();
  }

  /** Goes by the weather. */
  update(): void {
    this.#up.update();
    this.#down.update();
  }

  /** Cuts both sides, by a reset where the platform can. */
  kill(): void {
    const { client, server } = this.#options;
    for (const socket of [client, server]) {
      // QUIRK(Node): TLS sockets have the method, and throw at it: ERR_INVALID_HANDLE_TYPE.
      if (socket.resetAndDestroy && !socket.encrypted) socket.resetAndDestroy();
      else socket.destroy();
    }
    this.#over("");
  }

  /** Sends the client a close frame, as soon as no frame of the server is under way. */
  close(code: number, reason: string): void {
    this.#close ??= closeFrame(code, reason);
    if (this.#tracker.isBetweenFrames && !this.#options.weather.isFrozen) this.#sendClose();
  }

  #toServer(bytes: Uint8Array | null): boolean {
    const { server, to } = this.#options;
    if (this.#isClosed) return true;
    if (bytes === null) {
      server.end();
      return true;
    }
    if (this.#isHeadSent) return server.write(bytes);
    try {
      const request = this.#head.feed(bytes);
      if (!request) return true;
      this.#isHeadSent = true;
      server.write(redirectRequest(request.head, to), "latin1");
      return request.rest.length === 0 || server.write(request.rest);
    } catch {
      this.kill();
      return false;
    }
  }

  #toClient(bytes: Uint8Array | null): boolean {
    const { client } = this.#options;
    if (this.#isClosed) return true;
    if (bytes === null) {
      client.end();
      return true;
    }
    if (this.#close && this.#tracker.isBetweenFrames) {
      this.#sendClose();
      return true;
    }
    const end = this.#tracker.feed(bytes);
    if (!this.#close || end < 0) return client.write(bytes);
    client.write(bytes.subarray(0, end));
    this.#sendClose();
    return true;
  }

  #sendClose(): void {
    if (!this.#close || this.#isClosed) return;
    const { client, clock, server } = this.#options;
    this.#isClosed = true;
    client.write(this.#close);
    server.destroy();
    this.#timer = clock.setTimeout(() => {
      client.end();
      this.#timer = clock.setTimeout(() => client.destroy(), CLOSE_MS);
    }, CLOSE_MS);
  }

  #over(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { client, clock, onEnd, server } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#up.stop();
    this.#down.stop();
    client.destroy();
    server.destroy();
    onEnd(why);
  }
}
