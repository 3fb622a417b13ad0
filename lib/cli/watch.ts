/**
 * Watching a server: shows what comes and what happens, sends what is typed.
 *
 * @module
 */

import {
  type ReconnectingCloseEvent,
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
  type Sources,
  type TraceRecord,
} from "../../mod.ts";
import type { WatchCommand } from "./arguments.ts";
import { Misuse } from "./flags.ts";
import { formatHappening, type Happening, happeningToJson } from "./happening.ts";
import type { Host, Sink } from "./host.ts";
import { painter } from "./paint.ts";
import { edit, LineReader, Screen } from "./screen.ts";
import { sizeOf } from "./show.ts";
import { Tally } from "./tally.ts";

const TICK_MS = 250;

/**
 * Watches until the user, `--count` or the client ends it.
 *
 * @returns 0 if the client did not give up, else 1.
 * @throws {Misuse} An argument that only the client can judge, or a file that cannot be written.
 */
export async function watch(command: WatchCommand, host: Host): Promise<number> {
  if (!host.sources.WebSocket && typeof WebSocket !== "function") {
    throw new Misuse("Cannot watch as the platform must have a WebSocket: Node has, from 22 on");
  }
  const sink = command.trace === null ? null : await openTrace(host, command.trace);
  try {
    return await new Watch(command, host, sink).run();
  } finally {
    sink?.close();
  }
}

async function openTrace(host: Host, path: string): Promise<Sink> {
  try {
    return await host.openFile(path);
  } catch (error) {
    throw new Misuse(`Cannot watch as '--trace' must be writable: ${messageOf(error)}`);
  }
}

class Watch {
  readonly #command: WatchCommand;
  readonly #host: Host;
  readonly #screen: Screen;
  readonly #paint: ReturnType<typeof painter>;
  readonly #client: ReconnectingWebSocket;
  readonly #tally: Tally;
  readonly #lines = new LineReader();
  readonly #isRaw: boolean;
  /** The attempt under way, or the last one: by the time that its end is dispatched, the client counts on. */
  #attempt = 0;
  #dueAtMs: number | null = null;
  #ticker: unknown;

  constructor(command: WatchCommand, host: Host, sink: Sink | null) {
    this.#command = command;
    this.#host = host;
    this.#isRaw = host.isInteractive && !command.isJson;
    this.#paint = painter(host.hasColors);
    this.#screen = new Screen(host, this.#paint, this.#isRaw);
    this.#tally = new Tally(host.clock.now());
    this.#client = this.#connect(sink);
    this.#client.binaryType = "arraybuffer";
    this.#listen();
    this.#note({ type: "connecting", attempt: 0, url: withoutSecrets(command.url) });
  }

  async run(): Promise<number> {
    const { clock, onInput, onStop } = this.#host;
    const stopReading = onInput((text) => this.#read(text), this.#isRaw);
    const stopListening = onStop(() => this.#client.close(1000));
    try {
      const { error, undelivered } = await this.#client.closed;
      const totals = this.#tally.total(clock.now(), undelivered.length);
      this.#screen.status = "";
      this.#note({ type: "end", error: error?.code ?? null, totals });
      return error === null ? 0 : 1;
    } finally {
      clock.clearTimeout(this.#ticker);
      this.#screen.close();
      stopReading();
      stopListening();
    }
  }

  #connect(sink: Sink | null): ReconnectingWebSocket {
    const { headers, heartbeat, maxAttempts, protocols, url } = this.#command;
    const options: ReconnectingWebSocketOptions = {
      maxAttempts,
      protocols: [...protocols],
      sources: { ...this.#host.sources, ...withHeaders(headers, this.#host.sources) },
    };
    if (sink) options.trace = (record: TraceRecord) => sink.write(`${JSON.stringify(record)}\n`);
    if (heartbeat) {
      const { intervalMs, message, timeoutMs } = heartbeat;
      options.heartbeat = {
        ...intervalMs !== null && { intervalMs },
        ...timeoutMs !== null && { timeoutMs },
        ...message !== null && { message },
      };
    }
    try {
      return new ReconnectingWebSocket(url, options);
    } catch (error) {
      throw new Misuse(messageOf(error));
    }
  }

  #listen(): void {
    const client = this.#client;
    const now = (): number => this.#host.clock.now();
    client.addEventListener("statechange", ({ state, previous }) => {
      if (state === "connecting" && previous !== "connecting") {
        this.#attempt = client.attempt;
        const url = withoutSecrets(client.url);
        this.#note({ type: "connecting", attempt: this.#attempt, url });
      }
      this.#dueAtMs = null;
      this.#update();
    });
    client.addEventListener("open", ({ attempt }) => {
      const { protocol } = client;
      const downMs = this.#tally.opened(now());
      const { connections: connection } = this.#tally;
      this.#note({ type: "open", connection, attempt, protocol, downMs });
    });
    client.addEventListener("message", ({ data }) => {
      if (this.#tally.received >= this.#command.count) return;
      this.#tally.receive(sizeOf(data));
      this.#note({ type: "message", data });
      if (this.#tally.received >= this.#command.count) client.close(1000);
    });
    client.addEventListener("close", (event) => this.#noteEnd(event));
    client.addEventListener("retry", ({ attempt, delayMs }) => {
      this.#note({ type: "retry", attempt, delayMs: Math.round(delayMs) });
      this.#dueAtMs = now() + delayMs;
      this.#update();
    });
    client.addEventListener("drop", ({ data, error }) => {
      this.#note({ type: "unsent", data, why: error.code });
    });
  }

  #noteEnd({ code, reason, error, willRetry }: ReconnectingCloseEvent): void {
    const openMs = this.#tally.ended(this.#host.clock.now(), willRetry);
    const attempt = this.#attempt;
    const end = { code, reason, error: error?.code ?? null, cause: causeOf(error) };
    if (openMs !== null) {
      const { connections: connection } = this.#tally;
      this.#note({ type: "lost", connection, openMs, ...end });
    } else if (error !== null) {
      this.#tally.fail();
      this.#note({ type: "failed", attempt, ...end });
    }
  }

  #note(happening: Happening): void {
    const { clock, columns } = this.#host;
    const layout = { columns: columns(), paint: this.#paint };
    this.#screen.print(
      this.#command.isJson
        ? happeningToJson(happening, clock.now())
        : formatHappening(happening, clock.now(), layout),
    );
  }

  #read(text: string | null): void {
    if (!this.#isRaw) return this.#lines.read(text).forEach((line) => this.#enter(line));
    const { typed, lines, isEnd } = edit(this.#screen.typed, text ?? "\u0004");
    this.#screen.typed = typed;
    for (const line of lines) this.#enter(line);
    if (isEnd) this.#client.close(1000);
  }

  /** A line is sent; an empty one ends a wait. */
  #enter(line: string): void {
    const client = this.#client;
    if (line === "") {
      if (client.state === "waiting") client.reconnect();
      return;
    }
    const isQueued = client.state !== "open";
    if (client.send(line)) {
      this.#tally.accept();
      this.#note({ type: "sent", data: line, isQueued });
    } else if (client.state === "closing") {
      this.#note({ type: "unsent", data: line, why: "closing" });
    }
  }

  /** Says on the live line what is waited for. */
  #update(): void {
    const { clock } = this.#host;
    clock.clearTimeout(this.#ticker);
    const { attempt, state } = this.#client;
    if (this.#dueAtMs === null || !this.#isRaw) {
      this.#screen.status = state === "open" ? "" : state;
      return;
    }
    const seconds = Math.max(0, Math.ceil((this.#dueAtMs - clock.now()) / 1_000));
    this.#screen.status = `attempt ${attempt} in ${seconds} s, Enter: now`;
    this.#ticker = clock.setTimeout(() => this.#update(), TICK_MS);
  }
}

/** A class that sends these headers, where the platform's takes them in place of the subprotocols. */
function withHeaders(
  headers: Readonly<Record<string, string>>,
  sources: Partial<Sources>,
): Partial<Sources> {
  const Base = sources.WebSocket ?? globalThis.WebSocket as Sources["WebSocket"] | undefined;
  if (Object.keys(headers).length === 0 || !Base) return {};
  return {
    WebSocket: class extends Base {
      constructor(url: string, protocols: readonly string[]) {
        super(url, { headers, protocols });
      }
    },
  };
}

/** A URL as it may be shown: without credentials and query. */
function withoutSecrets(url: string): string {
  const { host, pathname, protocol } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** What the platform said about a failure, where it says anything. */
function causeOf(error: { readonly cause?: unknown } | null): string {
  const message = (error?.cause as { readonly message?: unknown } | undefined)?.message;
  return typeof message === "string" ? message : "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
