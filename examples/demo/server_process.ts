import { lines } from "./lines.ts";

const PROGRAM = new URL("./server.ts", import.meta.url).href;

/**
 * A port that is free now and will be while the server is down: systems give clients ports from
 * above (Linux: from 32768), and one of those could take it.
 */
function freePort(): number {
  for (let tries = 100;; tries--) {
    const port = 10_000 + Math.floor(Math.random() * 22_768);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (cause) {
      if (tries === 1) throw new Error("Cannot find a free port", { cause });
    }
  }
}

/** The server's process, as often as it is started: always at the same port, one at a time. */
export class ServerProcess {
  readonly #port = freePort();
  #process: Deno.ChildProcess | undefined;
  /** Resolves when everything that the process wrote was read. */
  #logged: Promise<void> | undefined;
  readonly #connections: number[][] = [];
  #plain = 0;

  /** The numbers that the servers read, one list for each connection. */
  get logged(): readonly (readonly number[])[] {
    return this.#connections;
  }

  /** How many messages of a plain WebSocket the servers read. */
  get plain(): number {
    return this.#plain;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}/`;
  }

  /**
   * Starts a server, and waits until it listens.
   *
   * @param turnAwayCode The close code for every client; 0 to welcome them.
   * @returns What there is to say about it.
   */
  async start(turnAwayCode = 0): Promise<string> {
    const permission = "--allow-net=127.0.0.1";
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", permission, PROGRAM, `${this.#port}`, `${turnAwayCode}`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#process = process;
    await new Promise<void>((resolve, reject) => {
      this.#logged = this.#read(process.stdout, resolve).then(() =>
        reject(new Error("Cannot start the server as it must listen: it ended"))
      );
    });
    return `listens on port ${this.#port}, process ${process.pid}`;
  }

  /** Makes the server close every connection. */
  async close(code: number, reason: string): Promise<void> {
    const writer = this.#process?.stdin.getWriter();
    await writer?.write(new TextEncoder().encode(`close ${code} ${reason}\n`));
    writer?.releaseLock();
  }

  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Kills the server, also a frozen one, and waits until nothing is left of it, its last words read. */
  async kill(): Promise<void> {
    const process = this.#process;
    if (!process) return;
    this.#process = undefined;
    try {
      process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await Promise.all([process.status, this.#logged, process.stdin.close().catch(() => {})]);
  }

  async #read(
    stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
    listening: () => void,
  ): Promise<void> {
    const earlier = this.#connections.length;
    for await (const line of lines(stdout)) {
      const [what, first, second] = line.split(" ");
      if (what === "listening") listening();
      else if (what === "plain") this.#plain++;
      else (this.#connections[earlier + Number(first) - 1] ??= []).push(Number(second));
    }
  }
}
