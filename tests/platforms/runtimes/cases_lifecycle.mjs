// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * What the user ends: `close()` in each phase and inside each listener, `reconnect()`, the abort
 * signal, dispose, and the promises.
 *
 * @module
 */
import { equal, ok, rejected, sleep, thrown, until } from "./harness.mjs";

const DROPPED = "close 1006 unclean final";
/** Less than the suite's close timeout, and more than a busy machine adds to what is done at once. */
const PATIENCE_MS = 7_000;

export const lifecycleCases = [
  {
    name: "a first connection: states, events, promises and properties in order",
    async test(lab) {
      const observed = lab.connect("/echo");
      const { ws } = observed;
      equal([ws.readyState, ws.state, ws.attempt], [0, "connecting", 0], "at first");
      await lab.opened(ws);
      equal([ws.readyState, ws.state, ws.attempt], [1, "open", 0], "when open");
      equal(ws.url, lab.url("/echo"), "url");
      equal([ws.protocol, typeof ws.extensions], ["", "string"], "protocol, extensions");
      ws.close(1000, "done");
      equal([ws.readyState, ws.state], [2, "closing"], "after close()");
      const ending = await ws.closed;
      equal(
        ending,
        { code: 1000, reason: "done", wasClean: true, error: null, undelivered: [] },
        "ending",
      );
      equal(observed.log, ["open 0", 'close 1000 "done" clean final'], "events");
      equal(observed.states, ["open", "closing", "closed"], "states");
    },
  },
  {
    name: "an outage: states and events in order",
    async test(lab) {
      const order = [];
      const { ws } = lab.provoke("/first/1/close/1001");
      for (const type of ["open", "error", "close", "retry"]) {
        ws.addEventListener(type, () => order.push(type));
      }
      ws.addEventListener("statechange", ({ state }) => order.push(`> ${state}`));
      await until(() => order.filter((line) => line === "open").length === 2, () => `${order}`);
      equal(order, [
        "> open",
        "open",
        "> waiting",
        "close",
        "retry",
        "> connecting",
        "> open",
        "open",
      ], "order");
    },
  },
  {
    name: "close() right after construction dials nothing or drops it, and closes once",
    async test(lab) {
      const observed = lab.connect("/echo");
      observed.ws.close();
      equal(observed.ws.readyState, 2, "readyState");
      equal(observed.log, [], "events are not synchronous");
      await observed.over();
      equal(observed.log, [DROPPED], "events");
      await lab.recorded(({ live }) => live === 0);
    },
  },
  {
    name: "close() while the upgrade is pending drops the connection and closes once",
    async test(lab) {
      const observed = lab.connect("/hang");
      await lab.recorded(({ dials }) => dials.length === 1);
      observed.ws.close(4000, "not wanted");
      equal([observed.ws.readyState, observed.log], [2, []], "after close()");
      await observed.over();
      equal(observed.log, [DROPPED], "events");
    },
  },
  {
    name: "close() while a provider is pending aborts its signal",
    needs: ["provider"],
    async test(lab) {
      let signal;
      const observed = lab.connect((context) => {
        signal = context.signal;
        return new Promise(() => {});
      });
      await until(() => signal, () => "the provider's call");
      observed.ws.close();
      await observed.over();
      equal([signal.aborted, observed.log], [true, [DROPPED]], "signal and events");
    },
  },
  {
    name: "close() during the handshake aborts its signal and closes cleanly",
    needs: ["handshake"],
    async test(lab) {
      let link;
      const observed = lab.connect("/echo", {
        handshake: (given) => {
          link = given;
          return new Promise(() => {});
        },
      });
      await until(() => link, () => "the handshake");
      observed.ws.close(4000, "changed my mind");
      await observed.over();
      equal(link.signal.aborted, true, "the link's signal");
      equal(observed.log, ['close 4000 "changed my mind" clean final'], "events");
      await lab.recorded(({ closes }) => closes[0]?.code === 4000);
    },
  },
  {
    name: "close() while waiting cancels the retry",
    async test(lab) {
      const observed = lab.connect("/status/503");
      // A turn later and not when a poll sees it, by which time the wait may be over.
      observed.ws.addEventListener("retry", ({ attempt }) => {
        if (attempt === 2) setTimeout(() => observed.ws.close(), 0);
      });
      await observed.over();
      equal(observed.log.slice(-2), ["retry 2", DROPPED], "the last events");
      const { dials } = await lab.record();
      await sleep(400);
      equal((await lab.record()).dials.length, dials.length, "dials afterwards");
    },
  },
  {
    name: "close() with code and reason reaches the server and comes back",
    async test(lab) {
      const observed = lab.connect("/echo");
      await lab.opened(observed.ws);
      observed.ws.close(4321, "ciao 👋");
      observed.ws.close(4000, "again");
      await observed.over();
      equal(observed.log, ["open 0", 'close 4321 "ciao 👋" clean final'], "events");
      const { closes } = await lab.recorded(({ closes }) => closes.length === 1);
      equal(closes, [{ code: 4321, reason: "ciao 👋" }], "close frames that the server saw");
    },
  },
  {
    name: "close() without arguments closes cleanly",
    async test(lab) {
      const observed = lab.connect("/echo");
      await lab.opened(observed.ws);
      observed.ws.close();
      const { wasClean, error } = await observed.over();
      equal([wasClean, error], [true, null], "the ending");
      equal(observed.log.length, 2, "events");
    },
  },
  {
    name: "close() towards a dead peer ends after the close timeout",
    async test(lab) {
      const observed = lab.connect("/mute", { closeTimeoutMs: 300 });
      await lab.opened(observed.ws);
      const startMs = Date.now();
      observed.ws.close(4000, "anybody there?");
      const { code, wasClean } = await observed.over();
      const tookMs = Date.now() - startMs;
      ok(tookMs >= 250 && tookMs < PATIENCE_MS, `300 ms or a little more, not ${tookMs}`);
      equal([code, wasClean], [1006, false], "the ending");
    },
  },
  {
    name: "close() in an open listener keeps the queue back",
    needs: ["queue"],
    async test(lab) {
      const observed = lab.connect("/sink");
      observed.ws.send("queued");
      observed.ws.addEventListener("open", () => {
        observed.ws.close();
        equal(observed.ws.readyState, 2, "readyState inside");
      });
      const { undelivered } = await observed.over();
      equal(undelivered, ["queued"], "undelivered");
      const { messages } = await lab.recorded(({ closes }) => closes.length === 1);
      equal(messages, [], "messages that the server saw");
    },
  },
  {
    name: "close() in a message listener stops further messages",
    async test(lab) {
      const observed = lab.connect("/many/100");
      observed.ws.addEventListener("message", () => observed.ws.close());
      await observed.over();
      equal(observed.messages, ["0"], "messages");
    },
  },
  {
    name: "close() in error, close and retry listeners ends the client",
    async test(lab) {
      for (const type of ["error", "close", "retry"]) {
        const observed = lab.connect("/status/503");
        observed.ws.addEventListener(type, () => observed.ws.close());
        await observed.over();
        equal(observed.log.at(-1).startsWith("close 1006 unclean final"), true, `after ${type}`);
        equal(observed.log.filter((line) => line.startsWith("retry")).length, +(type === "retry"));
      }
      await sleep(300);
      equal((await lab.record()).dials.length, 3, "dials that the server saw");
    },
  },
  {
    name: "a refused close() throws and changes nothing",
    only: "full",
    async test(lab) {
      const { ws } = lab.connect("/echo");
      await lab.opened(ws);
      for (const code of [999, 1001, 1006, 2999, 5000]) {
        equal(thrown(() => ws.close(code)).name, "InvalidAccessError", `close(${code})`);
      }
      equal(thrown(() => ws.close(1000, "ä".repeat(62))).name, "SyntaxError", "a long reason");
      equal([ws.readyState, ws.state], [1, "open"], "state");
    },
  },
  {
    name: "reconnect() replaces an open connection at once",
    async test(lab) {
      const observed = lab.connect("/echo");
      await lab.opened(observed.ws);
      observed.ws.reconnect(4000, "fresh start");
      equal([observed.ws.readyState, observed.ws.attempt], [0, 0], "after reconnect()");
      await observed.until("open 0 again");
      const { dials, closes } = await lab.recorded(({ closes }) => closes.length === 1);
      equal(dials.length, 2, "dials that the server saw");
      equal(closes, [{ code: 4000, reason: "fresh start" }], "close frames that the server saw");
      equal(observed.log.filter((line) => line.startsWith("close")).length, 1, "closes");
      await lab.recorded(({ live }) => live === 1);
    },
  },
  {
    name: "reconnect() ends a wait and resets the counters",
    async test(lab) {
      const observed = lab.connect("/first/2/status/503", {
        backoff: ({ attempt }) => attempt < 2 ? 10 : 60_000,
        maxDelayMs: 60_000,
      });
      await observed.until("retry 2");
      observed.ws.reconnect();
      await observed.until("open 0");
      equal((await lab.record()).dials.length, 3, "dials that the server saw");
    },
  },
  {
    name: "reconnect() does not wait for a dead peer",
    async test(lab) {
      const observed = lab.connect("/first/1/mute");
      await lab.opened(observed.ws);
      const startMs = Date.now();
      observed.ws.reconnect();
      await observed.until("open 0 again");
      ok(Date.now() - startMs < PATIENCE_MS, "no close timeout");
    },
  },
  {
    name: "reconnect() in every kind of listener leaves one connection",
    async test(lab) {
      const observed = lab.connect("/echo");
      const { ws } = observed;
      for (const type of ["open", "close", "retry", "message"]) {
        ws.addEventListener(type, () => ws.reconnect(), { once: true });
      }
      await observed.until("open 0 again");
      ws.send("first");
      await observed.until("open 0 again", 2);
      ws.send("second");
      await observed.until("message second");
      const record = await lab.recorded(({ live }) => live === 1);
      equal(record.messages, ["first", "second"], "messages that the server saw");
    },
  },
  {
    name: "reconnect() on a client that is over throws InvalidStateError",
    async test(lab) {
      const { ws } = lab.connect("/echo");
      ws.close();
      equal(thrown(() => ws.reconnect()).name, "InvalidStateError", "while closing");
      await ws.closed;
      equal(thrown(() => ws.reconnect()).name, "InvalidStateError", "when closed");
    },
  },
  {
    name: "aborting the signal closes an open connection and says why",
    needs: ["abort"],
    async test(lab) {
      const controller = new AbortController();
      const observed = lab.connect("/echo", { signal: controller.signal });
      await lab.opened(observed.ws);
      const reason = new Error("navigated away");
      controller.abort(reason);
      const { error, wasClean } = await observed.over();
      equal([error.code, wasClean], ["aborted", true], "the ending");
      ok(error.cause === reason, "the signal's reason as cause");
      equal(observed.log.length, 2, "events");
    },
  },
  {
    name: "a signal that is aborted already prevents every dial",
    needs: ["abort"],
    async test(lab) {
      // Not AbortSignal.abort(), which React Native lacks.
      const controller = new AbortController();
      controller.abort();
      const { signal } = controller;
      const observed = lab.connect("/echo", { signal });
      equal(observed.log, [], "events are not synchronous");
      await observed.over();
      equal(observed.log, ["close 1006 unclean final aborted"], "events");
      equal((await rejected(lab.opened(observed.ws))).code, "aborted", "opened");
      equal((await lab.record()).dials, [], "dials that the server saw");
    },
  },
  {
    name: "dispose closes, and async dispose waits for the end",
    only: "full",
    async test(lab) {
      const first = lab.connect("/echo");
      const second = lab.connect("/echo");
      await Promise.all([lab.opened(first.ws), lab.opened(second.ws)]);
      // WebKitGTK 2.50 has neither: there the names are those that compiled declarations look for.
      const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
      const asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");
      equal("undefined" in first.ws, false, "a method without a name");
      first.ws[dispose]();
      equal(first.ws.readyState, 2, "readyState after dispose");
      await second.ws[asyncDispose]();
      equal(second.ws.readyState, 3, "readyState after async dispose");
      equal((await first.over()).wasClean, true, "a clean end");
    },
  },
];
