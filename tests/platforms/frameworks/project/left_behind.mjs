// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Node and Jest run it as it is
/**
 * Clients in every phase, for a platform that goes away under them.
 *
 * @module
 */

const TYPES = ["open", "message", "error", "close", "retry", "statechange"];
const next = (ws, type) => new Promise((done) => ws.addEventListener(type, done, { once: true }));
const never = () => new Promise(() => {});
const sleep = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs));

/**
 * @param refused A URL that is refused.
 * @returns The clients, and the types of the events that they dispatch, which are added later.
 */
export async function leaveBehind(ReconnectingWebSocket, server, refused, more = {}) {
  const dispatched = new Set();
  const connect = (url, options) => {
    const ws = new ReconnectingWebSocket(url, {
      ...{ backoff: { initialDelayMs: 300 }, connectTimeoutMs: 500, closeTimeoutMs: 300 },
      ...{ ...more, ...options },
    });
    for (const type of TYPES) ws.addEventListener(type, () => dispatched.add(type));
    return ws;
  };
  const heartbeat = { intervalMs: 100, timeoutMs: 200, message: "beat" };
  const [open, closing, waiting] = [
    connect(server, { heartbeat }),
    connect(server),
    connect(refused),
  ];
  await Promise.all([next(open, "open"), next(closing, "open"), next(waiting, "retry")]);
  // The server sends for a second, then it drops the connection.
  open.send("go on");
  const clients = [
    ...[open, closing, waiting],
    connect(never),
    connect(() => sleep(400).then(() => server)),
    connect(server, { handshake: never }),
    connect(server),
  ];
  closing.close();
  return { clients, dispatched };
}
