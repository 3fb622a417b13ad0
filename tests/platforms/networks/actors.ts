/**
 * The processes of a scenario: clients, and servers that may be killed and started again.
 *
 * @module
 */

import type { Running } from "../runtimes/processes.ts";
import { bun, modulesOf, nodeOf, tools } from "../runtimes/runners.ts";
import type { Scope } from "./scope.ts";

const here = (name: string): string => new URL(name, import.meta.url).pathname;

/** A line that a process printed about what happened to it. */
export interface Seen {
  readonly atMs: number;
  readonly type: string;
  readonly data?: string;
  readonly code?: number;
  readonly delayMs?: number;
  readonly error?: string;
  readonly text?: string;
  readonly socket?: number;
  readonly connection?: number;
  readonly path?: string;
  readonly wasClean?: boolean;
  readonly willRetry?: boolean;
  readonly undelivered?: readonly string[];
}

/** Where a process runs: `ip netns exec NAME`, or nothing. */
export type Prefix = readonly string[];

/** The client of one runtime. */
export interface Runtime {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly client: string;
}

/** Both are tried wherever that costs nothing: their sockets tell the same loss in different ways. */
export const runtimes: readonly Runtime[] = [
  {
    name: "deno",
    program: Deno.execPath(),
    args: ["run", "-A", "--quiet"],
    client: new URL("../../../mod.ts", import.meta.url).href,
  },
  {
    name: "node-24",
    program: nodeOf("node-24"),
    args: [],
    client: `file://${tools}/holdfast.bundle.mjs`,
  },
];

/** What {@linkcode runtimes}, and the server, need. */
export const ACTORS = [nodeOf("node-24"), "setpriv", `${modulesOf("base")}/ws/package.json`];

const READY_MS = 20_000;
const LAST_WORDS = 12;

/** Null for what is no line of JSON: other output, or the last words of what was killed. */
export function parseLine(line: string): Seen | null {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Collects what a process prints. */
export function collect(scope: Scope, name: string, running: Running): Seen[] {
  const into: Seen[] = [];
  (async (): Promise<void> => {
    for await (const line of running.lines) {
      const seen = parseLine(line);
      if (seen) into.push(seen);
    }
  })();
  scope.witness(() => {
    const told = into.filter(({ type }) => type !== "trace").slice(-LAST_WORDS);
    return [`${name}:`, ...told.map((seen) => `  ${JSON.stringify(seen)}`)].join("\n");
  });
  return into;
}

/** A client in a process of its own. */
export class Agent {
  readonly name: string;
  readonly seen: readonly Seen[];
  readonly #scope: Scope;
  readonly #running: Running;

  constructor(scope: Scope, name: string, running: Running) {
    this.#scope = scope;
    this.name = name;
    this.#running = running;
    this.seen = collect(scope, name, running);
  }

  /** What of one type was seen since an instant. */
  all(type: string, sinceMs = 0): readonly Seen[] {
    return this.seen.filter((seen) => seen.type === type && seen.atMs >= sinceMs);
  }

  /** Waits for the first of a type since an instant. */
  first(type: string, sinceMs: number, withinMs: number): Promise<Seen> {
    return this.#scope.until(
      `'${type}' at ${this.name}`,
      withinMs,
      () => this.all(type, sinceMs)[0] ?? null,
    );
  }

  /** Sends the next numbers. */
  send(count: number): Promise<void> {
    return this.#running.write(`send ${count}\n`);
  }

  /** Ends the client. */
  close(): Promise<void> {
    return this.#running.write("close\n");
  }
}

/** What a client is made with. */
export interface AgentJob {
  /** Ends with a slash: the name of the client follows, by which a server tells them apart. */
  readonly url: string;
  readonly delayMs: number;
  readonly options?: object;
}

/** Starts a client; it need not be able to connect. */
export function startAgent(
  scope: Scope,
  { name, program, args, client }: Runtime,
  { url, ...rest }: AgentJob,
  { prefix = [], env = {} }: { prefix?: Prefix; env?: Record<string, string> } = {},
): Agent {
  const script = here("agent.mjs");
  const job = { ...rest, url: url + name, client };
  const command = [...prefix, program, ...args, script, JSON.stringify(job)];
  return new Agent(scope, name, scope.start(command, env));
}

/** Starts one client in each runtime, and waits until all are open. */
export async function openAgents(
  scope: Scope,
  job: AgentJob,
  prefix: Prefix = [],
): Promise<readonly Agent[]> {
  const agents = runtimes.map((runtime) => startAgent(scope, runtime, job, { prefix }));
  await Promise.all(agents.map((agent) => agent.first("open", 0, READY_MS)));
  return agents;
}

/** A server that dies by force and comes back on its port. */
export class Server {
  readonly #lives: Seen[][] = [];
  readonly #scope: Scope;
  readonly #command: readonly string[];
  readonly #isReady: (seen: readonly Seen[]) => boolean;
  #running: Running | undefined;

  /** @param isReady Whether it listens; without it, it says so itself. */
  constructor(scope: Scope, command: readonly string[], isReady?: () => boolean) {
    this.#scope = scope;
    this.#command = command;
    this.#isReady = isReady ?? ((seen): boolean => seen.some(({ type }) => type === "listening"));
  }

  /** Starts it, and waits until it listens. */
  async start(): Promise<void> {
    const running = this.#running = this.#scope.start(this.#command);
    const seen = collect(this.#scope, "server", running);
    this.#lives.push(seen);
    await this.#scope.until("the server listens", READY_MS, () => this.#isReady(seen));
  }

  /** What each life saw. */
  get lives(): readonly (readonly Seen[])[] {
    return this.#lives;
  }

  /** How many of a type were seen since an instant, in all lives. */
  all(type: string, sinceMs = 0): readonly Seen[] {
    return this.#lives.flat().filter((seen) => seen.type === type && seen.atMs >= sinceMs);
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    if (!this.#running) return;
    Deno.kill(this.#running.pid, "SIGKILL");
    await this.#running.ended;
    this.#running = undefined;
  }
}

/** Whether a port of this host, in hexadecimal in /proc/net/tcp, is listened on. */
export function isListening(port: number): boolean {
  const address = `:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 0A`;
  return Deno.readTextFileSync("/proc/net/tcp").includes(address);
}

/** The echo server in the runtime that it is written for. */
export function echoServer(
  scope: Scope,
  { kind = "ws", host = "127.0.0.1", port, prefix = [], tls = [] }: {
    kind?: "ws" | "deno" | "bun";
    host?: string;
    port: number;
    prefix?: Prefix;
    /** The files of the certificate and its key. */
    tls?: readonly string[];
  },
): Server {
  const programs = {
    ws: [nodeOf("node-24")],
    deno: [Deno.execPath(), "run", "-A", "--quiet"],
    bun: [bun],
  };
  const args = [kind, host, `${port}`, `${tools}/base`, ...tls];
  return new Server(scope, [...prefix, ...programs[kind], here("echo_server.mjs"), ...args]);
}
