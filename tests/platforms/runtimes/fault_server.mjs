// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * A WebSocket server that misbehaves by path, in a process of its own, with an HTTP control API:
 * `node fault_server.mjs MODULES MAX_LIFE_MS ENGINE`, where MODULES is a folder whose node_modules holds
 * `ws`, and ENGINE the URL of the module that sessions are served with. Prints `{"port":N,"refusedPort":N,"addresses":N}` and ends, with all that it started, when its standard
 * input closes, on SIGTERM or SIGINT, or after MAX_LIFE_MS.
 *
 * Sockets: `ws://127.0.0.K:PORT/FAULT[/ARG]?id=ID`, faults as in faults.mjs;
 * `/first/N/FAULT` misbehaves for the first N dials of this ID and echoes from then on;
 * `/slow/MS[/FAULT]` answers late. A request by HTTP to `/.../status/CODE` is answered with that status.
 * Control, on the same port: `GET /control/info`, `GET /control/record?id=ID` for what the server saw of this ID,
 * `POST /control/cut?id=ID` to cut its connections, as by a network,
 * `POST /control/child?id=ID&do=start|kill|freeze|thaw` for a server process of its own.
 *
 * @module
 */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import net from "node:net";
import process from "node:process";
import { setTimeout } from "node:timers";
import { createChildren } from "./children.mjs";
import { live, raw } from "./faults.mjs";
import { createSessions } from "./sessions.mjs";

/** Browsers queue dials to one address while another dial to it hangs: each case gets its own. */
const ADDRESSES = Array.from(
  { length: process.platform === "linux" ? 64 : 1 },
  (_, n) => `127.0.0.${n + 1}`,
);
const MAX_TEXT = 200;

const [modules, maxLifeMs = "300000", engine] = process.argv.slice(2);
const { WebSocketServer } = createRequire(`${modules}/`)("ws");
const wss = new WebSocketServer({ noServer: true, perMessageDeflate: false });

const records = new Map();

/** Where to find what; set once it listens. */
const info = {};

/** What happened to one test: dialled paths, messages in order of arrival, close frames, live sockets. */
function recordOf(id) {
  let record = records.get(id);
  if (!record) {
    record = {
      ...{ dials: [], requests: 0, protocols: [], messages: [], closes: [], live: 0 },
      ...{ sessions: [], handled: [], ended: [] },
    };
    records.set(id, record);
  }
  return record;
}

function describe(data, isBinary) {
  if (!isBinary) {
    const text = String(data);
    return text.length > MAX_TEXT ? `text of ${text.length}` : text;
  }
  return data.length > MAX_TEXT ? `bytes of ${data.length}` : `hex:${data.toString("hex")}`;
}

/** The TCP connections of each test. */
const sockets = new Map();

/** Nothing is said to either side that a network would not say. */
function cut(id) {
  for (const socket of sockets.get(id) ?? []) socket.destroy();
}

const children = createChildren({ modules, recordOf, findPort });

function upgrade(request, socket, first) {
  const url = new URL(request.url, "http://fault");
  const id = url.searchParams.get("id");
  const record = recordOf(id);
  const mine = sockets.get(id) ?? new Set();
  sockets.set(id, mine.add(socket));
  socket.on("close", () => mine.delete(socket));
  record.dials.push(url.pathname);
  record.protocols.push(request.headers["sec-websocket-protocol"] ?? "");
  record.live++;
  socket.on("close", () => record.live--);
  socket.on("error", () => {});
  // Node's server sockets stay half open and paused; a fault must notice that its client left.
  socket.on("end", () => socket.end());
  socket.resume();
  let steps = url.pathname.split("/").slice(1);
  if (steps[0] === "first") {
    steps = record.dials.length <= Number(steps[1]) ? steps.slice(2) : ["echo"];
  }
  const [fault, ...args] = steps;
  const context = { request, socket, url, args };
  if (fault === "slow") {
    const [delayMs] = args;
    const next = live[args[1] ?? "echo"];
    setTimeout(() => socket.destroyed || accept(next, context, first, record), Number(delayMs));
  } else if (Object.hasOwn(raw, fault)) raw[fault](context);
  else if (Object.hasOwn(live, fault)) accept(live[fault], context, first, record);
  else raw.status({ ...context, args: [404] });
}

function accept(behave, context, first, record) {
  const { request, socket } = context;
  socket.removeAllListeners("end");
  wss.handleUpgrade(request, socket, first, (ws) => {
    ws.on("error", () => {});
    ws.on("message", (data, isBinary) => record.messages.push(describe(data, isBinary)));
    ws.on("close", (code, reason) => record.closes.push({ code, reason: String(reason) }));
    behave({ ...context, ws, record });
  });
}

/** What HTTP says where dials are refused with a status: the same, visible to other origins if `cors`. */
function answer(url, status, response) {
  const { searchParams } = url;
  recordOf(searchParams.get("id")).requests++;
  response.statusCode = status;
  if (searchParams.has("retry-after")) {
    response.setHeader("Retry-After", searchParams.get("retry-after"));
  }
  if (searchParams.has("cors")) {
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Expose-Headers", "Retry-After");
  }
  response.end();
}

async function control(request, response) {
  const url = new URL(request.url, "http://fault");
  const [, status] = /\/status\/(\d+)$/.exec(url.pathname) ?? [];
  if (status) return answer(url, Number(status), response);
  const id = url.searchParams.get("id");
  let body;
  if (url.pathname === "/control/info") body = info;
  else if (url.pathname === "/control/record") body = recordOf(id);
  else if (url.pathname === "/control/cut") cut(id);
  else if (url.pathname === "/control/child") {
    body = await children.command(id, url.searchParams.get("do"), request.socket.localAddress);
  } else response.statusCode = 404;
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(body ?? null));
}

function listen(port, host) {
  const server = createServer((request, response) => {
    control(request, response).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  server.on("upgrade", upgrade);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
}

/**
 * A port that is free now and that the kernel gives to nobody: below the ephemeral range. A dial
 * retried against a closed ephemeral port can connect to itself or find it taken.
 */
async function findPort(host) {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = net.createServer();
    const free = await new Promise((resolve) => {
      probe.once("error", () => resolve(false));
      probe.listen(port, host, () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

function end() {
  children.killAll();
  process.exit(0);
}

process.stdin.on("end", end).on("error", end).resume();
process.on("SIGTERM", end).on("SIGINT", end);
setTimeout(end, Number(maxLifeMs));

live.session = await createSessions(engine, describe);
const port = await findPort(ADDRESSES[0]);
await Promise.all(ADDRESSES.map((host) => listen(port, host)));
const refusedPort = await findPort(ADDRESSES[0]);
Object.assign(info, { port, refusedPort, addresses: ADDRESSES.length });
console.log(JSON.stringify(info));
