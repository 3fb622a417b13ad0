/** Real servers for real sockets, and patience with a bound. */

import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket as ServerSocket, WebSocketServer } from "npm:ws@8.23.0";
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "../../../mod.ts";
import { MortalServer } from "../../compatibility/mortal_server.ts";

/** Delays short enough for a test. */
export const QUICK: ReconnectingWebSocketOptions = {
  backoff: { initialDelayMs: 10 },
  maxDelayMs: 100,
  connectTimeoutMs: 2_000,
  closeTimeoutMs: 500,
};

/** How a server answers one upgrade request: a status, silence, a dead line, or a connection. */
export type Answer = number | "hang" | "cut" | ((socket: ServerSocket) => void);

/** A server that answers the n-th upgrade as it is set up to. */
export class UpgradeServer extends MortalServer {
  #upgrades = 0;
  #opened = 0;

  constructor(answer: (upgrade: number) => Answer) {
    super((http) => {
      const wss = new WebSocketServer({ noServer: true });
      http.on("upgrade", (request: IncomingMessage, line: Duplex, head: Buffer) => {
        const given = answer(this.#upgrades++);
        if (given === "hang") return;
        if (given === "cut") {
          line.destroy();
          return;
        }
        if (typeof given === "number") {
          line.end(`HTTP/1.1 ${given} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
          return;
        }
        wss.handleUpgrade(request, line, head, (socket: ServerSocket) => {
          this.#opened++;
          socket.on("error", () => {});
          given(socket);
        });
      });
      return () => wss.close();
    });
  }

  static async start(answer: (upgrade: number) => Answer): Promise<UpgradeServer> {
    const server = new UpgradeServer(answer);
    await server.start();
    return server;
  }

  /** How many upgrades were requested. */
  get upgrades(): number {
    return this.#upgrades;
  }

  /** How many of them became connections. */
  get opened(): number {
    return this.#opened;
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
