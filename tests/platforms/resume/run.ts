/**
 * Sessions on the servers of every runtime, under cuts, and under kill -9 where they survive it:
 *
 *     deno task test:resume [NAME...]
 *
 * Needs what `tests/platforms/runtimes/install.sh deno node-20 node-24 bun durable-object resume` installs.
 *
 * @module
 */

import { Proxy } from "../../../examples/resume/proxy.ts";
import { RedisProcess } from "../../../examples/resume/servers.ts";
import { ResumableWebSocket } from "../../../lib/resume/mod.ts";
import type { Event } from "../../simulation/resume/history.ts";
import { judge } from "../../simulation/resume/judge.ts";
import { modulesOf } from "../runtimes/paths.ts";
import { findProgram, type Running, start } from "../runtimes/processes.ts";
import { playChromium } from "./chromium.ts";
import { CLIENT_ROWS, playClient } from "./clients.ts";
import { type Row, ROWS } from "./rows.ts";

const CUTS = 40;
const KILLS = 2;
const SESSION = "user";
const LIMIT_MS = 10_000;

const CHROMIUM = "chromium-reload";
const names = [...Object.keys(ROWS), ...Object.keys(CLIENT_ROWS), CHROMIUM];
const wanted = Deno.args.length > 0 ? Deno.args : names;
let failed = 0;
for (const name of wanted) {
  const result = await resultOf(name).catch(String);
  const isGood = result.startsWith("ok");
  if (!isGood) failed++;
  console.log(`${isGood ? "PASS" : "FAIL"} ${name.padEnd(15)} ${result}`);
}
console.log(`${wanted.length - failed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

async function resultOf(name: string): Promise<string> {
  const row = ROWS[name];
  const client = CLIENT_ROWS[name];
  const needs = name === CHROMIUM ? [] : (row ?? client)?.needs;
  if (!needs) {
    throw new Error(`Cannot run as there must be a row of the name: current value is ${name}`);
  }
  const missing = await firstMissing(needs);
  if (missing) return `NOT RUN: ${missing} is missing`;
  const folder = await Deno.makeTempDir({ prefix: "resume-" });
  try {
    if (name === CHROMIUM) {
      if (!await findProgram("chromium")) return "NOT RUN: chromium is missing";
      return await playChromium(await bundleOf("page.ts", folder));
    }
    if (row) return await playIn(row, folder);
    return await playClient(
      client as NonNullable<typeof client>,
      await bundleOf("client.ts", folder),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function firstMissing(needs: readonly string[]): Promise<string | undefined> {
  for (const path of needs) {
    if (!await Deno.stat(path).catch(() => null)) return path;
  }
  return undefined;
}

async function playIn(row: Row, folder: string): Promise<string> {
  const bundle = await bundleOf(row.entry, folder);
  const history: Event[] = [];
  const port = freePort();
  await using redis = row.usesRedis ? await RedisProcess.start(folder) : null;
  const place = { bundle, port, folder, redisPort: redis?.port };
  const boot = async (): Promise<Running> => {
    const server = start(await row.command(place));
    void read(server, history);
    await listening(port);
    return server;
  };
  let server = await boot();
  await using proxy = await Proxy.start(() => [port]);
  const ws = new ResumableWebSocket(proxy.url, {
    auth: () => SESSION,
    backoff: () => 5 + Math.random() * 20,
    stableAfterMs: 100,
  });
  watch(ws, history);
  try {
    await within(ws.opened, () => `no connection: ${server.errors()}`);
    let message = 0;
    const timer = setInterval(() => {
      const isAccepted = ws.send(`${message}`);
      if (isAccepted) history.push({ type: "accepted", session: SESSION, message: message++ });
    }, 2);
    for (let cut = 0; cut < CUTS; cut++) {
      await delay(20 + cut * 37 % 60);
      proxy.cut(0, cut % 5 === 0 ? 300 : 0);
      if (!row.survives || cut % Math.floor(CUTS / (KILLS + 1)) !== 1 || cut < 5) continue;
      history.push({ type: "broken", session: SESSION });
      Deno.kill(server.pid, "SIGKILL");
      await server[Symbol.asyncDispose]();
      server = await boot();
    }
    clearInterval(timer);
    await within(ws.confirmed(), () => `nothing is confirmed: ${ws.state} ${server.errors()}`);
    await delay(500);
    const violations = judge(history, { current: SESSION });
    if (violations.length > 0) return violations.slice(0, 3).join("; ");
    const flagged = history.filter((e) => e.type === "handled" && e.redelivered).length;
    return `ok: ${message} up, ${history.filter(({ type }) => type === "got").length} down, ` +
      `${proxy.connections} connections, ${flagged} flagged`;
  } finally {
    ws.close();
    await ws.closed;
    await server[Symbol.asyncDispose]();
  }
}

function watch(ws: ResumableWebSocket, history: Event[]): void {
  ws.addEventListener("message", ({ data }) => {
    history.push({ type: "got", session: SESSION, message: Number(data) });
  });
  ws.addEventListener("lost", ({ why, unacked, isExact }) => {
    history.push({ type: "lost", session: SESSION, why, unacked: unacked.map(Number), isExact });
  });
}

async function read({ lines }: Running, history: Event[]): Promise<void> {
  for await (const line of lines) {
    if (line.startsWith("{")) history.push(JSON.parse(line));
  }
}

/** What the row's runtime can run, in a place where it finds its packages. */
async function bundleOf(entry: string, folder: string): Promise<string> {
  const outfile = `${folder}/${entry.replace(".ts", ".mjs")}`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "npm:esbuild@0.28.2", "--bundle", "--format=esm", "--target=esnext"],
      ...[
        "--external:node:*",
        "--external:ws",
        "--alias:npm:ws@8=ws",
        `--outfile=${outfile}`,
        "--log-level=error",
      ],
      new URL(`./servers/${entry}`, import.meta.url).pathname,
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  await Deno.mkdir(`${folder}/node_modules`);
  for (const group of ["base", "resume"]) await link(modulesOf(group), `${folder}/node_modules`);
  return outfile;
}

/** Packages of several groups side by side. */
async function link(from: string, to: string): Promise<void> {
  if (!await Deno.stat(from).catch(() => null)) return;
  for await (const { name } of Deno.readDir(from)) {
    await Deno.symlink(`${from}/${name}`, `${to}/${name}`).catch(() => {});
  }
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const connection = await Deno.connect({ port, hostname: "127.0.0.1" }).catch(() => null);
    if (connection) return connection.close();
    await delay(50);
  }
  throw new Error("the server does not listen");
}

async function within<T>(promise: Promise<T>, complaint: () => string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint())), LIMIT_MS);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function freePort(): number {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  return port;
}
