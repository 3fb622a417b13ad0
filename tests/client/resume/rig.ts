/** A session's client on fakes, with a server that speaks resume.v1 by hand. */

import { assertExists } from "@std/assert";
import {
  ackFrame,
  controlFrame,
  type Hello,
  isOfClient,
  type Lost,
  type Ok,
  parse,
} from "../../../lib/resume/frames.ts";
import {
  ResumableWebSocket,
  type ResumableWebSocketOptions,
  type SessionLostEvent,
} from "../../../lib/resume/mod.ts";
import {
  type FakeClock,
  type FakeConnection,
  type FakeNetwork,
  fakeWorld,
} from "../../../lib/testing/mod.ts";

/** The server's side of the newest connection. */
export class Peer {
  readonly #network: FakeNetwork;

  constructor(network: FakeNetwork) {
    this.#network = network;
  }

  get connection(): FakeConnection {
    const connection = this.#network.connections.at(-1);
    assertExists(connection);
    return connection;
  }

  get hello(): Hello {
    const frames = this.connection.received.map((raw) => parse(raw, isOfClient));
    return frames.findLast(({ t }) => t === "hello") as Hello;
  }

  /** What came on the connection after its last hello, control frames in short. */
  get frames(): unknown[] {
    const frames = this.connection.received.map((raw) => parse(raw, isOfClient));
    return frames.slice(frames.findLastIndex(({ t }) => t === "hello") + 1).map((frame) =>
      frame.t === "data" ? frame.data : frame.t === "ack" ? `ack ${frame.rx}` : frame.t
    );
  }

  ok(given: Partial<Ok> = {}): void {
    const fields = { rx: 0, new: this.hello.new, ttl: 1_000, max: 1_000_000, ...given };
    this.connection.send(controlFrame({ t: "ok", ...fields }));
  }

  lost(why: Lost["why"], rx?: number): void {
    this.connection.send(controlFrame({ t: "lost", why, ...(rx !== undefined && { rx }) }));
  }

  ack(rx: number): void {
    this.connection.send(ackFrame(rx));
  }

  /** Accepts the connection and attaches the session. */
  open(given: Partial<Ok> = {}): void {
    this.connection.accept();
    this.ok(given);
  }
}

export interface SessionRig {
  readonly ws: ResumableWebSocket;
  readonly clock: FakeClock;
  readonly network: FakeNetwork;
  readonly peer: Peer;
  /** What the user sees, oldest first. */
  readonly log: string[];
  read(): string[];
}

/** Delays of the reconnections, in milliseconds. */
export const DELAY_MS = 100;

export function sessionRig(options: ResumableWebSocketOptions = {}): SessionRig {
  const { clock, network, sources } = fakeWorld();
  const ws = new ResumableWebSocket("wss://example.com/", {
    backoff: () => DELAY_MS,
    ...options,
    sources: { ...sources, ...options.sources },
  });
  const log = recordOf(ws);
  return { ws, clock, network, peer: new Peer(network), log, read: () => log.splice(0) };
}

/** Writes down what a user of sessions listens to. */
export function recordOf(ws: ResumableWebSocket): string[] {
  const log: string[] = [];
  ws.addEventListener("open", () => log.push(ws.resumed ? "open resumed" : "open"));
  ws.addEventListener("message", ({ data }) => log.push(`message ${data}`));
  ws.addEventListener("drop", ({ data, error }) => log.push(`drop ${data} ${error.code}`));
  ws.addEventListener("close", ({ code, willRetry }) => {
    log.push(`close ${code}${willRetry ? "" : " for good"}`);
  });
  ws.addEventListener("lost", (event) => log.push(lostLine(event)));
  return log;
}

export function lostLine({ why, unacked, isExact }: SessionLostEvent): string {
  return `lost ${why} [${unacked}] ${isExact ? "exact" : "in doubt"}`;
}
