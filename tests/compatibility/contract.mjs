// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: a page imports it as it is
/**
 * The platform's own contract: what a page can observe of a WebSocket. Each observation is made of
 * the native class and of ours, in the same run, and must give the same, but for the differences
 * that `differences.mjs` lists with their reasons.
 *
 * An observation gets the class, a way to connect to a path of the server, and returns JSON.
 *
 * @module
 */
import { suiteObservations } from "./contract_suites.mjs";
import { eventObservations } from "./contract_events.mjs";
import { next, ownerOf, thrown } from "./contract_helpers.mjs";

const LIMIT_MS = 30_000;

const surfaceObservations = {
  "new without a URL"(Class) {
    return thrown(() => new Class());
  },
  "calling without new"(Class, { url }) {
    return thrown(() => Class(url("/echo")));
  },
  "URLs that are refused"(Class) {
    const urls = [
      ...["ftp://127.0.0.1/", "ws://", "ws://127.0.0.1/#a", "ws://127.0.0.1/#", "ws://[::1/"],
      ...["wss://127.0.0.1:99999/", "mailto:a@b.c", "about:blank"],
    ];
    return urls.map((url) => [url, thrown(() => new Class(url))]);
  },
  "a symbol as the URL"(Class) {
    return thrown(() => new Class(Symbol("url")));
  },
  "how a URL is read"(_, { connect, url }) {
    const echo = url("/echo");
    const urls = [
      echo.replace("ws:", "http:"),
      echo.replace("ws:", "WS:"),
      `  ${echo}\n`,
      echo.replace("/echo", ""),
      `${echo}?a b=\u00e9`,
      `${echo}/../echo/./x`,
      new URL(echo),
      { toString: () => echo },
      [echo],
    ];
    return urls.map((value) => connect(value).url.replace(/:\d+/, ":PORT"));
  },
  "subprotocols that are refused"(Class, { url }) {
    const lists = [
      ...["", " ", "a b", "a,b", "a\n", "\u00e9", "(a)", "{a}", "a/b", "a;b", "a\x7f"],
      ...[["a", "a"], ["a", ""], [[]], [null, "null"]],
    ];
    return lists.map((list) => [list, thrown(() => new Class(url("/echo"), list))]);
  },
  "subprotocols that differ in case only"(Class, { url }) {
    return thrown(() => new Class(url("/echo"), ["a", "A"]));
  },
  "a symbol among the subprotocols"(Class, { url }) {
    return [Symbol("a"), [Symbol("a")]].map((list) => thrown(() => new Class(url("/echo"), list)));
  },
  "an object as the subprotocols"(Class, { url }) {
    return thrown(() => new Class(url("/echo"), {}));
  },
  async "subprotocols that are sent"(_, { connect }) {
    const lists = [
      ...[undefined, 5, true, "a", "!#$%&'*+-.^_`|~09azAZ"],
      ...[[], ["a"], ["b", "a"], [1, 2], new Set(["c", "d"])],
    ];
    const chosen = [];
    for (const list of lists) {
      const ws = connect("/echo", list);
      const { type } = await next(ws, "open", "close");
      chosen.push([type, ws.protocol]);
      ws.close();
    }
    return chosen;
  },
  async "null as the subprotocols"(_, { connect }) {
    const ws = connect("/echo", null);
    await next(ws, "open");
    return ws.protocol;
  },
  "the constants"(Class, { connect }) {
    return [Class, connect("/echo")].map(({ CONNECTING, OPEN, CLOSING, CLOSED }) => [
      ...[CONNECTING, OPEN, CLOSING, CLOSED],
    ]);
  },
  "the constants on the prototype"({ prototype }) {
    const { CONNECTING, OPEN, CLOSING, CLOSED } = prototype;
    return [CONNECTING, OPEN, CLOSING, CLOSED];
  },
  "changing a constant"(Class, { connect }) {
    return [Class, connect("/echo")].map((holder) => thrown(() => holder.OPEN = 1));
  },
  "deleting a constant"(Class, { connect }) {
    connect("/echo");
    return [Class, Class.prototype].map((holder) => {
      const owner = ownerOf(holder, "OPEN");
      const constant = Object.getOwnPropertyDescriptor(owner, "OPEN");
      const result = thrown(() => delete owner.OPEN);
      Object.defineProperty(owner, "OPEN", constant);
      return result;
    });
  },
  "a new instance"(_, { connect }) {
    const ws = connect("/echo");
    const { readyState, bufferedAmount, extensions, protocol, binaryType } = ws;
    const { onopen, onmessage, onerror, onclose } = ws;
    return [
      ...[readyState, bufferedAmount, extensions, protocol, binaryType],
      ...[onopen, onmessage, onerror, onclose],
    ];
  },
  "every member of the platform's class"(_, { connect }) {
    const ws = connect("/echo");
    const names = Object.getOwnPropertyNames(WebSocket.prototype).sort();
    return names.map((name) => [name, name in ws, typeof ws[name]]);
  },
  "what is read-only"(_, { connect }) {
    const ws = connect("/echo");
    const names = ["url", "readyState", "bufferedAmount", "extensions", "protocol"];
    return names.map((name) => thrown(() => ws[name] = "changed"));
  },
  "instanceof EventTarget"(_, { connect }) {
    return connect("/echo") instanceof EventTarget;
  },
  "instanceof WebSocket"(_, { connect }) {
    return connect("/echo") instanceof WebSocket;
  },
  "the class as text"(_, { connect }) {
    return String(connect("/echo"));
  },
};

const closeObservations = {
  "close codes that are refused"(_, { connect }) {
    const codes = [
      ...[0, 1, 999, 1001, 1005, 1006, 1011, 1015, 2999, 5000, 65_535, 65_536 + 1_000, -1],
      ...[NaN, Infinity, null, "", "x", {}, true, 999.4, "1001"],
    ];
    const ws = connect("/echo");
    return codes.map((code) => [String(code), thrown(() => ws.close(code)), ws.readyState]);
  },
  "close codes that are accepted"(_, { connect }) {
    const codes = [undefined, 1000, 3000, 4999, "1000", " 4000 ", 1000.4, 4999.4, [3000]];
    return codes.map((code) => {
      const ws = connect("/echo");
      return [String(code), thrown(() => ws.close(code)), ws.readyState];
    });
  },
  "close codes that are rounded"(_, { connect }) {
    return [999.6, 1000.6, 4999.6].map((code) => thrown(() => connect("/echo").close(code)));
  },
  "close reasons that are refused"(_, { connect }) {
    const ws = connect("/echo");
    const reasons = ["x".repeat(124), "\u00e9".repeat(62), "\ud800".repeat(42), Symbol("why")];
    return reasons.map((reason) => [thrown(() => ws.close(1000, reason)), ws.readyState]);
  },
  async "close reasons that are sent"(_, { connect }) {
    const seen = [];
    for (const reason of ["x".repeat(123), "\u00e9".repeat(61), "", 5, null, undefined, ["a"]]) {
      const ws = connect("/echo");
      await next(ws, "open");
      ws.close(4000, reason);
      seen.push((await next(ws, "close")).reason);
    }
    return seen;
  },
  async "readyState through a life"(_, { connect }) {
    const ws = connect("/echo");
    const states = [ws.readyState];
    await next(ws, "open");
    states.push(ws.readyState);
    ws.close();
    states.push(ws.readyState);
    ws.close();
    states.push(ws.readyState);
    await next(ws, "close");
    states.push(ws.readyState);
    ws.close();
    return [...states, ws.readyState];
  },
  async "readyState when closed before it is open"(_, { connect }) {
    const ws = connect("/echo");
    ws.close(4000, "never mind");
    const states = [ws.readyState];
    const { code, reason, wasClean } = await next(ws, "close");
    return [...states, ws.readyState, code || 1006, reason, wasClean];
  },
  async "the end that close() asks for"(_, { connect }) {
    const seen = [];
    for (const [code, reason] of [[], [1000], [4000, "bye"]]) {
      const ws = connect("/echo");
      await next(ws, "open");
      ws.close(code, reason);
      const event = await next(ws, "close");
      seen.push([event.code, event.reason, event.wasClean]);
    }
    return seen;
  },
};

const sendObservations = {
  "send() while connecting"(_, { connect }) {
    return thrown(() => connect("/echo").send("early"));
  },
  async "send() without an argument"(_, { connect }) {
    const ws = connect("/echo");
    await next(ws, "open");
    return thrown(() => ws.send());
  },
  async "send() of a symbol"(_, { connect }) {
    const ws = connect("/echo");
    await next(ws, "open");
    return thrown(() => ws.send(Symbol("data")));
  },
  async "what send() returns"(_, { connect }) {
    const ws = connect("/echo");
    await next(ws, "open");
    return String(ws.send("x"));
  },
  async "what is sent as text"(_, { connect }) {
    const ws = connect("/echo");
    await next(ws, "open");
    const seen = [];
    for (
      const data of [
        ...["", "text", "\u00e9\u{1f600}", "a\ud800b", "\0"],
        ...[5, -0, null, undefined, true, 10n, {}, [1, [2]], new Date(NaN), /a/, () => {}],
        { toString: () => "own" },
        new String("boxed"),
      ]
    ) {
      ws.send(data);
      seen.push((await next(ws, "message")).data);
    }
    return seen;
  },
  async "what is sent as binary"(_, { connect }) {
    const ws = connect("/echo");
    ws.binaryType = "arraybuffer";
    await next(ws, "open");
    const bytes = Uint8Array.of(0, 1, 127, 128, 255, 6, 7, 8);
    const seen = [];
    for (
      const data of [
        bytes.buffer,
        bytes,
        bytes.subarray(2, 4),
        new DataView(bytes.buffer, 1, 2),
        new Uint16Array(bytes.buffer),
        new Blob([bytes, "text"]),
        new ArrayBuffer(0),
      ]
    ) {
      ws.send(data);
      seen.push([...new Uint8Array((await next(ws, "message")).data)]);
    }
    return seen;
  },
  async "shared memory"(_, { connect }) {
    if (typeof SharedArrayBuffer !== "function") return "no shared memory here";
    const ws = connect("/echo");
    await next(ws, "open");
    return thrown(() => ws.send(new Uint8Array(new SharedArrayBuffer(2))));
  },
  async "send() after close()"(_, { connect }) {
    const ws = connect("/echo");
    await next(ws, "open");
    ws.close();
    const closing = thrown(() => ws.send("late"));
    await next(ws, "close");
    return [closing, thrown(() => ws.send("too late"))];
  },
  async "bufferedAmount after close()"(_, { connect }) {
    const ws = connect("/echo");
    await next(ws, "open");
    ws.close();
    await next(ws, "close");
    ws.send("too late");
    return ws.bufferedAmount;
  },
  async "bufferedAmount once all is sent"(_, { connect }) {
    const ws = connect("/echo");
    await next(ws, "open");
    ws.send("text");
    await next(ws, "message");
    return ws.bufferedAmount;
  },
  "binaryType"(_, { connect }) {
    const ws = connect("/echo");
    const types = ["arraybuffer", "nonsense", "", null, undefined, 5, {}, "blob", "ArrayBuffer"];
    return types.map((type) => [thrown(() => ws.binaryType = type), ws.binaryType]);
  },
  async "binaryType decides when a message arrives"(_, { connect }) {
    const ws = connect("/echo");
    await next(ws, "open");
    const seen = [];
    for (const type of ["arraybuffer", "blob", "arraybuffer"]) {
      ws.binaryType = type;
      ws.send(new Uint8Array(3));
      const { data } = await next(ws, "message");
      seen.push([data.constructor.name, data.size ?? data.byteLength]);
    }
    return seen;
  },
};

/** All observations by name. */
const observations = {
  ...surfaceObservations,
  ...closeObservations,
  ...sendObservations,
  ...eventObservations,
  ...suiteObservations,
};

/**
 * Makes every observation of the native class and of ours.
 *
 * @returns {Promise<[name: string, native: unknown, ours: unknown][]>} For each, what they give.
 */
export async function compareAll(ReconnectingWebSocket, base) {
  // As `docs/libraries.md` says to whoever has no use for reconnection.
  class Ours extends ReconnectingWebSocket {
    constructor(url, protocols) {
      super(url, protocols, { maxAttempts: 0 });
    }
  }
  const results = [];
  for (const name of Object.keys(observations)) {
    const native = await observe(name, WebSocket, base);
    results.push([name, native, await observe(name, Ours, base)]);
  }
  return results;
}

/** What one observation gives for a class; an exception that it lets out is a result, too. */
async function observe(name, Class, base) {
  const made = [];
  const url = (path) => base + path;
  const connect = (target, protocols) => {
    const isPath = typeof target === "string" && target.startsWith("/");
    const ws = new Class(isPath ? url(target) : target, protocols);
    made.push(ws);
    return ws;
  };
  let timer;
  const limit = new Promise((resolve) => {
    timer = setTimeout(() => resolve("not in time"), LIMIT_MS);
  });
  try {
    const work = (async () => await observations[name](Class, { connect, url }))();
    return await Promise.race([work.catch((error) => `escaped: ${error}`), limit]);
  } finally {
    clearTimeout(timer);
    await Promise.all(made.map(end));
  }
}

async function end(ws) {
  if (ws.readyState === 3) return;
  const closed = next(ws, "close");
  ws.close();
  await closed;
}
