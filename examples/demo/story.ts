/** The demo's story: four things that happen to servers, and a client that gets over three of them. */
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { formatTrace } from "@holdfast/websocket/trace";
import { drawBalance } from "./ledger.ts";
import { OutageLog } from "./outages.ts";
import { type Paint, plain } from "./paint.ts";
import { PlainClient } from "./plain.ts";
import { type Dial, PROBE, recordingWebSocket } from "./recorder.ts";
import type { Findings } from "./report.ts";
import { ServerProcess } from "./server_process.ts";

/** Short, so that the story is; a client in the field is better off with the defaults. */
const LIMITS = { initialDelayMs: 300, maxDelayMs: 3_000, connectTimeoutMs: 1_500 };
const HEARTBEAT = { intervalMs: 1_000, timeoutMs: 1_500 };
/** Longer than a connection must last to reset the counters. */
const CALM_MS = 1_500;
const STABLE_AFTER_MS = 1_000;
const MESSAGE_EVERY_MS = 20;
/** How long anything may take that the story waits for. */
const PATIENCE_MS = 10_000;

/** Where the story is told, and what breaks it off. */
export interface Stage {
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
  /** No colours unless given. */
  readonly paint?: Paint;
}

const INTRODUCTION = `A client sends ${
  1_000 / MESSAGE_EVERY_MS
} numbered messages a second to a server that is killed, \
frozen, restarted and
replaced under it; a plain WebSocket beside it sends the same. Times are in seconds from the start;
attempt 0 is the first connection, attempt 1 the first to get a lost one back.
`;

/**
 * Tells the story, and leaves nothing running.
 *
 * @throws The signal's reason, once it is aborted.
 */
export async function tellStory({ print, signal, paint = plain }: Stage): Promise<Findings> {
  const startMs = performance.now();
  const say = (who: string, what: string): void => {
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(2);
    const time = paint("dim", `${seconds.padStart(6)} s`);
    if (who !== "FAULT") return print(`${time}  ${who.padEnd(6)}  ${colored(who, what, paint)}`);
    print(`\n${time}  ${paint("fault", ` ${who} `)} ${paint("bold", what)}`);
  };
  print(INTRODUCTION);
  const server = new ServerProcess();
  let client: ReconnectingWebSocket | undefined;
  let rival: PlainClient | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  try {
    say("server", await server.start());
    const dials: Dial[] = [];
    client = connect(server.url, dials, (line) => say("client", line));
    const log = new OutageLog(client, LIMITS);
    const beside = rival = new PlainClient(server.url);
    await beside.opened;
    const sent: number[] = [];
    const refused: number[] = [];
    let next = 1;
    const send = client.send.bind(client);
    timer = setInterval(() => {
      beside.send(next);
      (send(`${next}`) ? sent : refused).push(next++);
    }, MESSAGE_EVERY_MS);
    client.closed.then(() => clearInterval(timer));
    const drops: unknown[] = [];
    client.addEventListener("drop", ({ data }) => drops.push(data));

    await playFaults(client, log, { server, say, signal });
    const ending = await client.closed;
    await server.kill();
    const givenBack = ending.undelivered.map(Number);
    const handed = dials.map((dial) => dial.handed);
    return {
      tookMs: performance.now() - startMs,
      outages: log.outages,
      dialsAtMs: dials.map((dial) => dial.atMs),
      recoveryLimitMs: LIMITS.maxDelayMs + LIMITS.connectTimeoutMs,
      balance: drawBalance({ sent, handed, logged: server.logged, givenBack }),
      unsent: refused.length + drops.length,
      ending,
      plain: beside.findings(log.outages[0]?.faultAtMs ?? NaN, server.plain),
    };
  } finally {
    clearInterval(timer);
    rival?.close();
    client?.close();
    await server.kill();
    await client?.closed;
  }
}

/** What is good, bad and in between stands out. */
function colored(who: string, what: string, paint: Paint): string {
  if (who !== "client") return what;
  if (/^attempt \d+: open$/.test(what)) return paint("good", what);
  if (/^attempt \d+: waiting/.test(what)) return paint("warn", what);
  return /^attempt \d+: closed/.test(what) ? paint("bad", what) : what;
}

function connect(url: string, dials: Dial[], say: (line: string) => void): ReconnectingWebSocket {
  const { initialDelayMs, ...limits } = LIMITS;
  return new ReconnectingWebSocket(url, {
    ...limits,
    backoff: { initialDelayMs },
    stableAfterMs: STABLE_AFTER_MS,
    heartbeat: { ...HEARTBEAT, message: PROBE, isReply: (data) => data === PROBE },
    // A server that turns a client away says so before the queue is handed to it.
    handshake: async ({ receive }) => void await receive(),
    trace: (record) => {
      const line = formatTrace(record);
      if (line !== null) say(line.replace(/^#(\d+) /, "attempt $1: "));
    },
    sources: { WebSocket: recordingWebSocket(dials) },
  });
}

interface Props {
  readonly server: ServerProcess;
  readonly say: (who: string, what: string) => void;
  readonly signal: AbortSignal;
}

async function playFaults(
  client: ReconnectingWebSocket,
  log: OutageLog,
  { server, say, signal }: Props,
): Promise<void> {
  const recover = async (): Promise<void> => {
    await until("the client must be open", () => client.state === "open", signal);
    await sleep(CALM_MS, signal);
  };
  await recover();

  say("FAULT", "SIGKILL: the server dies, and the port refuses for 3 s");
  const crash = log.fault("killed by SIGKILL");
  await server.kill();
  await sleep(3_000, signal);
  say("server", await server.start());
  crash.backAtMs = performance.now();
  await recover();

  say("FAULT", "SIGSTOP: the server freezes, its connections stay up, and nobody is told");
  const freeze = log.fault("frozen by SIGSTOP");
  server.freeze();
  await until("a frozen server must be noticed", () => freeze.noticedAtMs !== undefined, signal);
  await until("an upgrade must time out", () => freeze.waits.length === 2, signal);
  say("server", "SIGCONT: thaws");
  server.thaw();
  freeze.backAtMs = performance.now();
  await recover();

  say("FAULT", "1012: the server says that it restarts, and does");
  const restart = log.fault("restarted with 1012");
  await server.close(1012, "restarting");
  await until("the close must be noticed", () => restart.noticedAtMs !== undefined, signal);
  await server.kill();
  say("server", await server.start());
  restart.backAtMs = performance.now();
  await recover();

  say("FAULT", "the server hangs for 0.3 s and is killed; the next one turns everybody away");
  log.fault("replaced, and 4403");
  server.freeze();
  await sleep(300, signal);
  await server.kill();
  say("server", await server.start(4403));
  await until("the client must end", () => client.state === "closed", signal);
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
  });
}

async function until(what: string, holds: () => boolean, signal: AbortSignal): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadlineMs) {
      throw new Error(`Cannot go on as ${what} within ${PATIENCE_MS / 1_000} s`);
    }
    await sleep(MESSAGE_EVERY_MS, signal);
  }
}
