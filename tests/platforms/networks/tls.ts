/**
 * Scenarios over TLS, with a certificate authority of their own.
 *
 * @module
 */

import {
  ACTORS,
  type Agent,
  type AgentJob,
  echoServer,
  type Runtime,
  runtimes,
  startAgent,
} from "./actors.ts";
import { type Certificate, createAuthority } from "./certificates.ts";
import type { Scenario } from "./scenario.ts";
import { freePort } from "../ports.ts";
import { expect, type Scope } from "./scope.ts";

const SECRET = "hunter2";
const WAIT_MS = 20_000;
const MAX_ATTEMPTS = 2;

/** Makes each runtime trust an authority beside its own. */
const trust = (authority: string): Record<string, string> => ({
  DENO_CERT: authority,
  NODE_EXTRA_CA_CERTS: authority,
});

const job = (port: number, options: object = {}): AgentJob => ({
  url: `wss://127.0.0.1:${port}/?token=${SECRET}&for=`,
  delayMs: 50,
  options,
});

/** Nothing that a client tells of itself holds the token of its URL. */
function expectNoSecret(agent: Agent): void {
  const told = agent.seen.filter((seen) => JSON.stringify(seen).includes(SECRET));
  expect(told.length === 0, `${agent.name} keeps the secret: ${JSON.stringify(told[0])}`);
}

async function playTrusted(scope: Scope): Promise<string> {
  const authority = await createAuthority(scope);
  const port = freePort();
  const server = echoServer(scope, { port, tls: await authority.issue("trusted") });
  await server.start();
  const env = trust(authority.file);
  const agents = runtimes.map((runtime) => startAgent(scope, runtime, job(port), { env }));
  for (const agent of agents) {
    await agent.first("open", 0, WAIT_MS);
    await agent.send(1);
    await agent.first("message", 0, WAIT_MS);
  }
  const killedMs = Date.now();
  await server.kill();
  await server.start();
  for (const agent of agents) {
    await agent.first("open", killedMs, WAIT_MS);
    expectNoSecret(agent);
  }
  return `${agents.map(({ name }) => name).join(" and ")} open, echo, and come back`;
}

/** Each attempt fails, as an attempt does that nobody answers. */
async function playRefused(scope: Scope, kind: Certificate): Promise<string> {
  const authority = await createAuthority(scope);
  const tls = await authority.issue(kind);
  const told: string[] = [];
  // One after the other, as the server counts connections.
  for (const runtime of runtimes) told.push(await refuse(scope, runtime, tls, authority.file));
  return `${told.join("; ")} to a port that speaks TLS`;
}

async function refuse(
  scope: Scope,
  runtime: Runtime,
  tls: readonly string[],
  authority: string,
): Promise<string> {
  const port = freePort();
  const server = echoServer(scope, { port, tls });
  await server.start();
  const agent = startAgent(scope, runtime, job(port, { maxAttempts: MAX_ATTEMPTS }), {
    env: trust(authority),
  });
  await agent.first("closed", 0, WAIT_MS);
  const errors = agent.all("close").map(({ error }) => error);
  const expected = [...Array(MAX_ATTEMPTS).fill("connect-failed"), "retry-limit"];
  expect(`${errors}` === `${expected}`, `${errors} is ${expected}`);
  expect(agent.all("open").length === 0, `${agent.name} never opens`);
  expectNoSecret(agent);
  const attempts = agent.all("dial").length;
  expect(attempts === 1 + MAX_ATTEMPTS, `${attempts} attempts, no more and no less`);
  return `${agent.name} ${attempts} attempts connect-failed, ${
    server.all("tcp").length / attempts
  } TCP connections each`;
}

const needs = [...ACTORS, "openssl"];
const install = "node-24 networks";

/** `wss:` with certificates that are in order, expired, and signed by nobody. */
export const tls: readonly Scenario[] = [
  { name: "wss-own-authority", needs, install, play: playTrusted },
  { name: "wss-expired", needs, install, play: (scope) => playRefused(scope, "expired") },
  { name: "wss-self-signed", needs, install, play: (scope) => playRefused(scope, "self-signed") },
];
