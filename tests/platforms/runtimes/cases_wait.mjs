// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * `./wait` over real sockets.
 *
 * @module
 */
import { equal, rejected, sleep } from "./harness.mjs";

const MIB = 1_048_576;
/** More than the buffers of the sockets on a loopback hold. */
const STUFFED_BYTES = 32 * MIB;

/** A signal that aborts with this reason: React Native has no `AbortSignal.timeout()`. */
function after(ms, reason) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), ms);
  return controller.signal;
}

export const waitCases = [
  {
    only: "full",
    name: "whenOpen waits over a killed server and a pause, and rejects at the end",
    async test(lab) {
      const { whenOpen } = lab.client;
      const observed = lab.connect(await lab.child("start"));
      const { ws } = observed;
      await whenOpen(ws);
      equal(ws.state, "open", "the state");
      await lab.child("kill");
      await observed.until("error connection-lost");
      const again = whenOpen(ws);
      await lab.child("start");
      await again;
      equal([ws.state, ws.connection], ["open", 2], "the state, and connections");
      const { ws: paused } = lab.connect("/echo", { startPaused: true });
      const resumed = whenOpen(paused);
      paused.resume();
      await resumed;
      paused.close();
      equal((await rejected(whenOpen(paused))).name, "AbortError", "the end");
    },
  },
  {
    name: "whenOpen rejects with the error of a client that gives up",
    async test(lab) {
      const { ws } = lab.connect(lab.refusedUrl, { maxAttempts: 1 });
      equal((await rejected(lab.client.whenOpen(ws))).code, "retry-limit", "the error");
    },
  },
  {
    name: "flushed waits until all has left",
    async test(lab) {
      const { ws } = lab.connect("/sink");
      await lab.client.whenOpen(ws);
      for (let n = 0; n < 20; n++) ws.send("x".repeat(MIB + n));
      await lab.client.flushed(ws);
      equal([ws.state, ws.bufferedAmount], ["open", 0], "the state, and what is buffered");
      const { messages } = await lab.recorded(({ messages }) => messages.length === 20);
      equal(messages, Array.from({ length: 20 }, (_, n) => `text of ${MIB + n}`), "messages");
    },
  },
  {
    needs: ["queue"],
    name: "flushed waits for the queue",
    async test(lab) {
      const { ws } = lab.connect("/sink");
      ws.send("queued");
      await lab.client.flushed(ws);
      equal([ws.state, ws.bufferedAmount], ["open", 0], "the state, and what is buffered");
      await lab.recorded(({ messages }) => messages.length === 1);
    },
  },
  {
    name: "flushed waits for the signal where the peer does not read",
    async test(lab) {
      const { ws, isCounted } = await stuffed(lab);
      const signal = after(1_000, "enough");
      const outcome = await lab.client.flushed(ws, { signal }).then(() => "done", (it) => it);
      equal([outcome, ws.state], [isCounted ? "enough" : "done", "open"], "the outcome");
      ws.close();
      await ws.closed;
    },
  },
  {
    name: "flushed rejects where a connection ends with bytes unsent",
    async test(lab) {
      const { ws, isCounted } = await stuffed(lab);
      const outcome = lab.client.flushed(ws).then(() => "done", ({ code }) => code);
      await sleep(20);
      ws.reconnect();
      equal(await outcome, isCounted ? "connection-lost" : "done", "the outcome");
      ws.close();
      await ws.closed;
    },
  },
];

/** A client whose socket holds more than the peer takes, and whether its platform goes on showing that. */
async function stuffed(lab) {
  // Not under observation: it ends with bytes unsent.
  const ws = new lab.client.ReconnectingWebSocket(
    lab.url("/unread"),
    lab.options({ closeTimeoutMs: 100 }),
  );
  await lab.client.whenOpen(ws);
  const chunk = "x".repeat(MIB);
  for (let sent = 0; sent < STUFFED_BYTES; sent += MIB) ws.send(chunk);
  // workerd shows none; WebKit's process for the network takes them all.
  await sleep(500);
  return { ws, isCounted: ws.bufferedAmount > 0 };
}
