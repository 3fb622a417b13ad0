import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fakeWorld } from "../../lib/testing/mod.ts";
import {
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
  type Sources,
} from "../../mod.ts";
import { leftovers, NOTHING_LEFT, openRig, rig, URL_OF_TESTS } from "./rig.ts";

type Arguments = ConstructorParameters<typeof ReconnectingWebSocket>;

/** What the constructor throws; nothing may have been dialled, armed or listened to by then. */
function refusal(make: (sources: Sources) => unknown): string {
  const { clock, network, sources } = fakeWorld();
  const error = assertThrows(() => make(sources), Error);
  assertEquals([clock.pending, network.connections, network.hintListeners], [[], [], 0]);
  return `${error.name}: ${error.message}`;
}

/** As {@linkcode refusal}, for the arguments of the constructor. */
function refusalOf(url: unknown, protocols: unknown, options: object = {}): string {
  return refusal((sources) =>
    new ReconnectingWebSocket(...[url, protocols, { sources, ...options }] as Arguments)
  );
}

const CREATE = "Cannot create a ReconnectingWebSocket as";

/** The validation of each option has its own tests; here it counts that nothing has happened before. */
const REFUSED: Readonly<Record<string, object>> = {
  "TypeError: @ 'options' has no 'maxRetries'": {
    maxRetries: 5,
  },
  "TypeError: @ 'handshake' must be a function: current value is hello": { handshake: "hello" },
  "TypeError: @ 'signal' must be an AbortSignal: current value is of type object": {
    signal: { aborted: false },
  },
  "TypeError: @ 'sources' has no 'Date'": {
    sources: { Date },
  },
  "TypeError: @ 'maxAttempts' must be between 0 and Infinity: current value is of type string": {
    maxAttempts: "5",
  },
  "RangeError: @ 'connectTimeoutMs' must be between 1 and 2147483647: current value is NaN": {
    connectTimeoutMs: NaN,
  },
  "RangeError: @ 'heartbeat.timeoutMs' must be between 1 and 2147483647: current value is Infinity":
    { heartbeat: { timeoutMs: Infinity } },
};

for (const [said, options] of Object.entries(REFUSED)) {
  Deno.test(`new ReconnectingWebSocket() has done nothing when it says: ${said}`, () => {
    assertEquals(refusalOf(URL_OF_TESTS, undefined, options), said.replace("@", CREATE));
  });
}

Deno.test("new ReconnectingWebSocket() refuses a URL as the platform does, synchronously, and unseen", () => {
  const urls: readonly [unknown, string][] = [
    ["", "the URL must be valid and absolute"],
    ["/relative?token=secret", "the URL must be valid and absolute"],
    ["wss://", "the URL must be valid and absolute"],
    ["wss://example.com:99999/secret", "the URL must be valid and absolute"],
    [null, "the URL must be valid and absolute"],
    [{}, "the URL must be valid and absolute"],
    ["ftp://secret@example.com", "the scheme must be ws or wss"],
    ["javascript:alert(1)", "the scheme must be ws or wss"],
    ["wss://example.com/#secret", "the URL must have no fragment"],
    [new URL("wss://example.com/#"), "the URL must have no fragment"],
  ];
  for (const [url, said] of urls) {
    assertEquals(refusalOf(url, undefined), `SyntaxError: Cannot connect as ${said}`);
  }
});

Deno.test("new ReconnectingWebSocket() maps http to ws, and tells the URL as dialled", () => {
  const dialled = (url: string | URL): string[] => {
    const { ws, server } = rig({ url });
    return [ws.url, server.url];
  };
  assertEquals(dialled("http://example.com/a"), Array(2).fill("ws://example.com/a"));
  assertEquals(dialled(new URL("HTTPS://example.com")), Array(2).fill("wss://example.com/"));
});

Deno.test("new ReconnectingWebSocket() refuses protocols as the platform does", () => {
  const said = "SyntaxError: Cannot connect as subprotocols must be unique HTTP tokens";
  for (
    const protocols of ["", "a b", "é", ["a", "a"], ["a", ""], ["a,b"], [undefined, undefined]]
  ) {
    assertEquals(refusalOf(URL_OF_TESTS, protocols), said);
    assertEquals(refusalOf(URL_OF_TESTS, undefined, { protocols }), said);
  }
  assertEquals(refusalOf(URL_OF_TESTS, Symbol("p")).startsWith("TypeError"), true);
});

Deno.test("new ReconnectingWebSocket() needs a WebSocket class", () => {
  const { WebSocket } = globalThis;
  Object.assign(globalThis, { WebSocket: undefined });
  try {
    assertEquals(
      refusal(() => new ReconnectingWebSocket(URL_OF_TESTS)),
      `TypeError: ${CREATE} this platform has no WebSocket of its own: pass 'sources.WebSocket'`,
    );
  } finally {
    Object.assign(globalThis, { WebSocket });
  }
});

for (const name of ["Event", "URL"]) {
  Deno.test(`new ReconnectingWebSocket() needs ${name}`, () => {
    const platform: unknown = Reflect.get(globalThis, name);
    Reflect.set(globalThis, name, undefined);
    let message: string;
    try {
      message = refusal(() => new ReconnectingWebSocket(URL_OF_TESTS));
    } finally {
      Reflect.set(globalThis, name, platform);
    }
    assertEquals(message, `TypeError: ${CREATE} this platform has no ${name}`);
  });
}

Deno.test("a static URL that the platform refuses ends the client, told after the constructor", async () => {
  for (const name of ["SyntaxError", "SecurityError"]) {
    const it = rig({
      wrap: (inner) =>
        class extends inner {
          constructor() {
            super("ws://never");
            throw new DOMException("mixed content", name);
          }
        },
    });
    it.network.connections[0]?.drop();
    assertEquals(it.log, []);
    await Promise.resolve();
    assertEquals(it.log, [
      "3 statechange connecting -> closed",
      "3 error connect-failed",
      "3 close 1006 unclean connect-failed over",
    ]);
    assertEquals(leftovers(it), NOTHING_LEFT);
  }
});

Deno.test("a static URL that the platform refuses ends the client beside a function for the protocols", async () => {
  const it = rig({
    protocols: () => "v1",
    wrap: (inner) =>
      class extends inner {
        constructor() {
          super("ws://never");
          throw new DOMException("mixed content", "SecurityError");
        }
      },
  });
  await it.clock.tickAsync(0);
  it.network.connections[0]?.drop();
  assertEquals(it.log, [
    "3 statechange connecting -> closed",
    "3 error connect-failed",
    "3 close 1006 unclean connect-failed over",
  ]);
  assertEquals(leftovers(it), NOTHING_LEFT);
});

Deno.test("an inner constructor that throws anything else is a failed attempt", async () => {
  for (const thrown of [new Error("out of sockets"), null, undefined, "text"]) {
    let isBroken = true;
    const it = rig({
      wrap: (inner) =>
        class extends inner {
          constructor(url: string, protocols: string[]) {
            if (isBroken) throw thrown;
            super(url, protocols);
          }
        },
    });
    const causes: unknown[] = [];
    it.ws.addEventListener("error", ({ error }) => causes.push(error.cause));
    await Promise.resolve();
    assertEquals(it.read(), [
      "0 statechange connecting -> waiting",
      "0 error connect-failed",
      "0 close 1006 unclean connect-failed retry",
      "0 retry #1 1500 connect-failed",
    ]);
    assertEquals(causes, [thrown]);
    isBroken = false;
    it.clock.tick(1_500);
    it.server.accept();
    assertEquals(it.ws.state, "open");
  }
});

Deno.test("close() with bad arguments throws as the platform does, before anything changes", () => {
  const bad: readonly [unknown, unknown, string][] = [
    [
      999,
      "",
      "InvalidAccessError: Cannot close as the code must be 1000 or 3000 to 4999: current value is 999",
    ],
    [
      1001,
      "",
      "InvalidAccessError: Cannot close as the code must be 1000 or 3000 to 4999: current value is 1001",
    ],
    [
      5000,
      "",
      "InvalidAccessError: Cannot close as the code must be 1000 or 3000 to 4999: current value is 5000",
    ],
    [
      null,
      "",
      "InvalidAccessError: Cannot close as the code must be 1000 or 3000 to 4999: current value is 0",
    ],
    [
      "abc",
      "",
      "InvalidAccessError: Cannot close as the code must be 1000 or 3000 to 4999: current value is 0",
    ],
    [
      1000,
      "x".repeat(124),
      "SyntaxError: Cannot close as the reason must be at most 123 bytes: current value is 124 bytes",
    ],
    [
      1000,
      "é".repeat(62),
      "SyntaxError: Cannot close as the reason must be at most 123 bytes: current value is 124 bytes",
    ],
  ];
  const it = openRig();
  for (const [code, reason, said] of bad) {
    const error = assertThrows(() => it.ws.close(code as number, reason as string), DOMException);
    assertEquals(`${error.name}: ${error.message}`, said);
  }
  assertThrows(() => it.ws.close(Symbol() as unknown as number), TypeError);
  assertThrows(() => it.ws.close(1000, Symbol() as unknown as string), TypeError);
  it.clock.tick(60_000);
  assertEquals([it.ws.state, it.log, it.server.clientClose], ["open", [], null]);
});

Deno.test("close() takes every code and reason that the platform takes", () => {
  for (
    const [code, reason] of [[1000, "é".repeat(61)], [3000, ""], [4999, "x".repeat(123)]] as const
  ) {
    const { ws, server } = openRig();
    ws.close(code, reason);
    assertEquals(server.clientClose, { code, reason });
  }
  const { ws, server } = openRig();
  ws.close("3000.4" as unknown as number);
  assertEquals(server.clientClose, { code: 3_000, reason: "" });
});

Deno.test("options are read once: what happens to them later changes nothing", () => {
  const backoff = { initialDelayMs: 100 };
  const protocols = ["a"];
  const options = { backoff, maxAttempts: 5, protocols, queue: { maxMessages: 1 } };
  const it = rig(options);
  Object.assign(options, { maxAttempts: 0 });
  Object.assign(options.queue, { maxMessages: 100 });
  Object.assign(backoff, { initialDelayMs: 10_000 });
  protocols.push("b");
  it.server.refuse();
  assertEquals(it.log.at(-1), "0 retry #1 150 connect-failed");
  assertEquals([it.ws.send("1"), it.ws.send("2")], [true, false]);
  it.clock.tick(150);
  assertEquals(it.server.protocols, ["a"]);
});

/** Any options at all: the constructor throws a known error and leaves nothing, or makes a client that closes. */
function standsAnyOptions(Client: typeof ReconnectingWebSocket): fc.IProperty<unknown> {
  const names: readonly (keyof ReconnectingWebSocketOptions)[] = [
    "protocols",
    "backoff",
    "maxDelayMs",
    "maxAttempts",
    "connectTimeoutMs",
    "stableAfterMs",
    "closeTimeoutMs",
    "shouldRetry",
    "handshake",
    "heartbeat",
    "queue",
    "signal",
    "trace",
  ];
  const entry = fc.tuple(fc.constantFrom(...names), fc.anything());
  return fc.property(fc.array(entry, { minLength: 1, maxLength: 3 }), (entries) => {
    const { clock, network, sources } = fakeWorld();
    let ws: ReconnectingWebSocket | undefined;
    try {
      ws = new Client(URL_OF_TESTS, { ...Object.fromEntries(entries), sources });
    } catch (error) {
      const { name } = error as Error;
      assert(["TypeError", "RangeError", "SyntaxError"].includes(name), `${error}`);
    }
    ws?.close();
    clock.tick(2 ** 31);
    assertEquals([clock.pending.length, network.connections.filter((it) => it.readyState < 2)], [
      0,
      [],
    ]);
  });
}

Deno.test("new ReconnectingWebSocket() stands any options and leaves nothing behind", () => {
  fc.assert(standsAnyOptions(ReconnectingWebSocket), { numRuns: 300 });
});

Deno.test("new ReconnectingWebSocket() stands any options finds a planted bug: dials, then validates", () => {
  class Hasty extends ReconnectingWebSocket {
    constructor(...[url, options]: Arguments) {
      const { sources } = options as ReconnectingWebSocketOptions;
      if (sources?.WebSocket) new sources.WebSocket(url);
      super(url, options);
    }
  }
  assert(fc.check(standsAnyOptions(Hasty as typeof ReconnectingWebSocket)).failed);
});
