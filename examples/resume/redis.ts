/**
 * The least of a Redis client, so that the demo installs nothing. In your server, use ioredis, iovalkey
 * or node-redis: see `@holdfast/websocket/resume/redis`.
 */
import { connect, type Socket } from "node:net";
import type { RedisClient } from "../../lib/resume/stores/redis.ts";

type Reply = string | number | null | Error | Reply[];

/** A client of a Redis on this machine. */
export class MiniRedis implements RedisClient {
  readonly #port: number;
  readonly #connection: Connection;
  readonly #channels = new Map<string, (message: string) => void>();
  #subscriber: Connection | undefined;

  constructor(port: number) {
    this.#port = port;
    this.#connection = new Connection(port, () => {});
  }

  command(name: string, ...args: string[]): Promise<unknown> {
    return this.#connection.command([name, ...args]);
  }

  subscribe(channel: string, listener: (message: string) => void): Promise<unknown> {
    this.#channels.set(channel, listener);
    this.#subscriber ??= new Connection(this.#port, ([, from, message]) => {
      this.#channels.get(`${from}`)?.(`${message}`);
    });
    return this.#subscriber.command(["SUBSCRIBE", channel]);
  }

  close(): void {
    this.#connection.close();
    this.#subscriber?.close();
  }
}

/** One connection; commands are answered in order. */
class Connection {
  readonly #socket: Socket;
  readonly #onPush: (reply: Reply[]) => void;
  readonly #waiting: { resolve(reply: unknown): void; reject(error: unknown): void }[] = [];
  #bytes = new Uint8Array();
  #at = 0;

  constructor(port: number, onPush: (reply: Reply[]) => void) {
    this.#onPush = onPush;
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    this.#socket.on("error", (error: Error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("The connection to Redis has ended")));
  }

  command(args: readonly string[]): Promise<unknown> {
    const encoder = new TextEncoder();
    const parts = args.map((arg) => `$${encoder.encode(arg).length}\r\n${arg}\r\n`);
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error("The connection to Redis has ended"));
      this.#waiting.push({ resolve, reject });
      this.#socket.write(`*${args.length}\r\n${parts.join("")}`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #receive(chunk: Uint8Array): void {
    const rest = this.#bytes.subarray(this.#at);
    this.#bytes = new Uint8Array(rest.length + chunk.length);
    this.#bytes.set(rest);
    this.#bytes.set(chunk, rest.length);
    this.#at = 0;
    for (;;) {
      const start = this.#at;
      const reply = this.#parse();
      if (reply === undefined) {
        this.#at = start;
        return;
      }
      if (Array.isArray(reply) && reply[0] === "message") this.#onPush(reply);
      else if (reply instanceof Error) this.#waiting.shift()?.reject(reply);
      else this.#waiting.shift()?.resolve(reply);
    }
  }

  /** The next reply, or undefined if it is not all there. */
  #parse(): Reply | undefined {
    const line = this.#line();
    if (line === undefined) return undefined;
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return rest;
      case "-":
        return new Error(rest);
      case ":":
        return Number(rest);
      case "$":
        return rest === "-1" ? null : this.#bulk(Number(rest));
      default:
        return rest === "-1" ? null : this.#list(Number(rest));
    }
  }

  #line(): string | undefined {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) return undefined;
    const line = new TextDecoder().decode(this.#bytes.subarray(this.#at, end - 1));
    this.#at = end + 1;
    return line;
  }

  #bulk(length: number): string | undefined {
    const end = this.#at + length;
    if (this.#bytes.length < end + 2) return undefined;
    const text = new TextDecoder().decode(this.#bytes.subarray(this.#at, end));
    this.#at = end + 2;
    return text;
  }

  #list(length: number): Reply[] | undefined {
    const items: Reply[] = [];
    while (items.length < length) {
      const item = this.#parse();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
}
