// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * What the user plugs in: providers, the handshake, `shouldRetry`, policies and listeners, when they
 * work and when they fail.
 *
 * @module
 */
import { equal, LISTENER_BUG, ok, sleep, until } from "./harness.mjs";

/** What is reported by `console.error` or as an `error` event, wherever this platform does it. */
function watchReports() {
  const seen = [];
  const { console } = globalThis;
  const { error: write } = console;
  const note = ({ error, message }) => seen.push(String(error ?? message));
  console.error = (...words) => {
    seen.push(words.join(" "));
    return write.apply(console, words);
  };
  globalThis.addEventListener?.("error", note);
  return {
    stop() {
      console.error = write;
      globalThis.removeEventListener?.("error", note);
      return seen;
    },
  };
}

async function authenticate(link) {
  link.send("token:good");
  const reply = await link.receive();
  if (reply !== "welcome") throw new Error(`unexpected reply: ${reply}`);
}

export const hookCases = [
  {
    name: "an async url provider is asked before every attempt",
    needs: ["provider"],
    async test(lab) {
      const asked = [];
      const observed = lab.connect(async ({ attempt }) => {
        asked.push(attempt);
        await Promise.resolve();
        return new URL(lab.url("/first/2/status/403", { attempt }));
      });
      equal(observed.ws.url, "", "url at first");
      await observed.until("open 2");
      equal(asked, [0, 1, 2], "attempts asked for");
      equal(observed.ws.url, lab.url("/first/2/status/403", { attempt: 2 }), "url when open");
    },
  },
  {
    name: "a provider that throws, rejects or gives nonsense fails the attempt",
    needs: ["provider"],
    async test(lab) {
      const answers = [
        () => {
          throw new Error("thrown");
        },
        () => Promise.reject(new Error("rejected")),
        () => "ftp://127.0.0.1/",
        () => lab.url("/echo"),
      ];
      const observed = lab.connect(({ attempt }) => answers[attempt]());
      await observed.until("open 3");
      equal(observed.log.filter((line) => line.startsWith("error")), [
        "error provider-failed",
        "error provider-failed",
        "error provider-failed",
      ], "errors");
      equal(observed.errors[0].cause?.message, "thrown", "the first cause");
      equal((await lab.record()).dials.length, 1, "dials that the server saw");
    },
  },
  {
    name: "a provider that never answers fails two attempts, and is called anew after them",
    needs: ["provider"],
    isLong: true,
    async test(lab) {
      const observed = lab.connect(
        ({ attempt }) => attempt === 0 ? new Promise(() => {}) : lab.url("/echo"),
        { connectTimeoutMs: 1_000 },
      );
      await observed.until("open 2");
      const errors = observed.log.filter((line) => line.startsWith("error"));
      equal(errors, ["error connect-timeout", "error provider-failed"], "errors");
    },
  },
  {
    name: "close code 4401 is retried with a fresh token from the provider",
    needs: ["provider"],
    async test(lab) {
      const tokens = ["stale", "fresh"];
      const observed = lab.connect(() => lab.url("/token", { token: tokens.shift() }));
      await observed.until("open 1 again");
      observed.ws.send("hello");
      await observed.until("message hello");
      equal(observed.log.slice(0, 3), [
        "open 0",
        'close 4401 "token expired" clean retry',
        "retry 1",
      ], "events");
    },
  },
  {
    name: "a protocols provider is asked before every attempt",
    needs: ["provider"],
    async test(lab) {
      const observed = lab.provoke("/first/1/close/3000", {
        protocols: ({ attempt }) => Promise.resolve([`token.${attempt}`]),
      });
      await observed.until("open 1 again");
      equal((await lab.record()).protocols, ["token.0", "token.1"], "protocols");
      equal(observed.ws.protocol, "token.1", "protocol");
    },
  },
  {
    name: "the handshake runs before open and before the queue, on every connection",
    needs: ["handshake", "queue"],
    async test(lab) {
      const observed = lab.connect("/auth", { handshake: authenticate });
      observed.ws.send("queued");
      await observed.until("message queued");
      observed.ws.reconnect();
      await observed.until("open 0 again");
      observed.ws.send("more");
      await observed.until("message more");
      equal(
        observed.log.filter((line) => line.startsWith("open") || line.startsWith("message")),
        [
          "open 0",
          "message news",
          "message queued",
          "open 0 again",
          "message news",
          "message more",
        ],
        "events",
      );
      const { messages } = await lab.record();
      equal(messages, ["token:good", "queued", "token:good", "more"], "messages");
    },
  },
  {
    name: "a handshake that throws is a failed attempt without open",
    needs: ["handshake"],
    async test(lab) {
      const observed = lab.connect("/auth", {
        handshake: async (link) => {
          if (link.attempt === 0) throw new Error("no token yet");
          await authenticate(link);
        },
      });
      await observed.until("open 1");
      equal(observed.log.slice(0, 3), [
        "error handshake-failed",
        "close 1006 unclean retry handshake-failed",
        "retry 1",
      ], "events");
      equal(observed.errors[0].cause?.message, "no token yet", "the cause");
    },
  },
  {
    name: "a handshake that never ends fails the attempt at the connect timeout",
    needs: ["handshake"],
    isLong: true,
    async test(lab) {
      const observed = lab.connect("/echo", {
        handshake: ({ attempt }) => attempt === 0 ? new Promise(() => {}) : undefined,
        connectTimeoutMs: 1_500,
      });
      await observed.until("open 1");
      equal(observed.log[0], "error connect-timeout", "the first event");
      await lab.recorded(({ live }) => live === 1);
    },
  },
  {
    name: "a server that closes during the handshake rejects receive() with its code",
    needs: ["handshake"],
    async test(lab) {
      let receiving;
      const observed = lab.connect("/auth", {
        handshake: async (link) => {
          link.send("token:bad");
          receiving = link.receive();
          await receiving;
        },
      });
      await observed.until("retry 1");
      observed.ws.close();
      const outcome = await receiving.then(() => "fulfilled", () => "rejected");
      equal(outcome, "rejected", "receive()");
      equal(
        observed.log[0],
        'close 4401 "bad token" clean retry handshake-failed',
        "an expired token is worth a handshake more",
      );
      equal(observed.log.some((line) => line.startsWith("open")), false, "open events");
    },
  },
  {
    name: "a server that drops during the handshake is a failed attempt",
    needs: ["handshake"],
    async test(lab) {
      const observed = lab.connect("/first/1/fin", {
        handshake: async ({ attempt, send, receive }) => {
          if (attempt > 0) return;
          send("go");
          await receive();
        },
      });
      await observed.until("open 1");
      equal(observed.log, [
        "error handshake-failed",
        "close 1006 unclean retry handshake-failed",
        "retry 1",
        "open 1",
      ], "events");
    },
  },
  {
    name: "shouldRetry sees each failure and decides",
    needs: ["retry"],
    async test(lab) {
      const failures = [];
      const observed = lab.provoke("/first/2/close/4404", {
        shouldRetry: ({ attempt, code, reason, wasClean, wasOpen }) => {
          failures.push([attempt, code, reason, wasClean, wasOpen]);
          return failures.length < 2 ? { delayMs: 50 } : false;
        },
      }, { reason: "gone?" });
      await observed.over();
      equal(failures, [
        [0, 4404, "gone?", true, true],
        [1, 4404, "gone?", true, true],
      ], "failures");
      const [delayMs] = observed.delays;
      ok(delayMs >= 50 && delayMs <= 75, `a hint spread over [50, 75] ms, not ${delayMs}`);
      equal((await lab.record()).dials.length, 2, "dials that the server saw");
    },
  },
  {
    name: "a shouldRetry and a policy that throw are replaced by the defaults",
    needs: ["retry"],
    async test(lab) {
      const fail = () => {
        throw new Error(LISTENER_BUG);
      };
      const observed = lab.connect("/first/2/status/500", { shouldRetry: fail, backoff: fail });
      await observed.until("open 2");
      equal(observed.delays, [200, 200], "delays");
    },
  },
  {
    name: "a hook that throws is reported once until open, and ends nothing",
    needs: ["retry", "trace"],
    async test(lab) {
      const reports = watchReports();
      const fail = (hook) => () => {
        throw new Error(`${LISTENER_BUG}: ${hook}, ${lab.id}`);
      };
      const hooks = ["backoff", "shouldRetry", "trace"];
      const observed = lab.connect(
        "/first/3/status/500",
        Object.fromEntries(hooks.map((hook) => [hook, fail(hook)])),
      );
      await observed.until("open 3");
      // The report of an error may take a turn of the event loop.
      await sleep(50);
      const seen = reports.stop().filter((text) => text.includes(lab.id));
      const counts = hooks.map((hook) => seen.filter((text) => text.includes(`${hook},`)).length);
      equal(counts, [1, 1, 1], `reports of ${hooks}`);
    },
  },
  {
    name: "every default delay lies within the first delay and the longest",
    async test(lab) {
      const observed = lab.connect("/status/503", { maxAttempts: 6, maxDelayMs: 100 });
      await observed.over();
      equal(observed.delays.length, 6, "delays");
      for (const delayMs of observed.delays) {
        ok(delayMs >= 20 && delayMs <= 100, `a delay in [20, 100] ms, not ${delayMs}`);
      }
      equal((await lab.record()).dials.length, 7, "dials that the server saw");
    },
  },
  {
    name: "trace gets one plain record for each decision",
    needs: ["trace"],
    async test(lab) {
      const records = [];
      const observed = lab.connect("/first/1/status/503", {
        trace: (record) => records.push(record),
      });
      await observed.until("open 1");
      const inputs = records.map(({ input }) => input.type);
      equal(inputs[0], "start", "the first input");
      ok(inputs.includes("lost") && inputs.includes("opened"), `lost and opened in ${inputs}`);
      equal(JSON.parse(JSON.stringify(records)).length, records.length, "plain data");
    },
  },
  {
    name: "a server that closes right behind its upgrade response is dialled again",
    async test(lab) {
      const observed = lab.connect("/first/5/close/1011", {}, { now: 1 });
      // Whether these connections count as open before they close is up to the platform.
      await until(
        () => observed.ws.attempt === 5 && observed.ws.readyState === 1,
        () => `the sixth connection, log is ${observed.log}`,
      );
      observed.ws.send("survived");
      await observed.until("message survived");
      equal((await lab.record()).dials.length, 6, "dials that the server saw");
    },
  },
];
