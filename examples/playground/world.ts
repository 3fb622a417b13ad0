/** One client on a simulated network, in virtual time: what the buttons of the page do. */
import { ReconnectingWebSocket, type TraceRecord } from "@holdfast/websocket";
import { type FakeConnection, type FakeWorld, fakeWorld } from "@holdfast/websocket/testing";

/** What the server does with new connections. */
export type Mode = "up" | "refuses" | "hangs";

/** What there is to show of the client. */
export interface Status {
  readonly state: string;
  readonly attempt: number;
  /** Until the next attempt; null while it does not wait. */
  readonly waitMs: number | null;
  readonly connections: number;
  readonly sent: number;
  readonly queuedBytes: number;
  readonly received: number;
  readonly isOver: boolean;
}

/** From one end to the other. */
const LATENCY_MS = 40;
const PROBE = "ping";

/** A client, its server, and time. */
export class World {
  mode: Mode = "up";
  readonly #world: FakeWorld;
  readonly #client: ReconnectingWebSocket;
  #dueAtMs: number | null = null;
  #connections = 0;
  #sent = 0;
  #received = 0;

  constructor(seed: number, onRecord: (record: TraceRecord) => void) {
    const { network, sources } = this.#world = fakeWorld({ seed });
    network.onDial((connection) => this.#answer(connection));
    const client = this.#client = new ReconnectingWebSocket("wss://server.example/feed", {
      sources,
      trace: onRecord,
      heartbeat: {
        message: PROBE,
        isReply: (data) => data === PROBE,
        intervalMs: 10_000,
        timeoutMs: 5_000,
      },
    });
    client.addEventListener("statechange", () => this.#dueAtMs = null);
    client.addEventListener("open", () => this.#connections++);
    client.addEventListener("message", () => this.#received++);
    client.addEventListener("retry", ({ delayMs }) => this.#dueAtMs = this.nowMs + delayMs);
  }

  /** Virtual time in milliseconds. */
  get nowMs(): number {
    return this.#world.clock.elapsedMs;
  }

  get status(): Status {
    const { attempt, bufferedAmount, state } = this.#client;
    return {
      state,
      attempt,
      waitMs: this.#dueAtMs === null ? null : Math.max(0, this.#dueAtMs - this.nowMs),
      connections: this.#connections,
      sent: this.#sent,
      queuedBytes: bufferedAmount,
      received: this.#received,
      isOver: state === "closed",
    };
  }

  advance(ms: number): void {
    this.#world.clock.tick(ms);
  }

  /** Every connection vanishes without a close frame. */
  kill(): void {
    this.#each((connection) => connection.drop());
  }

  /** Every connection stays up, and nothing passes. */
  freeze(): void {
    this.#each((connection) => connection.stall());
  }

  close(code: number, reason: string): void {
    this.#each((connection) => {
      if (connection.readyState === 1) connection.close(code, reason);
    });
  }

  hint(hint: "online" | "offline" | "wake"): void {
    this.#world.network[hint]();
  }

  /** The client's host sleeps: time passes, and its timers fire late. */
  sleep(ms: number): void {
    this.#world.clock.sleep(ms);
    this.advance(0);
  }

  send(): void {
    if (this.#client.send(`message ${this.#sent + 1}`)) this.#sent++;
  }

  retry(): void {
    const { readyState, CLOSING } = this.#client;
    if (readyState < CLOSING) this.#client.reconnect();
  }

  end(): void {
    this.#client.close();
    this.advance(0);
  }

  #each(act: (connection: FakeConnection) => void): void {
    for (const connection of this.#world.network.connections.filter((it) => !it.isOver)) {
      act(connection);
    }
  }

  #answer(connection: FakeConnection): void {
    const { clock } = this.#world;
    const { mode } = this;
    connection.onReceive((data) => {
      if (typeof data === "string") clock.plan(() => echo(connection, data), LATENCY_MS);
    });
    clock.plan(() => {
      if (connection.readyState !== 0) return;
      if (mode === "up") connection.accept();
      if (mode === "refuses") connection.refuse();
    }, LATENCY_MS);
  }
}

function echo(connection: FakeConnection, data: string): void {
  if (connection.readyState === 1) connection.send(data);
}
