import { assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { fakeWorld } from "../../lib/testing/mod.ts";
import {
  type ConnectContext,
  ReconnectingWebSocket,
  type ReconnectingWebSocketError,
} from "../../mod.ts";
import { leftovers, NOTHING_LEFT, type Rig, rig, type RigOptions, URL_OF_TESTS } from "./rig.ts";

const FAILED = [
  "0 statechange connecting -> waiting",
  "0 error provider-failed",
  "0 close 1006 unclean provider-failed retry",
  "0 retry #1 1500 provider-failed",
];

Deno.test("url and protocols functions are asked before every attempt, for a fresh token", async () => {
  const { ws, network, clock } = rig({
    url: ({ attempt }) => Promise.resolve(new URL(`wss://example.com/?token=${attempt}`)),
    protocols: ({ attempt }) => [`v${attempt}`],
  });
  assertEquals(ws.url, "");
  await clock.tickAsync(0);
  assertEquals(ws.url, "wss://example.com/?token=0");
  network.connections[0]?.refuse();
  assertEquals(ws.url, "wss://example.com/?token=0");
  await clock.tickAsync(1_500);
  assertEquals(
    network.connections.map(({ url, protocols }) => [url, protocols]),
    [["wss://example.com/?token=0", ["v0"]], ["wss://example.com/?token=1", ["v1"]]],
  );
});

Deno.test("a protocols function may answer with one protocol", async () => {
  const { clock, ws, network } = rig({ protocols: () => "chat" });
  await clock.tickAsync(0);
  assertEquals(ws.protocol, "");
  network.connections[0]?.accept();
  assertEquals([network.connections[0]?.protocols, ws.protocol], [["chat"], "chat"]);
});

const BAD: Readonly<Record<string, RigOptions>> = {
  "throws": {
    url: () => {
      throw new Error("no token");
    },
  },
  "rejects": { url: () => Promise.reject(new Error("no token")) },
  "answers with no URL": { url: () => "http//" },
  "answers with undefined": { url: () => undefined as unknown as string },
  "answers with another scheme": { url: () => "ftp://example.com" },
  "answers with a fragment": { url: () => "wss://example.com/#top" },
  "answers with protocols that are no tokens": { protocols: () => ["a b"] },
  "answers with equal protocols": { protocols: () => ["a", "a"] },
  "answers with a symbol for a protocol": { protocols: () => Symbol("p") as unknown as string },
};

for (const [what, options] of Object.entries(BAD)) {
  Deno.test(`a provider that ${what} fails the attempt, and dials nothing`, async () => {
    const { clock, network, log, ws } = rig(options);
    const errors: ReconnectingWebSocketError[] = [];
    ws.addEventListener("error", ({ error }) => errors.push(error));
    await clock.tickAsync(0);
    assertEquals([log, network.connections], [FAILED, []]);
    assertEquals(errors[0]?.cause instanceof Error, true);
    await clock.tickAsync(1_500);
    assertEquals(ws.attempt, 2);
  });
}

Deno.test("a provider that leads from wss to ws fails the attempt", async () => {
  const { network, clock, log } = rig({
    url: ({ attempt }) => attempt === 0 ? URL_OF_TESTS : "ws://example.com/feed",
  });
  await clock.tickAsync(0);
  network.connections[0]?.refuse();
  await clock.tickAsync(1_500);
  assertEquals(network.connections.length, 1);
  assertEquals(log.slice(-2), [
    "0 close 1006 unclean provider-failed retry",
    "0 retry #2 1500 provider-failed",
  ]);
});

for (const provider of ["url", "protocols"] as const) {
  Deno.test(`a ${provider} provider that hangs fails its attempts, and is given up after two of them`, async () => {
    const reasons: unknown[] = [];
    const calls: number[] = [];
    const it: Rig = rig({
      [provider]: ({ attempt, signal }: ConnectContext) => {
        calls.push(attempt);
        signal.addEventListener("abort", () => reasons.push(it.clock.now(), signal.reason.name));
        return new Promise<string>(() => {});
      },
    });
    await it.clock.tickAsync(9_999);
    assertEquals(it.log, []);
    await it.clock.tickAsync(1);
    assertEquals(
      it.read(),
      FAILED.map((line) => line.replace("provider-failed", "connect-timeout")),
    );
    await it.clock.tickAsync(9_999);
    assertEquals([calls, reasons, it.ws.state], [[0], [], "connecting"]);
    await it.clock.tickAsync(1);
    assertEquals(reasons, [20_000, "TimeoutError"]);
    assertEquals(it.read().at(-1), "0 retry #2 1500 provider-failed");
    await it.clock.tickAsync(1_500);
    assertEquals([calls, it.network.connections], [[0, 2], []]);
  });
}

Deno.test("a provider is not called while its answer is outstanding, which serves the next attempt", async () => {
  const answers: ((url: string) => void)[] = [];
  const it = rig({ url: () => new Promise<string>((resolve) => answers.push(resolve)) });
  await it.clock.tickAsync(10_000 + 1_500);
  it.ws.reconnect();
  await it.clock.tickAsync(0);
  assertEquals(answers.length, 1);
  answers[0]?.("wss://example.com/fresh");
  await it.clock.tickAsync(0);
  assertEquals(it.network.connections.map(({ url }) => url), ["wss://example.com/fresh"]);
});

Deno.test("url and protocols are called each on their own", async () => {
  const calls: string[] = [];
  const it = rig({
    url: () => {
      calls.push("url");
      return new Promise<string>(() => {});
    },
    protocols: () => {
      calls.push("protocols");
      return ["v1"];
    },
  });
  await it.clock.tickAsync(10_000 + 1_500);
  assertEquals(calls, ["url", "protocols", "protocols"]);
});

Deno.test("an answer that no attempt waits for is dropped, and the provider is called anew", async () => {
  const answers: ((url: string) => void)[] = [];
  const it = rig({ url: () => new Promise<string>((resolve) => answers.push(resolve)) });
  await it.clock.tickAsync(10_000);
  answers[0]?.("wss://example.com/stale");
  await it.clock.tickAsync(1_500);
  assertEquals([it.network.connections, it.ws.url, answers.length], [[], "", 2]);
  answers[1]?.("wss://example.com/fresh");
  await it.clock.tickAsync(0);
  assertEquals(it.network.connections.map(({ url }) => url), ["wss://example.com/fresh"]);
});

Deno.test("a rejection that no attempt waits for fails nothing", async () => {
  const failures: ((reason: unknown) => void)[] = [];
  const it = rig({ url: () => new Promise<string>((_, reject) => failures.push(reject)) });
  await it.clock.tickAsync(10_000);
  it.read();
  failures[0]?.(new Error("late"));
  await it.clock.tickAsync(1_499);
  assertEquals([it.read(), it.ws.state], [[], "waiting"]);
});

for (const how of ["close", "abort"] as const) {
  Deno.test(`${how} while a provider is called aborts its signal, and leaves nothing`, async () => {
    const reasons: string[] = [];
    const controller = new AbortController();
    const it = rig({
      signal: controller.signal,
      url: ({ signal }) => {
        signal.addEventListener("abort", () => reasons.push(signal.reason.name));
        return new Promise<string>(() => {});
      },
    });
    await it.clock.tickAsync(1_000);
    if (how === "close") it.ws.close();
    else controller.abort();
    await it.clock.tickAsync(0);
    assertEquals([reasons, leftovers(it)], [["InvalidStateError"], NOTHING_LEFT]);
  });
}

Deno.test("what a provider throws may end the client, or be a server's hint", async () => {
  const lastLine = async (retry: unknown): Promise<unknown> => {
    const it = rig({ url: () => Promise.reject(Object.assign(new Error("429"), { retry })) });
    await it.clock.tickAsync(0);
    return it.log.at(-1);
  };
  assertEquals(await lastLine(false), "3 close 1006 unclean provider-failed over");
  assertEquals(await lastLine({ delayMs: 8_000 }), "0 retry #1 10000 provider-failed");
  assertEquals(await lastLine({ delayMs: NaN }), "0 retry #1 1500 provider-failed");
});

Deno.test("what cannot be looked into fails the attempt of a provider and of a handshake", async () => {
  const thrown = new Proxy({}, {
    getOwnPropertyDescriptor(): undefined {
      throw new Error("a trap");
    },
  });
  const reject = (): Promise<never> => Promise.reject(thrown);
  const asked = rig({ url: reject });
  await asked.clock.tickAsync(0);
  assertEquals(asked.log[1], "0 error provider-failed");
  const met = rig({ handshake: reject });
  met.server.accept();
  await met.clock.tickAsync(1_000);
  assertEquals(met.log[1], "0 error handshake-failed");
});

Deno.test("a provider is called again after the clock threw once", async () => {
  let timers = 0;
  const { clock, network, sources } = fakeWorld();
  const attempts: number[] = [];
  using ws = new ReconnectingWebSocket(({ attempt }) => {
    attempts.push(attempt);
    return URL_OF_TESTS;
  }, {
    sources: {
      ...sources,
      clock: {
        now: () => clock.now(),
        setTimeout(callback, delayMs): unknown {
          // The first is the deadline of the attempt.
          if (++timers === 2) throw new ReferenceError("setTimeout is not defined");
          return clock.setTimeout(callback, delayMs);
        },
        clearTimeout: (handle) => clock.clearTimeout(handle),
      },
    },
  });
  using _ = stub(console, "error");
  await clock.tickAsync(3_000);
  assertEquals([attempts, network.connections.length, ws.attempt], [[1], 1, 1]);
});

Deno.test("a provider that rejects after the end says nothing", async () => {
  const failures: ((reason: unknown) => void)[] = [];
  const it = rig({
    maxAttempts: 0,
    url: () => new Promise<string>((_, reject) => failures.push(reject)),
  });
  await it.clock.tickAsync(10_000);
  assertEquals(it.read().at(-1), "3 close 1006 unclean connect-timeout over");
  failures[0]?.(new Error("late"));
  await it.clock.tickAsync(60_000);
  assertEquals([it.read(), failures.length], [[], 1]);
  assertEquals(leftovers(it), NOTHING_LEFT);
});

Deno.test("a provider is never asked after close()", async () => {
  const attempts: number[] = [];
  const it = rig({
    url: ({ attempt }) => {
      attempts.push(attempt);
      return URL_OF_TESTS;
    },
  });
  await it.clock.tickAsync(0);
  it.server.refuse();
  it.ws.close();
  await it.clock.tickAsync(600_000);
  assertEquals(attempts, [0]);
});
