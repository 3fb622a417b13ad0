// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * The surface: what the constructor refuses, and that the instance is the EventTarget and WebSocket
 * that it claims to be.
 *
 * @module
 */
import { equal, LISTENER_BUG, ok, thrown, until } from "./harness.mjs";

function nameOfThrown(action) {
  return thrown(action).name;
}

export const surfaceCases = [
  {
    name: "an unknown option is a TypeError that names it",
    only: "full",
    test(lab) {
      const { ReconnectingWebSocket } = lab.client;
      const { name, message } = thrown(() =>
        new ReconnectingWebSocket(lab.url("/echo"), lab.options({ maxRetries: 3 }))
      );
      equal(name, "TypeError", "name");
      ok(message.includes("maxRetries"), `maxRetries in ${message}`);
    },
  },
  {
    name: "options of a wrong type are TypeErrors, out of range RangeErrors",
    only: "full",
    test(lab) {
      const { ReconnectingWebSocket } = lab.client;
      const create = (options) => () =>
        new ReconnectingWebSocket(lab.url("/echo"), lab.options(options));
      for (
        const options of [
          { maxAttempts: -1 },
          { maxDelayMs: NaN },
          { connectTimeoutMs: Infinity },
          { stableAfterMs: 2 ** 31 },
          { backoff: { multiplier: 1 } },
          { queue: { maxMessages: -1 } },
          { heartbeat: { intervalMs: 0 } },
        ]
      ) equal(nameOfThrown(create(options)), "RangeError", JSON.stringify(options));
      for (
        const options of [
          { shouldRetry: true },
          { handshake: "no" },
          { queue: { overflow: "panic" } },
          { trace: {} },
        ]
      ) equal(nameOfThrown(create(options)), "TypeError", JSON.stringify(options));
    },
  },
  {
    name: "an invalid static URL is a SyntaxError from the constructor",
    only: "full",
    test(lab) {
      const { ReconnectingWebSocket } = lab.client;
      for (const url of ["ftp://127.0.0.1/", "ws://", "ws://127.0.0.1/#fragment", "ws://[::1/"]) {
        const create = () => new ReconnectingWebSocket(url, lab.options());
        equal(nameOfThrown(create), "SyntaxError", url);
      }
    },
  },
  {
    name: "invalid subprotocols are a SyntaxError from the constructor",
    only: "full",
    test(lab) {
      const { ReconnectingWebSocket } = lab.client;
      for (const protocols of [["a", "a"], [""], ["with space"], "comma,"]) {
        const create = () => new ReconnectingWebSocket(lab.url("/echo"), protocols, lab.options());
        equal(nameOfThrown(create), "SyntaxError", JSON.stringify(protocols));
      }
      const twice = () =>
        new ReconnectingWebSocket(lab.url("/echo"), ["a"], lab.options({ protocols: ["b"] }));
      equal(nameOfThrown(twice), "TypeError", "protocols in both places");
    },
  },
  {
    name: "an http: URL is dialled as ws:",
    only: "full",
    async test(lab) {
      const observed = lab.connect(lab.url("/echo").replace("ws:", "http:"));
      await lab.opened(observed.ws);
      equal(observed.ws.url, lab.url("/echo"), "url");
    },
  },
  {
    name: "a URL object is accepted",
    only: "full",
    async test(lab) {
      await lab.opened(lab.connect(new URL(lab.url("/echo"))).ws);
    },
  },
  {
    name: "constants, statics and EventTarget are those of a WebSocket",
    test(lab) {
      const { ReconnectingWebSocket } = lab.client;
      const { ws } = lab.connect("/echo");
      for (const object of [ReconnectingWebSocket, ws]) {
        const { CONNECTING, OPEN, CLOSING, CLOSED } = object;
        equal([CONNECTING, OPEN, CLOSING, CLOSED], [0, 1, 2, 3], "constants");
      }
      ok(ws instanceof EventTarget, "an EventTarget");
      equal([ws.onopen, ws.onmessage, ws.onerror, ws.onclose], [null, null, null, null], "on*");
    },
  },
  {
    name: "events are real: Event, and MessageEvent and CloseEvent where the platform has them",
    async test(lab) {
      const seen = {};
      const observed = lab.provoke("/first/1/close/1001");
      const { ws } = observed;
      for (const type of ["open", "close", "message"]) {
        ws.addEventListener(type, (event) => seen[type] = event);
      }
      await observed.until("open 1 again");
      ws.send("hello");
      await until(() => seen.message, () => "a message");
      ok(seen.open instanceof Event, "open is an Event");
      ok(seen.message instanceof Event, "message is an Event");
      if (typeof MessageEvent === "function") {
        ok(seen.message instanceof MessageEvent, "message is a MessageEvent");
      }
      equal([seen.message.data, seen.message.type], ["hello", "message"], "message");
      if (typeof CloseEvent === "function") ok(seen.close instanceof CloseEvent, "a CloseEvent");
      equal([seen.close.code, seen.close.wasClean], [1001, true], "close");
    },
  },
  {
    only: "full",
    name: "an inspection shows the URL without its query, the status and what is buffered",
    async test(lab) {
      const { ws } = lab.connect("/echo");
      await lab.opened(ws);
      const { Bun, Deno, process } = globalThis;
      // What console.log() is made of; elsewhere the method that it would call.
      const inspect = Bun?.inspect ?? Deno?.inspect ??
        process?.getBuiltinModule?.("node:util")?.inspect ??
        ((value) => value[Symbol.for("nodejs.util.inspect.custom")](2, {}, JSON.stringify));
      const [url] = ws.url.split("?");
      equal(
        inspect(ws).replace(/["'\s]|,(?=\s*\})/g, ""),
        `ReconnectingWebSocket{url:${url},state:open,attempt:0,retryAtMs:null,error:null,` +
          "connection:1,bufferedAmount:0}",
        "what is shown",
      );
    },
  },
  {
    name: "handlers, once, signal, handleEvent and removal work as in the DOM",
    async test(lab) {
      const calls = [];
      const { ws } = lab.connect("/echo");
      const note = (name) => () => calls.push(name);
      const removed = note("removed");
      const controller = new AbortController();
      ws.addEventListener("message", note("listener"));
      ws.onmessage = note("replaced");
      ws.addEventListener("message", note("once"), { once: true });
      ws.addEventListener("message", note("signal"), { signal: controller.signal });
      ws.addEventListener("message", { handleEvent: note("object") });
      ws.addEventListener("message", removed);
      ws.removeEventListener("message", removed);
      ws.onmessage = note("handler");
      await lab.opened(ws);
      ws.send("a");
      await until(() => calls.length >= 5, () => "the first message");
      controller.abort();
      ws.send("b");
      await until(() => calls.length >= 8, () => "the second message");
      equal(calls, [
        ...["listener", "handler", "once", "signal", "object"],
        ...["listener", "handler", "object"],
      ], "calls");
    },
  },
  {
    name: "an event handler keeps its place among the listeners",
    async test(lab) {
      const calls = [];
      const { ws } = lab.connect("/echo");
      ws.addEventListener("open", () => calls.push("first"));
      ws.onopen = () => calls.push("replaced");
      ws.addEventListener("open", () => calls.push("last"));
      ws.onopen = () => calls.push("handler");
      await until(() => calls.length >= 3, () => "all calls");
      equal(calls, ["first", "handler", "last"], "calls");
    },
  },
  {
    name: "a listener that throws stops neither the others nor the client",
    async test(lab) {
      const calls = [];
      const { ws } = lab.provoke("/first/1/fin");
      for (const type of ["open", "error", "close", "retry", "statechange", "message"]) {
        ws.addEventListener(type, () => {
          throw new Error(LISTENER_BUG);
        });
        ws.addEventListener(type, () => calls.push(type));
      }
      await until(() => calls.filter((type) => type === "open").length === 2, () => `${calls}`);
      ws.send("hello");
      await until(() => calls.includes("message"), () => "the echo");
      equal(calls, [
        ...["statechange", "open", "statechange", "error", "close", "retry"],
        ...["statechange", "statechange", "open", "message"],
      ], "calls");
    },
  },
  {
    name: "the status says what is done, since which error, and how many connections there were",
    needs: ["status"],
    async test(lab) {
      const seen = [];
      const observed = lab.provoke("/first/1/close/1001");
      const { ws } = observed;
      ws.addEventListener("statuschange", () => {
        const { state, error, connection } = lab.statusOf(ws);
        seen.push([state, error?.code ?? null, connection]);
      });
      await observed.until("open 1 again");
      equal(seen.map(([state]) => state).filter((state, n, all) => state !== all[n - 1]), [
        "open",
        "waiting",
        "connecting",
        "open",
      ], "states");
      equal(seen.at(-1), ["open", null, 2], "status at the end");
    },
  },
];
