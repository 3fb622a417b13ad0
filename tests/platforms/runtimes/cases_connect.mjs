// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * Attempts: those that fail in every way, those that are late, and what their end looks like.
 *
 * @module
 */
import { equal, ok, rejected, sleep } from "./harness.mjs";

const FAILED_THRICE = [
  "error connect-failed",
  "close 1006 unclean retry connect-failed",
  "retry 1",
  "error connect-failed",
  "close 1006 unclean retry connect-failed",
  "retry 2",
  "error retry-limit",
  "close 1006 unclean final retry-limit",
];

/** Faults before the connection is open: all of them are failed attempts, and are retried. */
const failures = [
  ["a connection dropped before the response", "/drop"],
  ["a connection reset before the response", "/rst-upgrade"],
  ["a response that is not HTTP", "/garbage"],
  ["status 401", "/status/401"],
  ["status 403", "/status/403"],
  ["status 404", "/status/404"],
  ["status 429", "/status/429"],
  ["status 500", "/status/500"],
  ["status 503", "/status/503"],
  ["a redirect", "/redirect"],
  ["a wrong Sec-WebSocket-Accept", "/bad-accept"],
].map(([what, path]) => ({
  name: `${what} is a failed attempt, retried up to the limit`,
  async test(lab) {
    const observed = lab.connect(path, { maxAttempts: 2 });
    await observed.over();
    equal(observed.log, FAILED_THRICE, "events");
    equal((await lab.record()).dials.length, 3, "dials that the server saw");
  },
}));

export const connectCases = [
  ...failures,
  {
    name: "a refused port is a failed attempt, retried up to the limit",
    async test(lab) {
      const observed = lab.connect(lab.refusedUrl, { maxAttempts: 2 });
      const { error } = await observed.over();
      equal(observed.log, FAILED_THRICE, "events");
      equal(error.cause?.code, "connect-failed", "the cause of the retry limit");
      const [first, second] = observed.delays;
      ok(first >= 20 && first <= 40, `a first delay in [20, 40] ms, not ${first}`);
      ok(second >= 20 && second <= 200, `a second delay in [20, 200] ms, not ${second}`);
    },
  },
  {
    name: "an end before the first open rejects `opened` and fulfils `closed`",
    async test(lab) {
      const { ws } = lab.connect(lab.refusedUrl, { maxAttempts: 0 });
      const error = await rejected(lab.opened(ws));
      ok(error instanceof lab.client.ReconnectingWebSocketError, "a ReconnectingWebSocketError");
      equal((await ws.closed).error?.code, "connect-failed", "the ending");
    },
  },
  {
    name: "after failed attempts the first connection opens with its attempt number",
    async test(lab) {
      const observed = lab.connect("/first/3/status/503");
      await lab.opened(observed.ws);
      await observed.until("open 3");
      equal(observed.log.filter((line) => line.startsWith("error")).length, 3, "errors");
      equal((await lab.record()).dials.length, 4, "dials that the server saw");
      equal(observed.ws.attempt, 3, "attempt while not yet stable");
    },
  },
  {
    name: "an upgrade that is never answered is abandoned at the connect timeout",
    isLong: true,
    async test(lab) {
      const observed = lab.connect("/hang", { connectTimeoutMs: 1_000, maxAttempts: 1 });
      await observed.over();
      equal(observed.log, [
        "error connect-timeout",
        "close 1006 unclean retry connect-timeout",
        "retry 1",
        "error retry-limit",
        "close 1006 unclean final retry-limit",
      ], "events");
      equal(observed.errors[1].cause?.code, "connect-timeout", "the cause of the retry limit");
      // A browser may hold the second dial back for a while after the first one hung.
      const { dials } = await lab.record();
      ok(dials.length <= 2, `at most 2 dials, not ${dials.length}`);
    },
  },
  {
    name: "the TCP connection of an abandoned upgrade is closed",
    isLong: true,
    async test(lab) {
      const observed = lab.connect("/hang", { connectTimeoutMs: 1_000, maxAttempts: 0 });
      await lab.recorded(({ dials }) => dials.length === 1);
      await observed.over();
      const { dials } = await lab.recorded(({ live }) => live === 0);
      equal(dials.length, 1, "dials that the server saw");
    },
  },
  {
    name: "a slow upgrade opens within the connect timeout",
    async test(lab) {
      const observed = lab.connect("/slow/400");
      await observed.until("open 0");
      equal((await lab.record()).dials.length, 1, "dials that the server saw");
    },
  },
  {
    name: "an upgrade that comes after the connect timeout is not heard",
    isLong: true,
    async test(lab) {
      const observed = lab.connect("/first/1/slow/2500", { connectTimeoutMs: 2_000 });
      await observed.until("open 1");
      await sleep(700);
      equal(observed.log, [
        "error connect-timeout",
        "close 1006 unclean retry connect-timeout",
        "retry 1",
        "open 1",
      ], "events");
      await lab.recorded(({ live }) => live === 1);
    },
  },
  {
    name: "messages in the same packet as the upgrade response arrive after open",
    async test(lab) {
      const observed = lab.connect("/eager");
      await observed.until("message second");
      equal(observed.log, ["open 0", "message first", "message second"], "events");
    },
  },
  {
    name: "the subprotocol that the server chooses is reported",
    async test(lab) {
      const observed = lab.connect("/echo", { protocols: ["chat.v2", "chat.v1"] });
      await observed.until("open 0");
      equal(observed.ws.protocol, "chat.v2", "protocol");
      const [offered] = (await lab.record()).protocols;
      equal(offered.split(/, */), ["chat.v2", "chat.v1"], "protocols that the server saw");
    },
  },
  {
    name: "a subprotocol where none was asked for is a failed attempt",
    async test(lab) {
      const observed = lab.connect("/wrong-protocol", { maxAttempts: 2 });
      await observed.over();
      equal(observed.log, FAILED_THRICE, "events");
    },
  },
  {
    name: "a subprotocol that was not asked for is a failed attempt",
    async test(lab) {
      const observed = lab.connect("/wrong-protocol", { protocols: ["chat.v1"], maxAttempts: 2 });
      await observed.over();
      equal(observed.log, FAILED_THRICE, "events");
    },
  },
  {
    name: "clients at once each get their own connection",
    async test(lab) {
      const all = Array.from({ length: 5 }, () => lab.connect("/echo"));
      await Promise.all(all.map(({ ws }) => lab.opened(ws)));
      all.forEach(({ ws }, n) => ws.send(`client ${n}`));
      await Promise.all(all.map((observed, n) => observed.until(`message client ${n}`)));
      equal((await lab.record()).live, 5, "live sockets");
    },
  },
  {
    name: "a hint that the network is back ends a wait",
    needs: ["connectivity"],
    async test(lab) {
      const hints = new Set();
      const connectivity = {
        online: true,
        subscribe(listener) {
          hints.add(listener);
          return () => hints.delete(listener);
        },
      };
      const observed = lab.connect("/first/1/status/503", {
        backoff: () => 300_000,
        maxDelayMs: 300_000,
        sources: { ...lab.options().sources, connectivity },
      });
      await observed.until("retry 1");
      for (const hint of hints) hint("online");
      await observed.until("open 1");
      observed.ws.close();
      await observed.over();
      equal(hints.size, 0, "subscriptions at the end");
    },
  },
];
