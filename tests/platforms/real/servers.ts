/** Real servers for real sockets, and patience with a bound. */

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
// @ts-types="npm:@types/ws@8"
import { type WebSocket as ServerSocket, WebSocketServer } from "npm:ws@8";
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "../../../mod.ts";

/** Delays short enough for a test. */
export const QUICK: ReconnectingWebSocketOptions = {
  backoff: { initialDelayMs: 10 },
  maxDelayMs: 100,
  connectTimeoutMs: 2_000,
  closeTimeoutMs: 500,
};

/** How a server answers one upgrade request: a status, silence, a dead line, or a connection. */
export type Answer = number | "hang" | "cut" | ((socket: ServerSocket) => void);

/** A server that answers the n-th upgrade as it is told. */
export class UpgradeServer implements AsyncDisposable {
  readonly #http = createServer();
  readonly #wss = new WebSocketServer({ noServer: true });
  readonly #lines = new Set<Duplex>();
  #upgrades = 0;
  #opened = 0;

  static async start(answer: (upgrade: number) => Answer): Promise<UpgradeServer> {
    const server = new UpgradeServer();
    server.#http.on("connection", (line: Socket) => {
      server.#lines.add(line);
      line.on("close", () => server.#lines.delete(line)).on("error", () => {});
    });
    server.#http.on("upgrade", (request: IncomingMessage, line: Duplex, head: Uint8Array) => {
      const given = answer(server.#upgrades++);
      if (given === "hang") return;
      if (given === "cut") {
        line.destroy();
        return;
      }
      if (typeof given === "number") {
        line.end(`HTTP/1.1 ${given} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      // deno-lint-ignore no-explicit-any -- ws asks for Node's own Buffer
      server.#wss.handleUpgrade(request, line, head as any, (socket) => {
        server.#opened++;
        socket.on("error", () => {});
        given(socket);
      });
    });
    await new Promise<void>((resolve) => server.#http.listen(0, "127.0.0.1", resolve));
    return server;
  }

  /** Where to connect. */
  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/`;
  }

  /** How many upgrades were asked for. */
  get upgrades(): number {
    return this.#upgrades;
  }

  /** How many of them became connections. */
  get opened(): number {
    return this.#opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of this.#lines) line.destroy();
    this.#wss.close();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

/** An echo server in a process of its own. */
export class EchoProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly port: number;

  constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Starts it, on a port of its choice or on the one given. */
  static async start(port = 0): Promise<EchoProcess> {
    const script = new URL("./echo_server.ts", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-net=127.0.0.1", script, `${port}`],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    await reader.cancel();
    return new EchoProcess(child, Number(value));
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  /** Ends it without a farewell. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It is dead already.
    }
    await this.#child.status;
  }
}

/** Resolves when the predicate holds; looks again at each event of the client. */
export function until(ws: ReconnectingWebSocket, predicate: () => boolean): Promise<void> {
  return within(
    10_000,
    new Promise<void>((resolve) => {
      const controller = new AbortController();
      const look = (): void => {
        if (!predicate()) return;
        controller.abort();
        resolve();
      };
      for (const type of ["open", "message", "close", "retry", "statechange"]) {
        ws.addEventListener(type, look, { signal: controller.signal });
      }
      look();
    }),
  );
}

/** The promise, or an error after a generous time. */
export async function within<T>(limitMs: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A client with short delays. */
export function quick(
  url: ConstructorParameters<typeof ReconnectingWebSocket>[0],
  options: ReconnectingWebSocketOptions = {},
): ReconnectingWebSocket {
  return new ReconnectingWebSocket(url, { ...QUICK, ...options });
}
