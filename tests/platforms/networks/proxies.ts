/**
 * Scenarios behind a reverse proxy that ends idle connections.
 *
 * @module
 */

import { ACTORS, type Agent, echoServer, isListening, openAgents, Server } from "./actors.ts";
import { seconds } from "../report.ts";
import type { Scenario } from "./scenario.ts";
import { freePort } from "../ports.ts";
import { expect, type Scope } from "./scope.ts";

const IDLE_MS = 2_000;
const HEARTBEAT = { intervalMs: 500, timeoutMs: 5_000, message: "ping" };
const DELAY_MS = 200;
/** For what takes a moment on a machine with nothing else to do. */
const WAIT_MS = 20_000;
const WATCH_MS = 3 * IDLE_MS;

interface Proxy {
  readonly name: string;
  /** What it answers while nobody listens behind it. */
  readonly downStatus: number;
  /** The command that runs it in the foreground. */
  readonly command: (folder: string) => readonly string[];
  readonly config: (folder: string, port: number, upstreamPort: number) => string;
}

const proxies: readonly Proxy[] = [
  {
    name: "nginx",
    downStatus: 502,
    command: (folder) => ["nginx", "-e", "stderr", "-p", folder, "-c", `${folder}/config`],
    config: (folder, port, upstreamPort) => `
daemon off;
master_process off;
pid ${folder}/pid;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstreamPort};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
      proxy_read_timeout ${IDLE_MS}ms;
    }
  }
}
`,
  },
  {
    name: "haproxy",
    downStatus: 503,
    command: (folder) => ["haproxy", "-db", "-f", `${folder}/config`],
    config: (_folder, port, upstreamPort) => `
defaults
  mode http
  retries 0
  timeout connect 1s
  timeout client 10s
  timeout server 10s
  timeout tunnel ${IDLE_MS}ms
frontend in
  bind 127.0.0.1:${port}
  default_backend out
backend out
  server upstream 127.0.0.1:${upstreamPort}
`,
  },
];

async function open(scope: Scope, proxy: Proxy, options: object): Promise<{
  port: number;
  agents: readonly Agent[];
  upstream: Server;
}> {
  const folder = await scope.folder();
  const port = freePort();
  const upstreamPort = freePort();
  await Deno.writeTextFile(`${folder}/config`, proxy.config(folder, port, upstreamPort));
  const upstream = echoServer(scope, { port: upstreamPort });
  await upstream.start();
  await new Server(scope, proxy.command(folder), () => isListening(port)).start();
  const job = { url: `ws://127.0.0.1:${port}/`, delayMs: DELAY_MS, options };
  return { port, upstream, agents: await openAgents(scope, job) };
}

/** An idle client is dropped without a close frame, again and again, and comes back each time. */
async function playIdle(scope: Scope, proxy: Proxy): Promise<string> {
  const { agents } = await open(scope, proxy, {});
  const told = agents.map(async (agent): Promise<string> => {
    const [opened] = agent.all("open");
    const loss = await agent.first("close", 0, WAIT_MS);
    const heldMs = loss.atMs - (opened?.atMs ?? NaN);
    expect(loss.error === "connection-lost" && loss.code === 1006, `${loss.error} ${loss.code}`);
    expect(heldMs > IDLE_MS / 2, `the idle timeout ended it, not ${seconds(heldMs)}`);
    const back = await agent.first("open", loss.atMs, WAIT_MS);
    await agent.first("close", back.atMs, WAIT_MS);
    return `${agent.name} dropped after ${seconds(heldMs)}, back after ${
      seconds(back.atMs - loss.atMs)
    }`;
  });
  return `${(await Promise.all(told)).join("; ")}; idle timeout ${seconds(IDLE_MS)}`;
}

/** Probes more often than the timeout keep the connection. */
async function playHeartbeat(scope: Scope, proxy: Proxy): Promise<string> {
  const { agents } = await open(scope, proxy, { heartbeat: HEARTBEAT });
  await scope.sleep(WATCH_MS);
  for (const agent of agents) {
    expect(agent.all("close").length === 0, `${agent.name} stays open`);
    expect(agent.all("dial").length === 1, `${agent.name} dials once`);
  }
  return `open for ${seconds(WATCH_MS)} with an idle timeout of ${
    seconds(IDLE_MS)
  } and a heartbeat every ${seconds(HEARTBEAT.intervalMs)}`;
}

/** The proxy answers for a server that is down: every attempt fails until it is back. */
async function playDown(scope: Scope, proxy: Proxy): Promise<string> {
  const { agents, upstream, port } = await open(scope, proxy, {});
  const downMs = Date.now();
  await upstream.kill();
  const losses = await Promise.all(agents.map((it) => it.first("close", downMs, WAIT_MS)));
  for (const { error } of losses) expect(error === "connection-lost", `${error} tells the loss`);
  const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: scope.signal });
  await answer.body?.cancel();
  expect(answer.status === proxy.downStatus, `${answer.status} is ${proxy.downStatus}`);
  for (const agent of agents) {
    const failures = await scope.until(`${agent.name} goes on trying`, WAIT_MS, () => {
      const failures = agent.all("close", downMs).slice(1);
      return failures.length >= 2 && failures;
    });
    const isRefused = failures.every(({ error }) => error === "connect-failed");
    expect(isRefused, `${agent.name} calls each a failed attempt`);
  }
  const upMs = Date.now();
  await upstream.start();
  const opens = await Promise.all(
    agents.map((it) => it.first("open", upMs, WAIT_MS)),
  );
  const told = agents.map(({ name }, n) => {
    const failures = agents[n]?.all("close", downMs).length ?? 0;
    return `${name} ${failures - 1} failed attempts, back ${
      seconds((opens[n]?.atMs ?? NaN) - upMs)
    } after the start of the server`;
  });
  return `${proxy.downStatus}; ${told.join("; ")}`;
}

const plays = { "idle-timeout": playIdle, "heartbeat": playHeartbeat, "upstream-down": playDown };

/** Behind nginx and haproxy. */
export const proxied: readonly Scenario[] = proxies.flatMap((proxy) =>
  Object.entries(plays).map(([name, play]) => ({
    name: `${proxy.name}-${name}`,
    needs: [...ACTORS, proxy.name],
    install: "node-24 networks",
    play: (scope: Scope) => play(scope, proxy),
  }))
);
