/**
 * Scenarios with the servers that people run, killed by force and started again.
 *
 * @module
 */

import type { Balance } from "../../../examples/demo/ledger.ts";
import { bun } from "../runtimes/runners.ts";
import { ACTORS, type Agent, echoServer, openAgents, type Server } from "./actors.ts";
import { balanceOf } from "./balance.ts";
import type { Scenario } from "./scenario.ts";
import { freePort } from "../ports.ts";
import { expect, type Scope } from "./scope.ts";
import { workerd, workerServer } from "./workerd_process.ts";

const KILLS = 3;
const DELAY_MS = 100;
/** Written in one go, just before the kill: some are still on their way. */
const BURST = 300;
const LATE = 10;
const WAIT_MS = 15_000;
const DOWN_MS = 500;

async function each(agents: readonly Agent[], act: (agent: Agent) => unknown): Promise<void> {
  await Promise.all(agents.map(act));
}

/** Killed while messages are on their way; in the end it stays away and the clients are closed. */
async function playKills(scope: Scope, port: number, server: Server): Promise<string> {
  await server.start();
  const agents = await openAgents(scope, { url: `ws://127.0.0.1:${port}/`, delayMs: DELAY_MS });
  for (let kills = 1; kills <= KILLS; kills++) {
    // One that is known to arrive, as of the burst none may.
    const calmMs = Date.now();
    await each(agents, (agent) => agent.send(1));
    await each(agents, (agent) => agent.first("message", calmMs, WAIT_MS));
    await each(agents, (agent) => agent.send(BURST));
    await each(agents, (agent) => {
      const isHanded = (): boolean => agent.all("handed").length >= (1 + BURST) * kills;
      return scope.until(`a burst of ${agent.name}`, WAIT_MS, isHanded);
    });
    const killedMs = Date.now();
    await server.kill();
    await each(agents, (agent) => agent.first("close", killedMs, WAIT_MS));
    await scope.sleep(DOWN_MS);
    if (kills === KILLS) break;
    const backMs = Date.now();
    await server.start();
    await each(agents, (agent) => agent.first("open", backMs, WAIT_MS));
  }
  await each(agents, (agent) => agent.send(LATE));
  await each(agents, (agent) => agent.close());
  await each(agents, (agent) => agent.first("closed", 0, WAIT_MS));
  return agents.map((agent) =>
    describe(agent, balanceOf(`/${agent.name}`, agent.seen, server.lives))
  ).join("; ");
}

function describe(agent: Agent, balance: Balance): string {
  const { sent, delivered, lost, givenBack, duplicates, strays, disorderly } = balance;
  const { name } = agent;
  const opens = agent.all("open").length;
  expect(opens === KILLS, `${name} opens once for each life of the server: ${opens}`);
  expect(sent === (1 + BURST) * KILLS + LATE, `${name} could send or queue everything: ${sent}`);
  expect(givenBack === LATE, `${name} gives back what it queued at last: ${givenBack}`);
  expect(delivered >= KILLS, `${name} delivers to each life of the server: ${delivered}`);
  expect(sent === delivered + lost + givenBack, `${name}: ${JSON.stringify(balance)} adds up`);
  const flaws = [...duplicates, ...strays].length + disorderly;
  expect(
    flaws === 0,
    `${name} loses nothing but the ends of connections: ${JSON.stringify(balance)}`,
  );
  return `${name} ${
    agent.all("dial").length
  } dials, ${sent} sent = ${delivered} delivered + ${lost} lost in flight + ${givenBack} given back`;
}

const object = new URL("object_server.mjs", import.meta.url).pathname;

function echo(kind: "ws" | "deno" | "bun"): Scenario["play"] {
  return (scope) => {
    const port = freePort();
    return playKills(scope, port, echoServer(scope, { kind, port }));
  };
}

/** Servers of the ecosystem. */
export const servers: readonly Scenario[] = [
  { name: "server-ws", needs: ACTORS, install: "node-24 networks", play: echo("ws") },
  { name: "server-deno", needs: ACTORS, install: "node-24 networks", play: echo("deno") },
  {
    name: "server-bun",
    needs: [...ACTORS, bun],
    install: "node-24 bun networks",
    play: echo("bun"),
  },
  {
    name: "server-durable-object",
    needs: [...ACTORS, workerd],
    install: "node-24 workerd networks",
    async play(scope): Promise<string> {
      const port = freePort();
      const modules = { "object_server.mjs": object };
      const server = await workerServer(scope, { modules, object: "Room", port });
      return await playKills(scope, port, server);
    },
  },
];
