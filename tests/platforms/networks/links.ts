/**
 * Scenarios on a link that breaks without a word.
 *
 * @module
 */

import { ACTORS, type Agent, echoServer, openAgents } from "./actors.ts";
import { createLink, type Link } from "./link.ts";
import { seconds } from "../report.ts";
import type { Scenario } from "./scenario.ts";
import { expect, type Scope } from "./scope.ts";

const HEARTBEAT = { intervalMs: 1_000, timeoutMs: 1_500, message: "ping" };
const DELAY_MS = 200;
/** An attempt that is under way when the link heals runs into it; the next one works. */
const CONNECT_TIMEOUT_MS = 1_000;
/** For what takes a moment on a machine with nothing else to do. */
const WAIT_MS = 20_000;
/** What a machine with more to do may add: without a heartbeat nothing is noticed for minutes. */
const MARGIN_MS = 10_000;
/** The witness reads its clock a little later than the client. */
const ROUNDING_MS = 20;
const SETTLE_MS = 1_500;
const OUTAGE_MS = 2_000;
const SILENCE_MS = 8_000;
/** TCP sends again after 0.2, 0.4, 0.8, ... s: after 8 s of silence within 13 s. */
const RETRANSMISSION_MS = 15_000;

interface Fault {
  readonly name: string;
  readonly inflict: (link: Link) => Promise<void>;
  /** What the loss is called. */
  readonly error: string;
  /** How long the client may take to notice. */
  readonly boundMs: number;
  readonly bound: string;
}

const silent = {
  error: "heartbeat-timeout",
  boundMs: HEARTBEAT.intervalMs + HEARTBEAT.timeoutMs,
  bound: "interval 1.0 s + timeout 1.5 s",
};

const faults: readonly Fault[] = [
  { name: "netns-half-open", inflict: (link) => link.cut(), ...silent },
  { name: "netns-drop-out", inflict: (link) => link.drop("out"), ...silent },
  { name: "netns-drop-in", inflict: (link) => link.drop("in"), ...silent },
  { name: "netns-address-removed", inflict: (link) => link.removeAddress(), ...silent },
  {
    name: "netns-reset",
    inflict: (link) => link.reset(),
    error: "connection-lost",
    // The first packet after the fault is answered by the reset: the probe.
    boundMs: HEARTBEAT.intervalMs,
    bound: "interval 1.0 s",
  },
];

async function open(scope: Scope, options: object): Promise<{
  link: Link;
  agents: readonly Agent[];
}> {
  const link = await createLink(scope);
  const { port, serverAddress: host } = link;
  await echoServer(scope, { host, port, prefix: link.atServer }).start();
  const job = {
    url: link.url,
    delayMs: DELAY_MS,
    options: { connectTimeoutMs: CONNECT_TIMEOUT_MS, ...options },
  };
  return { link, agents: await openAgents(scope, job, link.atClient) };
}

/** A fault is noticed in time, called by its name, and survived. */
async function playFault(scope: Scope, fault: Fault): Promise<string> {
  const { link, agents } = await open(scope, { heartbeat: HEARTBEAT });
  await scope.sleep(SETTLE_MS);
  for (const agent of agents) {
    expect(agent.all("close").length === 0, `${agent.name} stays open while all is well`);
  }
  const brokenMs = Date.now();
  await fault.inflict(link);
  const noticed = await Promise.all(agents.map((agent) => notice(agent, fault, brokenMs)));
  await scope.sleep(OUTAGE_MS);
  for (const agent of agents) {
    expect(agent.all("open", brokenMs).length === 0, `${agent.name} cannot connect`);
    expect(agent.all("dial", brokenMs).length > 0, `${agent.name} dials`);
  }
  const healedMs = Date.now();
  await link.heal();
  const opens = await Promise.all(agents.map((it) => it.first("open", healedMs, WAIT_MS)));
  const told = opens.map(({ atMs }, n) =>
    `${agents[n]?.name} ${noticed[n]}, recovered ${seconds(atMs - healedMs)} after healing`
  );
  return `${told.join("; ")}; bound: ${fault.bound}`;
}

/** How a client notices a fault: not later than it may, and not before it can know. */
async function notice(agent: Agent, fault: Fault, brokenMs: number): Promise<string> {
  const { atMs, error } = await agent.first("close", brokenMs, fault.boundMs + MARGIN_MS);
  expect(error === fault.error, `${agent.name}: ${error} is ${fault.error}`);
  const detected = `detected after ${seconds(atMs - brokenMs)}`;
  if (error !== silent.error) return detected;
  const silentMs = atMs - (agent.all("message").at(-1)?.atMs ?? NaN);
  const isInTime = silentMs >= silent.boundMs - ROUNDING_MS &&
    silentMs <= silent.boundMs + MARGIN_MS;
  expect(isInTime, `${agent.name} gives up after interval + timeout: ${silentMs} ms`);
  return `${detected}, ${seconds(silentMs)} after the last message`;
}

/** What the documentation says: nothing is noticed, and TCP delivers when it can again. */
async function playUnnoticed(scope: Scope): Promise<string> {
  const { link, agents } = await open(scope, {});
  const brokenMs = Date.now();
  await link.cut();
  await Promise.all(agents.map((agent) => agent.send(3)));
  await scope.sleep(SILENCE_MS);
  for (const agent of agents) {
    for (const type of ["close", "error", "dial", "drop"]) {
      expect(agent.all(type, brokenMs).length === 0, `${agent.name} sees no '${type}'`);
    }
    expect(agent.all("handed").length === 3, `${agent.name} hands messages to the dead link`);
  }
  await link.heal();
  const healedMs = Date.now();
  const echoes = await Promise.all(
    agents.map((agent) => agent.first("message", healedMs, RETRANSMISSION_MS)),
  );
  const times = echoes.map(({ atMs }, n) => `${agents[n]?.name} ${seconds(atMs - healedMs)}`);
  return `no event for ${seconds(SILENCE_MS)}; the same connections delivered after healing: ${
    times.join(", ")
  }`;
}

const needs = [...ACTORS, "ip", "nft"];
const install = "node-24 networks";

/** On a link between two network namespaces. */
export const links: readonly Scenario[] = [
  ...faults.map((fault) => ({
    name: fault.name,
    needs,
    install,
    play: (scope: Scope) => playFault(scope, fault),
  })),
  { name: "netns-no-heartbeat", needs, install, play: playUnnoticed },
];
