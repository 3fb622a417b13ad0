/**
 * Processes: the contestants', each a fresh one, and their servers'.
 *
 * @module
 */

import type { Name } from "./contestants.ts";
import type { Figures } from "./measure/tools.ts";
import type { Rounds } from "./results.ts";
import type { Row, Runtime } from "./rows.ts";

/** No measurement takes as long; one that does is stopped and counts as failed. */
const LIMIT_MS = 90_000;

/** How long the server of `restart` is away. */
const RESTART_MS = 1_000;

/** The runtimes found here, and the bundle that all of them run. */
export interface Lab {
  readonly runtimes: ReadonlyMap<Runtime, { readonly path: string; readonly version: string }>;
  readonly script: string;
}

/** Finds the runtimes on the PATH, and bundles the contestants once. */
export async function setUpLab(): Promise<Lab> {
  const runtimes = new Map<Runtime, { path: string; version: string }>();
  runtimes.set("deno", { path: Deno.execPath(), version: Deno.version.deno });
  for (const name of ["node", "bun"] as const) {
    try {
      const { success, stdout } = await new Deno.Command(name, { args: ["--version"] }).output();
      const version = new TextDecoder().decode(stdout).trim().replace(/^v/, "");
      // Older Nodes have no WebSocket, or no CloseEvent.
      const isNew = name === "bun" || parseInt(version) >= 24;
      if (success && isNew) runtimes.set(name, { path: name, version });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  const script = await Deno.makeTempFile({ suffix: ".mjs" });
  const entry = new URL("./child.ts", import.meta.url).pathname;
  // For browsers, as all clients are to stand on the WebSocket that the runtime has, and on no other.
  const args = ["bundle", "--quiet", "--platform=browser", `--output=${script}`, entry];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return { runtimes, script };
}

/** Measures every contestant of a row, in rounds: A B C A B C. */
export async function measureRow(
  row: Row,
  runtime: Runtime,
  lab: Lab,
  progress: (text: string) => void,
): Promise<Rounds> {
  const rounds = new Map<string, Figures[]>(row.contestants.map((name) => [name, []]));
  for (let round = 1; round <= row.rounds; round++) {
    for (const name of row.contestants) {
      progress(`round ${round}/${row.rounds} ${name}`);
      const figures = await measureOnce(row, runtime, lab, name);
      if (figures) rounds.get(name)?.push(figures);
      else console.error(`${row.name} ${runtime} ${name}: no result`);
    }
  }
  return rounds;
}

/** A fresh process and a fresh server; the process may print "restart" to have the server restarted. */
async function measureOnce(
  row: Row,
  runtime: Runtime,
  lab: Lab,
  name: Name,
): Promise<Figures | null> {
  const port = freePort();
  await using stack = new AsyncDisposableStack();
  let server = row.server && stack.use(await startServer(row.server, port));
  const contestant = stack.use(startContestant(lab, runtime, row.name, name, port));
  for (;;) {
    const line = await contestant.line();
    if (line !== "restart" || !row.server) return line === null ? null : JSON.parse(line);
    await server?.[Symbol.asyncDispose]();
    await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
    server = stack.use(await startServer(row.server, port));
  }
}

function startContestant(
  lab: Lab,
  runtime: Runtime,
  measurement: string,
  contestant: Name,
  port: number,
): LineProcess {
  const flags = {
    deno: ["run", "--allow-all", "--no-check", "--v8-flags=--expose-gc"],
    node: ["--expose-gc"],
    bun: ["run"],
  }[runtime];
  const path = lab.runtimes.get(runtime)?.path ?? runtime;
  return new LineProcess(path, [...flags, lab.script, measurement, contestant, `${port}`]);
}

/** Starts a server, and waits until it listens. */
async function startServer(mode: string, port: number): Promise<LineProcess> {
  const script = new URL("./server.ts", import.meta.url).href;
  const server = new LineProcess(Deno.execPath(), ["run", "--allow-net", script, mode, `${port}`]);
  if (await server.line() !== "ready") throw new Error(`Cannot serve '${mode}' on port ${port}`);
  return server;
}

/** A port of this host that nothing listens on. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A process whose lines can be waited for. */
class LineProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string, void>;

  constructor(path: string, args: readonly string[]) {
    this.#child = new Deno.Command(path, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#lines = this.#read();
  }

  async *#read(): AsyncGenerator<string, void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  }

  /** The next line; null when the process ended, or was too slow, before it came. */
  async line(): Promise<string | null> {
    const deadline = setTimeout(() => this.#kill(), LIMIT_MS);
    const { value } = await this.#lines.next();
    clearTimeout(deadline);
    return value ?? null;
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  /** Ends the process at once, as a crash does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
    await this.#child.status;
    // What it still printed is read, so that no pipe stays open.
    while (await this.line() !== null);
  }
}
