/**
 * Processes: the contestants', each a fresh one, and the servers'.
 *
 * @module
 */

import type { Name } from "./contestants.ts";
import type { Runtime } from "./rows.ts";

/** No measurement takes as long; one that does is stopped and counts as failed. */
const LIMIT_MS = 90_000;

/** What V8 is told for single measurements, beside what all are told. */
const V8_FLAGS: Readonly<Record<string, readonly string[]>> = {
  // A young generation that is not collected in the middle of the measurement.
  allocation: youngGeneration(64),
  // Its greatest size from the start. While it grows, the buffers of a round may or may not fit the
  // cache: the same client has one rate or twice that, and more garbage can be the quicker.
  receiveBinary: youngGeneration(16),
  // Code that is compiled meanwhile would count as heap that is left behind.
  reconnections: ["--jitless"],
};

function youngGeneration(mib: number): readonly string[] {
  return [`--min-semi-space-size=${mib}`, `--max-semi-space-size=${mib}`];
}

/** The runtimes found here, and the bundle that all of them run. */
export interface Lab {
  readonly runtimes: ReadonlyMap<Runtime, { readonly path: string; readonly version: string }>;
  readonly script: string;
}

/** Finds the runtimes on the PATH, and bundles the contestants once. */
export async function setUpLab(): Promise<Lab> {
  const runtimes = new Map([["deno", {
    path: Deno.execPath(),
    version: Deno.version.deno,
  }]]) as Map<
    Runtime,
    { path: string; version: string }
  >;
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
  const args = ["bundle", "--quiet", "--platform=deno", `--output=${script}`, entry];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return { runtimes, script };
}

/** A process whose lines can be waited for. */
export class LineProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: string[] = [];
  #isOver = false;
  #wake: () => void = () => {};

  constructor(path: string, args: readonly string[]) {
    this.#child = new Deno.Command(path, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#read();
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#wake();
    }
    this.#isOver = true;
    this.#wake();
  }

  /** The next line; null when the process ended, or `limitMs` passed, before it came. */
  async line(limitMs = LIMIT_MS): Promise<string | null> {
    const deadline = setTimeout(() => {
      this.#isOver = true;
      this.#wake();
    }, limitMs);
    while (!this.#lines.length && !this.#isOver) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    clearTimeout(deadline);
    return this.#lines.shift() ?? null;
  }

  /** Ends the process without a word, as a crash does. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
  }
}

/** Starts the process of a contestant. */
export function startContestant(
  lab: Lab,
  runtime: Runtime,
  measurement: string,
  contestant: Name,
  port: number,
): LineProcess {
  const v8Flags = ["--expose-gc", ...V8_FLAGS[measurement] ?? []];
  const flags = {
    deno: ["run", "--allow-all", "--no-check", `--v8-flags=${v8Flags.join(",")}`],
    node: v8Flags,
    bun: ["run"],
  }[runtime];
  const path = lab.runtimes.get(runtime)?.path ?? runtime;
  return new LineProcess(path, [...flags, lab.script, measurement, contestant, String(port)]);
}

/** Starts a server, and waits until it listens. */
export async function startServer(mode: string, port: number): Promise<LineProcess> {
  const script = new URL("./server.ts", import.meta.url).href;
  const server = new LineProcess(Deno.execPath(), ["run", "--allow-net", script, mode, `${port}`]);
  if (await server.line() !== "ready") throw new Error(`Cannot serve '${mode}' on port ${port}`);
  return server;
}

/** A port of this host that nobody listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
