// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * Connections that die: cut, reset, corrupted, half closed, their server killed or frozen.
 *
 * @module
 */
import { block, equal, ok, sleep, until } from "./harness.mjs";

const PING = { message: "ping", isReply: (data) => data === "ping" || data === "pong" };

/** What a loss without a close frame looks like, whichever events the platform fires. */
const LOST = [
  "open 0",
  "error connection-lost",
  "close 1006 unclean retry connection-lost",
  "retry 1",
  "open 1 again",
];

const losses = [
  ["a connection ended by FIN without a close frame", "/first/1/fin"],
  ["a connection reset by the peer", "/first/1/rst"],
].map(([what, path]) => ({
  name: `${what} is lost with 1006 and replaced`,
  async test(lab) {
    const observed = lab.provoke(path);
    await observed.until("open 1 again");
    equal(observed.log, LOST, "events");
    equal((await lab.record()).dials.length, 2, "dials that the server saw");
  },
}));

/** Platforms differ in the code that they report for what they refuse themselves. */
const violations = [
  ["a frame with a reserved opcode", "/first/1/bad-frame"],
  ["a text frame that is not UTF-8", "/first/1/bad-utf8"],
].map(([what, path]) => ({
  name: `${what} ends the connection, which is replaced`,
  async test(lab) {
    const observed = lab.provoke(path);
    await observed.until("open 1 again");
    equal(
      observed.log.map((line) => line.replace(/^close \d+ .*retry/, "close retry")),
      LOST.map((line) => line.replace(/^close \d+ .*retry/, "close retry")),
      "events",
    );
  },
}));

/** Sends 0, 1, 2, ... until stopped; knows which were sent while not open. */
function startSending(ws) {
  let next = 0;
  const queued = [];
  const timer = setInterval(() => {
    if (ws.readyState !== 1) queued.push(next);
    ws.send(String(next++));
  }, 5);
  return {
    queued,
    stop() {
      clearInterval(timer);
      return next;
    },
  };
}

function assertOnceAndInOrder(numbers) {
  for (let i = 1; i < numbers.length; i++) {
    ok(numbers[i - 1] < numbers[i], `${numbers[i - 1]} before ${numbers[i]}, each once`);
  }
}

const DEADLINE_MS = 150;
/**
 * Only outside browsers is what has arrived read in the next turns of the loop: on a page another
 * process passes it on when it likes (Firefox lost a connection now and then).
 */
const isPage = typeof document !== "undefined";
/** How long a loop is blocked, in deadlines. */
const BLOCKS = [1, 2, 3, 5];

/** Each holds up whatever runs beside it. */
const blocks = [
  {
    name: "a loop blocked for longer than the connect timeout loses no handshake that was accepted",
    only: "full",
    isAlone: true,
    async test(lab) {
      for (const deadlines of BLOCKS) {
        // The block ends after the deadline, and the server accepts at its beginning.
        const observed = lab.connect("/slow/100", { connectTimeoutMs: 100 + DEADLINE_MS });
        const dialled = BLOCKS.indexOf(deadlines) + 1;
        await lab.recorded(({ dials }) => dials.length === dialled);
        block(100 + deadlines * DEADLINE_MS);
        await observed.until("open 0");
        equal(observed.log, ["open 0"], `events of a block of ${deadlines} deadlines`);
      }
      equal((await lab.record()).dials.length, BLOCKS.length, "dials that the server saw");
    },
  },
  {
    name: "a loop blocked for longer than the heartbeat's timeout loses no live connection",
    only: "full",
    isAlone: true,
    async test(lab) {
      for (const deadlines of BLOCKS) {
        let probes = 0;
        const heartbeat = { intervalMs: DEADLINE_MS, timeoutMs: DEADLINE_MS, ...PING };
        const observed = lab.connect("/echo", {
          heartbeat: {
            ...heartbeat,
            message() {
              // Blocks when the first probe has left, before its answer is read.
              if (probes++ === 0) setTimeout(() => block(deadlines * DEADLINE_MS), 1);
              return "ping";
            },
          },
        });
        await until(() => probes >= 3, () => `3 probes, log is ${observed.log}`);
        equal(observed.log, ["open 0"], `events of a block of ${deadlines} deadlines`);
        observed.ws.close();
      }
      equal((await lab.record()).dials.length, BLOCKS.length, "dials that the server saw");
    },
  },
];

export const lossCases = [
  {
    name: "a flapping server is dialled again 100 times",
    isLong: true,
    async test(lab) {
      const observed = lab.provoke("/first/100/close/1001", { backoff: () => 1 });
      await observed.until("open 100 again");
      equal((await lab.record()).dials.length, 101, "dials that the server saw");
      equal(observed.log.filter((line) => line === "close 1001 clean retry").length, 100, "closes");
    },
  },
  {
    name: "messages sent across a kill -9 and restart arrive in order, each at most once",
    needs: ["queue"],
    isLong: true,
    async test(lab) {
      const observed = lab.connect(await lab.child("start"), { queue: { maxMessages: 5_000 } });
      await observed.until("open 0");
      const sending = startSending(observed.ws);
      await lab.recorded(({ messages }) => messages.length >= 20);
      await lab.child("kill");
      await until(() => sending.queued.length >= 20, () => "messages sent while down");
      await lab.child("start");
      await until(() => observed.ws.readyState === 1, () => "the reconnection");
      await sleep(50);
      const count = sending.stop();
      const { messages, dials } = await lab.recorded(({ messages }) =>
        messages.includes(`${count - 1}`)
      );
      const arrived = messages.map(Number);
      assertOnceAndInOrder(arrived);
      equal(sending.queued.filter((n) => !arrived.includes(n)), [], "lost although queued");
      equal(dials.length, 2, "dials that the servers saw");
      equal(observed.log.slice(0, 1), ["open 0"], "the first event");
      ok(
        observed.log.includes("close 1006 unclean retry connection-lost"),
        `a loss with 1006 in ${observed.log.filter((line) => !line.startsWith("message"))}`,
      );
    },
  },
  {
    name: "a frozen server is found by the heartbeat and used again once thawed",
    needs: ["heartbeat"],
    isLong: true,
    async test(lab) {
      const observed = lab.connect(await lab.child("start"), {
        heartbeat: { intervalMs: 200, timeoutMs: 1_000, ...PING },
        connectTimeoutMs: 2_000,
      });
      await observed.until("open 0");
      await lab.child("freeze");
      await observed.until("error heartbeat-timeout");
      await observed.until("error connect-timeout");
      await lab.child("thaw");
      await until(() => observed.log.at(-1).endsWith("again"), () => "the reconnection");
      equal(observed.log.slice(0, 4), [
        "open 0",
        "error heartbeat-timeout",
        "close 1006 unclean retry heartbeat-timeout",
        "retry 1",
      ], "events");
    },
  },
  {
    name: "a heartbeat keeps a healthy connection and hides its replies",
    needs: ["heartbeat"],
    isLong: true,
    async test(lab) {
      const observed = lab.connect("/heart/0", {
        heartbeat: { intervalMs: 300, timeoutMs: 3_000, ...PING },
      });
      const { messages } = await lab.recorded(({ messages }) => messages.length >= 3);
      equal(messages.slice(0, 3), ["ping", "ping", "ping"], "probes that the server saw");
      equal(observed.log, ["open 0"], "events");
    },
  },
  {
    name: "an answer late but within the timeout keeps the connection",
    needs: ["heartbeat"],
    isLong: true,
    async test(lab) {
      const observed = lab.connect("/heart/700", {
        heartbeat: { intervalMs: 200, timeoutMs: 2_000, ...PING },
      });
      await lab.recorded(({ messages }) => messages.length >= 4);
      equal(observed.log, ["open 0"], "events");
    },
  },
  {
    name: "silence without a probe is a loss after interval plus timeout",
    needs: ["heartbeat"],
    async test(lab) {
      const observed = lab.connect("/mute", {
        heartbeat: { intervalMs: 100, timeoutMs: 150 },
        maxAttempts: 0,
      });
      const at = {};
      for (const type of ["open", "error"]) {
        observed.ws.addEventListener(type, () => at[type] = Date.now());
      }
      const { error } = await observed.over();
      const silentMs = at.error - at.open;
      ok(silentMs >= 240, `a loss after 250 ms, not ${silentMs}`);
      equal(error.code, "heartbeat-timeout", "the error");
    },
  },
  {
    name: "a close frame that is followed by FIN is reported and retried",
    async test(lab) {
      const observed = lab.provoke("/first/1/close-fin");
      await observed.until("open 1 again");
      const close = observed.log.find((line) => line.startsWith("close"));
      ok(/^close 1001 (un)?clean retry/.test(close), `1001, not ${close}`);
    },
  },
  {
    name: "a close frame whose TCP connection stays open does not hold the client",
    needs: ["heartbeat"],
    async test(lab) {
      const observed = lab.provoke("/first/1/close-no-fin", {
        heartbeat: { intervalMs: 300, timeoutMs: 300, ...PING },
      });
      await observed.until("open 1 again");
      equal(observed.log.filter((line) => line.startsWith("close")).length, 1, "closes");
    },
  },
  {
    name: "a server that accepts and then drops uses up the attempts",
    async test(lab) {
      const observed = lab.provoke("/fin", { maxAttempts: 3 });
      const { error } = await observed.over();
      equal(error.code, "retry-limit", "the ending");
      equal((await lab.record()).dials.length, 4, "dials that the server saw");
      equal(observed.log.filter((line) => line.startsWith("open")), [
        "open 0",
        "open 1 again",
        "open 2 again",
        "open 3 again",
      ], "opens");
    },
  },
  {
    name: "the attempt counter starts again once a connection stayed open long enough",
    isLong: true,
    async test(lab) {
      const url = await lab.child("start");
      const observed = lab.connect(url, { stableAfterMs: 300 });
      await observed.until("open 0");
      for (const round of [1, 2]) {
        await sleep(350);
        await until(() => observed.ws.attempt === 0, () => "attempt 0");
        await lab.child("kill");
        await observed.until("retry 1", round);
        await lab.child("start");
        await until(() => observed.ws.readyState === 1, () => "the reconnection");
      }
      equal(observed.log.filter((line) => line === "retry 1").length, 2, "outages");
    },
  },
  {
    name: "a killed server that never returns uses up the attempts",
    isLong: true,
    async test(lab) {
      const observed = lab.connect(await lab.child("start"), { maxAttempts: 3 });
      await observed.until("open 0");
      await lab.child("kill");
      await observed.over();
      equal(observed.log.slice(-8), [
        "error connect-failed",
        "close 1006 unclean retry connect-failed",
        "retry 2",
        "error connect-failed",
        "close 1006 unclean retry connect-failed",
        "retry 3",
        "error retry-limit",
        "close 1006 unclean final retry-limit",
      ], "the last events");
    },
  },
  {
    name: "what reconnect() leaves delivers what was handed over, and its close frame",
    isLong: true,
    async test(lab) {
      for (const [n, bytes] of [0, 100_000].entries()) {
        const observed = lab.connect("/sink");
        const { ws } = observed;
        await lab.opened(ws);
        const messages = Array.from({ length: 20 }, (_, k) => `${k}`.padEnd(bytes, "."));
        for (const message of messages) ws.send(message);
        ws.reconnect(4001, "moved");
        const record = await lab.recorded(({ closes }) => closes.length === 2 * n + 1);
        equal(record.closes.at(-1), { code: 4001, reason: "moved" }, "close frame");
        equal(
          record.messages.slice(20 * n),
          messages.map((text) => bytes ? `text of ${bytes}` : text),
          "messages that the server saw",
        );
        // Closed any earlier, the next connection would leave no close frame at the server.
        await observed.until("open 0 again");
        ws.close();
        await lab.recorded(({ closes }) => closes.length === 2 * n + 2);
      }
    },
  },
  ...(isPage ? [] : blocks),
  ...losses,
  ...violations,
];
