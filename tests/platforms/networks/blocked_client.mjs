// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by each runtime as it is
/**
 * Blocks its own loop while an answer is on its way: `blocked_client.mjs JOB`, a JSON object with
 * `client` (the module's URL), `port`, `kind`, `blocks` (in deadlines) and `runs`. Prints a line of JSON
 * for each length of a block: of how many answers that were there in time the connection was kept, lost,
 * and how often the server was late, which counts for nothing.
 *
 * @module
 */
import process from "node:process";

const { client, port, kind, blocks, runs } = JSON.parse(process.argv[2]);
const { ReconnectingWebSocket } = await import(client);

const DEADLINE_MS = 200;
/** When a dial has left, on a machine with more to do. */
const DIALLED_MS = 30;
/** Answers that come so close to the deadline may be on their way when it passes. */
const MARGIN_MS = 5;
/** So many runs for one that counts; beyond, the machine is too busy to say anything. */
const MAX_RATIO = 4;

const options = { backoff: () => 60_000, maxAttempts: 1 };
const block = (delayMs) => {
  for (const endMs = Date.now() + delayMs; Date.now() < endMs;);
};

/** The loop is blocked when the probe has left. */
function heartbeat(url, blockMs, begin) {
  let probes = 0;
  const message = () => {
    if (probes++ === 0) {
      begin();
      setTimeout(() => block(blockMs), 1);
    }
    return "ping";
  };
  const heartbeat = { intervalMs: DEADLINE_MS, timeoutMs: DEADLINE_MS, message };
  return { ws: new ReconnectingWebSocket(url, { ...options, heartbeat }), sign: "message" };
}

const kinds = {
  heartbeat,
  /** Node inflates on another thread, which takes a few turns of the loop more. */
  compressed: heartbeat,
  /** The loop is blocked when the dial has left. */
  handshake(url, blockMs, begin) {
    begin();
    setTimeout(() => block(blockMs), DIALLED_MS);
    const ws = new ReconnectingWebSocket(url, { ...options, connectTimeoutMs: DEADLINE_MS });
    return { ws, sign: "open" };
  },
};

/**
 * The error of one run, or null if the connection lives; whether the answer was there in time, by how
 * much, and how long after the deadline the client knew.
 */
async function play(id, blockMs) {
  let deadlineMs = 0;
  const begin = () => deadlineMs = Date.now() + DEADLINE_MS;
  const { ws, sign } = kinds[kind](`ws://127.0.0.1:${port}/${kind}/${id}`, blockMs, begin);
  const error = await new Promise((resolve) => {
    ws.addEventListener(sign, () => resolve(null));
    ws.addEventListener("error", ({ error }) => resolve(error.code));
  });
  const atMs = Date.now();
  ws.close();
  const answeredMs = Number(await (await fetch(`http://127.0.0.1:${port}/${id}`)).text());
  const spareMs = answeredMs > 0 ? deadlineMs - answeredMs : -1;
  return { error, isInTime: spareMs >= MARGIN_MS, spareMs, overMs: atMs - deadlineMs };
}

let id = 0;
for (const deadlines of blocks) {
  const losses = [];
  const tally = { kept: 0, lost: 0, late: 0 };
  const played = () => tally.kept + tally.lost;
  while (played() < runs && played() + tally.late < runs * MAX_RATIO) {
    const { error, isInTime, spareMs, overMs } = await play(id++, deadlines * DEADLINE_MS);
    if (isInTime && error) losses.push({ spareMs, overMs });
    tally[!isInTime ? "late" : error ? "lost" : "kept"]++;
  }
  console.log(JSON.stringify({ atMs: Date.now(), type: "block", deadlines, ...tally, losses }));
}
console.log(JSON.stringify({ atMs: Date.now(), type: "done" }));
process.exit(0);
