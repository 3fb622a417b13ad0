/** The demo's clients: with sessions and without, the same otherwise. */
import { ReconnectingWebSocket, type WebSocketData } from "../../mod.ts";
import { ResumableWebSocket } from "../../lib/resume/mod.ts";
import type { DemoEvent } from "./history.ts";
import { delay } from "./servers.ts";

/** How many messages each client sends at once, and how often. */
const BURST = 2;
const BURST_MS = 4;

/** Delays that suit a demo. */
const QUICK = {
  backoff: () => 5 + Math.random() * 20,
  connectTimeoutMs: 8_000,
  stableAfterMs: 100,
};

/** Clients that send numbered messages until they are stopped. */
export class Clients implements AsyncDisposable {
  readonly events: DemoEvent[] = [];
  /** How long each client was without a connection, each time, in milliseconds. */
  readonly gaps: number[] = [];
  /** How often a connection went on with its session. */
  resumed = 0;
  readonly #clients: ReconnectingWebSocket[];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(url: string, count: number, hasSessions: boolean) {
    this.#clients = Array.from({ length: count }, (_, i) => {
      const user = `user${i}`;
      const ws = hasSessions
        ? new ResumableWebSocket(url, { ...QUICK, auth: () => user })
        : new ReconnectingWebSocket(`${url}/${user}`, { ...QUICK, queue: { maxMessages: 1e6 } });
      this.#watch(ws, user);
      return ws;
    });
  }

  /** Begins to send, when all are connected. */
  async start(): Promise<void> {
    await Promise.all(this.#clients.map(({ opened }) => opened));
    let message = 0;
    this.#timer = setInterval(() => {
      for (let i = 0; i < BURST; i++, message++) {
        this.#clients.forEach((ws, user) => this.#send(ws, user, message));
      }
    }, BURST_MS);
  }

  /** Ends the sending, on both sides, and waits until everything has arrived. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#clients.map(async (ws) => {
      ws.send("stop");
      if (ws instanceof ResumableWebSocket) await ws.confirmed();
    }));
  }

  /** Waits until all are open, or for as long. */
  async open(limitMs: number): Promise<void> {
    const endMs = performance.now() + limitMs;
    while (this.#clients.some(({ readyState }) => readyState !== 1) && performance.now() < endMs) {
      await delay(5);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const ws of this.#clients) ws.close();
    await Promise.all(this.#clients.map(({ closed }) => closed));
  }

  #send(ws: ReconnectingWebSocket, user: number, message: number): void {
    if (ws.send(`${message}`)) {
      this.events.push({ type: "accepted", session: `user${user}`, message });
    }
  }

  #watch(ws: ReconnectingWebSocket, session: string): void {
    let downAt: number | undefined;
    const numbers = (list: readonly WebSocketData[]): number[] => list.map(Number);
    ws.addEventListener("message", ({ data }) => {
      this.events.push({ type: "got", session, message: Number(data) });
    });
    ws.addEventListener("close", () => downAt ??= performance.now());
    ws.addEventListener("open", () => {
      if (downAt !== undefined) this.gaps.push(performance.now() - downAt);
      downAt = undefined;
      if (ws instanceof ResumableWebSocket && ws.resumed) this.resumed++;
    });
    if (!(ws instanceof ResumableWebSocket)) return;
    ws.addEventListener("lost", ({ why, unacked, isExact }) => {
      this.events.push({ type: "lost", session, why, unacked: numbers(unacked), isExact });
    });
  }
}
