/**
 * Scenarios of hosts: one that sleeps while its connection lives (a process that is stopped stands for
 * it), and addresses: a name that is found in the end, and a literal of IPv6.
 *
 * @module
 */

import { bun, tools } from "../runtimes/runners.ts";
import { freePort } from "../ports.ts";
import type { Running } from "../runtimes/processes.ts";
import { ACTORS, echoServer, type Runtime, runtimes } from "./actors.ts";
import type { Scenario } from "./scenario.ts";
import { expect, type Scope } from "./scope.ts";

const DEADLINE_MS = 500;
/** How long the host sleeps. */
const SLEEP_MS = 2_500;
/** So long it must go on well after it woke. */
const AWAKE_MS = 2_000;
/** Longer than a dial takes to leave, shorter than the deadline. */
const ACCEPT_MS = 200;
const WAIT_MS = 20_000;

const client = new URL("hosts_client.mjs", import.meta.url).pathname;

/** Starts a client; returns what it prints, and how to wait for more. */
function startClient(scope: Scope, runtime: Runtime, urls: readonly string[], options: object): {
  readonly running: Running;
  readonly lines: readonly string[];
  until(line: string): Promise<void>;
} {
  const { program, args } = runtime;
  const job = JSON.stringify({ client: runtime.client, urls, options });
  const running = scope.start([program, ...args, client, job]);
  const lines: string[] = [];
  (async (): Promise<void> => {
    for await (const line of running.lines) lines.push(line);
  })();
  scope.witness(() => `${runtime.name}: ${lines.join(", ")}`);
  return {
    running,
    lines,
    async until(line): Promise<void> {
      await scope.until(`'${line}' of ${runtime.name}`, WAIT_MS, () => lines.includes(line));
    },
  };
}

async function sleep(scope: Scope, { pid }: Running): Promise<void> {
  Deno.kill(pid, "SIGSTOP");
  await scope.sleep(SLEEP_MS);
  Deno.kill(pid, "SIGCONT");
}

/** The host sleeps over interval and timeout, and its server lives. */
async function playOpen(scope: Scope, runtime: Runtime): Promise<string> {
  const port = freePort();
  await echoServer(scope, { port }).start();
  const heartbeat = { intervalMs: DEADLINE_MS, timeoutMs: DEADLINE_MS, message: "ping" };
  const it = startClient(scope, runtime, [`ws://127.0.0.1:${port}/`], { heartbeat });
  await it.until("message ping");
  await sleep(scope, it.running);
  await scope.sleep(AWAKE_MS);
  const others = it.lines.filter((line) => !line.startsWith("message"));
  expect(others.toSorted().join() === "dialled,open", `${runtime.name} keeps it: ${others}`);
  return "a live connection is kept over a sleep of five deadlines";
}

/** The host sleeps over the deadline of a dial, whose server accepts it meanwhile. */
async function playDial(scope: Scope, runtime: Runtime): Promise<string> {
  const end = new AbortController();
  // Not shutdown(), which waits for what clients hold open.
  scope.defer(() => end.abort());
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: end.signal },
    async (request) => {
      await scope.sleep(ACCEPT_MS);
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }): void => socket.send(data);
      return response;
    },
  );
  const urls = [`ws://127.0.0.1:${server.addr.port}/`];
  const it = startClient(scope, runtime, urls, { connectTimeoutMs: DEADLINE_MS });
  await it.until("dialled");
  await sleep(scope, it.running);
  await it.until("message hello");
  expect(it.lines.join() === "dialled,open,message hello", `${runtime.name}: ${it.lines}`);
  return "a handshake that was accepted during a sleep of five deadlines opens";
}

/** A name that nobody knows is a failed attempt each time, and no more; then there is an address. */
async function playAddress(scope: Scope, runtime: Runtime): Promise<string> {
  const port = freePort();
  await echoServer(scope, { host: "::1", port }).start();
  const unknown = "ws://no-such-host.invalid/";
  const it = startClient(scope, runtime, [unknown, unknown, `ws://[::1]:${port}/`], {});
  await it.until("message hello");
  const seen = it.lines.filter((line) => line !== "dialled");
  expect(
    seen.join() === "connect-failed,connect-failed,open,message hello",
    `${runtime.name} fails twice and opens: ${seen}`,
  );
  return "two names that do not resolve, then [::1]";
}

const SCENARIOS: Readonly<Record<string, (scope: Scope, runtime: Runtime) => Promise<string>>> = {
  "sleep-open": playOpen,
  "sleep-dial": playDial,
  "address": playAddress,
};

/** A row for each scenario and runtime. */
export const hosts: readonly Scenario[] = Object.entries(SCENARIOS).flatMap(([name, play]) =>
  [
    ...runtimes,
    { name: "bun", program: bun, args: [], client: `file://${tools}/holdfast.bundle.mjs` },
  ].map((runtime) => ({
    name: `${name}-${runtime.name}`,
    needs: [...ACTORS, runtime.program],
    install: "node-24 bun networks",
    play: (scope: Scope): Promise<string> => play(scope, runtime),
  }))
);
