/** The demo's processes: servers that are killed, frozen and made to leave, and a Redis if there is one. */

interface Running {
  readonly child: Deno.ChildProcess;
  readonly port: number;
  isUp: boolean;
}

/** Servers side by side, each in its place. */
export class Servers implements AsyncDisposable {
  readonly #store: string;
  readonly #file: string;
  readonly #running: (Running | undefined)[] = [];
  #started = 0;

  constructor(store: string, file: string) {
    this.#store = store;
    this.#file = file;
  }

  /** The ports of those that take connections. */
  get ports(): number[] {
    return this.#running.flatMap((server) => server?.isUp ? [server.port] : []);
  }

  /** Starts the server of a place. */
  async start(place: number): Promise<void> {
    const port = freePort();
    const name = `${"AB"[place]}${this.#started++}`;
    const script = new URL("./server.ts", import.meta.url).href;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "-q", script, `${port}`, name, this.#store, this.#file],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#running[place] = { child, port, isUp: false };
    const reader = child.stdout.getReader();
    await reader.read();
    // Nothing more is said; a pipe that is not read would be left open.
    reader.cancel();
    const running = this.#running[place];
    if (running?.child === child) running.isUp = true;
  }

  /** Ends a server, and starts another one in its place a little later. */
  async restart(place: number, signal: "SIGKILL" | "SIGTERM", pauseMs: number): Promise<void> {
    const server = this.#running[place];
    if (!server) return;
    server.isUp = false;
    server.child.kill(signal);
    await server.child.status;
    await delay(pauseMs);
    await this.start(place);
  }

  /** Stops a server in its tracks, and lets it go on as if nothing had happened. */
  async freeze(place: number, ms: number): Promise<void> {
    const server = this.#running[place];
    if (!server) return;
    server.isUp = false;
    server.child.kill("SIGSTOP");
    await delay(ms);
    server.child.kill("SIGCONT");
    server.isUp = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#running) {
      if (!server) continue;
      try {
        server.child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await server.child.status;
    }
  }
}

/** A Redis of the demo's own, if one is installed. */
export class RedisProcess implements AsyncDisposable {
  readonly port: number;
  readonly #child: Deno.ChildProcess;

  constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** @param extra Arguments beside those that keep it to this machine and this folder. */
  static async start(
    folder: string,
    port: number = freePort(),
    extra: readonly string[] = [],
  ): Promise<RedisProcess | null> {
    const own = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--dir", folder];
    const args = [...own, ...extra];
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command("redis-server", { args, stdin: "null", stdout: "null" }).spawn();
    } catch {
      return null;
    }
    for (let attempt = 0; attempt < 100; attempt++) {
      try {
        (await Deno.connect({ port, hostname: "127.0.0.1" })).close();
        return new RedisProcess(child, port);
      } catch {
        await delay(20);
      }
    }
    child.kill("SIGKILL");
    await child.status;
    throw new Error("Cannot play the demo as Redis must answer within 2 s");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function freePort(): number {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  return port;
}
