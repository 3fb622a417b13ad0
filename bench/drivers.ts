/**
 * How the rows are driven: process after process, or against a server that goes away.
 *
 * @module
 */

import type { Name } from "./contestants.ts";
import { freePort, type Lab, startContestant, startServer } from "./processes.ts";
import type { Figures } from "./results.ts";
import type { Row, Runtime } from "./rows.ts";

type Metrics = Record<string, number>;

/** How long the server of `outage` is away. */
const OUTAGE_MS = 10_000;

/** How long the server of `restart` is away. */
const RESTART_MS = 1_000;

/** Measures every contestant of a row, in rounds: A B C A B C. */
export async function measureRow(
  row: Row,
  runtime: Runtime,
  lab: Lab,
  progress: (text: string) => void,
): Promise<Figures> {
  const figures = new Map<Name, Metrics[]>(row.contestants.map((name) => [name, []]));
  for (let round = 1; round <= row.rounds; round++) {
    const note = (name: string): void => progress(`round ${round}/${row.rounds} ${name}`);
    const measured = row.driver === "outage"
      ? await surviveOutage(row, runtime, lab, note)
      : await measureEach(row, runtime, lab, note);
    for (const [name, metrics] of measured) figures.get(name)?.push(metrics);
  }
  return figures;
}

async function measureEach(
  row: Row,
  runtime: Runtime,
  lab: Lab,
  note: (name: string) => void,
): Promise<Map<Name, Metrics>> {
  const measured = new Map<Name, Metrics>();
  const port = freePort();
  await using _server = row.server ? await startServer(row.server, port) : null;
  for (const name of row.contestants) {
    note(name);
    const metrics = row.driver === "restart"
      ? await surviveRestart(row, runtime, lab, name)
      : await measureOnce(row, runtime, lab, name, port);
    if (metrics) measured.set(name, metrics);
    else console.error(`${row.name} ${runtime} ${name}: no result`);
  }
  return measured;
}

async function measureOnce(
  row: Row,
  runtime: Runtime,
  lab: Lab,
  name: Name,
  port: number,
): Promise<Metrics | null> {
  await using child = startContestant(lab, runtime, row.name, name, port);
  const line = await child.line();
  return line === null ? null : JSON.parse(line);
}

/** Seconds from the server's return until each contestant is open. All wait at once: they only sleep. */
async function surviveOutage(
  row: Row,
  runtime: Runtime,
  lab: Lab,
  note: (name: string) => void,
): Promise<Map<Name, Metrics>> {
  const port = freePort();
  await using stack = new AsyncDisposableStack();
  const server = await startServer("accept", port);
  const children = row.contestants.map((name) => {
    const child = stack.use(startContestant(lab, runtime, "outage", name, port));
    return [name, child] as const;
  });
  for (const [, child] of children) await child.line();
  // Long enough for every contestant to call the connection stable.
  note("stable");
  await pause(6_000);
  await server[Symbol.asyncDispose]();
  note("outage");
  await pause(OUTAGE_MS);
  stack.use(await startServer("accept", port));
  const start = performance.now();
  note("recovery");
  const measured = new Map<Name, Metrics>();
  await Promise.all(children.map(async ([name, child]) => {
    if (await child.line() === null) return;
    measured.set(name, { seconds: (performance.now() - start) / 1e3 });
  }));
  return measured;
}

async function surviveRestart(
  row: Row,
  runtime: Runtime,
  lab: Lab,
  name: Name,
): Promise<Metrics | null> {
  const port = freePort();
  await using stack = new AsyncDisposableStack();
  const server = await startServer("accept", port);
  const child = stack.use(startContestant(lab, runtime, row.name, name, port));
  let line: string | null = null;
  while (line !== "restart") {
    line = await child.line();
    if (line === null) break;
  }
  await server[Symbol.asyncDispose]();
  if (line === null) return null;
  await pause(RESTART_MS);
  stack.use(await startServer("accept", port));
  const result = await child.line();
  return result === null ? null : JSON.parse(result);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
