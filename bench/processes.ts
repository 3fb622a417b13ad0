/**
 * Processes: the contestants', each a fresh one, and their servers'.
 */

import { attempt, deno, run } from "../tests/packaging/command.ts";
import { freePort } from "../tests/platforms/ports.ts";
import { type Running, start } from "../tests/platforms/runtimes/processes.ts";
import type { Name } from "./contestants.ts";
import type { Figures } from "./measure/tools.ts";
import type { Rounds } from "./results.ts";
import type { Row, Runtime } from "./rows.ts";

/** No measurement takes as long; one that does is stopped and counts as failed. */
const LIMIT_MS = 90_000;

const FLAGS: Readonly<Record<Runtime, readonly string[]>> = {
  deno: ["run", "--allow-all", "--no-check", "--v8-flags=--expose-gc"],
  node: ["--expose-gc"],
  bun: ["run"],
};

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
  runtimes.set("deno", { path: deno, version: Deno.version.deno });
  for (const name of ["node", "bun"] as const) {
    try {
      const { output, success } = await attempt([name, "--version"]);
      const version = output.trim().replace(/^v/, "");
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
  await run([deno, ...args]);
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
  const command = [lab.runtimes.get(runtime)?.path ?? runtime, ...FLAGS[runtime], lab.script];
  const contestant = stack.use(start([...command, row.name, name, `${port}`]));
  for (;;) {
    const line = await nextLine(contestant);
    if (line !== "restart" || !server || !row.server) return line && JSON.parse(line);
    // As a crash does.
    Deno.kill(server.pid, "SIGKILL");
    await server.ended;
    await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
    server = stack.use(await startServer(row.server, port));
  }
}

/** Starts a server, and waits until it listens. */
async function startServer(mode: string, port: number): Promise<Running> {
  const script = new URL("./server.ts", import.meta.url).href;
  const server = start([deno, "run", "--allow-net", script, mode, `${port}`]);
  if (await nextLine(server) === "ready") return server;
  throw new Error(`Cannot serve '${mode}' on port ${port}: ${server.errors()}`);
}

/** The next line; null, and what went wrong is printed, when the process ended or was too slow. */
async function nextLine(process: Running): Promise<string | null> {
  const deadline = setTimeout(() => Deno.kill(process.pid, "SIGKILL"), LIMIT_MS);
  const { value } = await process.lines.next();
  clearTimeout(deadline);
  if (!value) console.error(process.errors());
  return value ?? null;
}
