/** Whatever a user's function does, the client goes on, and no rejection or exception is left over. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { stub } from "@std/testing/mock";
import fc from "fast-check";
import { type FakeWorld, fakeWorld } from "../../lib/testing/mod.ts";
import {
  ReconnectingWebSocket,
  ReconnectingWebSocketError,
  type ReconnectingWebSocketOptions,
  type Sources,
} from "../../mod.ts";
import { leftovers, NOTHING_LEFT, openRig, type Rig, rig } from "./rig.ts";

/** The errors of all `error` events from now on. */
function errorsOf(ws: ReconnectingWebSocket): ReconnectingWebSocketError[] {
  const errors: ReconnectingWebSocketError[] = [];
  ws.addEventListener("error", ({ error }) => errors.push(error));
  return errors;
}

Deno.test("errors carry their name, code, attempt and a message without a value", () => {
  const it = rig();
  const errors = errorsOf(it.ws);
  it.server.refuse();
  it.clock.tick(1_500);
  it.server.accept();
  it.server.drop();
  for (const error of errors) {
    assertInstanceOf(error, Error);
    assertInstanceOf(error, ReconnectingWebSocketError);
  }
  assertEquals(
    errors.map(({ name, code, attempt, message }) => [name, code, attempt, message]),
    [
      ["ReconnectingWebSocketError", "connect-failed", 0, "Connect failed"],
      ["ReconnectingWebSocketError", "connection-lost", 1, "Connection lost"],
    ],
  );
});

Deno.test("fatal-close says the code in its message, and is the same in events and status", async () => {
  const { ws, server } = openRig({ giveUp: "pause" });
  const messages: (string | undefined)[] = [];
  ws.addEventListener("close", ({ error }) => messages.push(error?.message));
  server.close(4403);
  messages.push(ws.status.error?.message);
  assertEquals(messages, ["Fatal close 4403", "Fatal close 4403"]);
  ws.close();
  await ws.closed;
});

Deno.test("fatal-close says the code that ended a handshake, whose failure is its cause", async () => {
  const { ws, server, clock } = rig({ handshake: async ({ receive }) => void await receive() });
  server.accept();
  await clock.tickAsync(0);
  server.close(4403);
  const { error } = await ws.closed;
  const cause = error?.cause;
  assertInstanceOf(cause, ReconnectingWebSocketError);
  assertEquals([error?.message, cause.message], ["Fatal close 4403", "Handshake failed"]);
});

Deno.test("fatal-close says the code of the close that shouldRetry refused, not of one before", async () => {
  const it = openRig({ shouldRetry: ({ code }) => code !== 4000 });
  it.server.close(1012);
  it.clock.tick(60_000);
  it.server.accept();
  it.server.close(4000);
  assertEquals((await it.ws.closed).error?.message, "Fatal close 4000");
});

Deno.test("closed resolves with the error that ended the client, opened rejects with it", async () => {
  const it = rig({ maxAttempts: 0 });
  const errors = errorsOf(it.ws);
  it.server.refuse();
  const ending = await it.ws.closed;
  assertEquals(ending, {
    code: 1006,
    reason: "",
    wasClean: false,
    error: errors[0] ?? null,
    undelivered: [],
  });
  const rejection = await assertRejects(() => it.ws.opened, ReconnectingWebSocketError);
  assertEquals(rejection, errors[0]);
});

const boom = (): never => {
  throw new Error("boom");
};
const reject = (): Promise<never> => Promise.reject(new Error("boom"));

/** All functions that a user can give, broken in one way each. */
const BROKEN: Readonly<Record<string, ReconnectingWebSocketOptions>> = {
  "a trace that throws": { trace: boom },
  "a shouldRetry that throws": { shouldRetry: boom },
  "a shouldRetry that rejects": { shouldRetry: reject as unknown as () => boolean },
  "a backoff that throws": { backoff: boom },
  "a backoff that rejects": { backoff: reject as unknown as () => number },
  "an isReply that throws": { heartbeat: { isReply: boom } },
  "an isReply that answers later": {
    heartbeat: { isReply: (() => Promise.resolve(true)) as unknown as () => boolean },
  },
  "an isReply that rejects": { heartbeat: { isReply: reject as unknown as () => boolean } },
  "a heartbeat message that comes later": {
    heartbeat: {
      ...{ intervalMs: 5, timeoutMs: 50 },
      message: (() => Promise.resolve("ping")) as unknown as () => string,
    },
  },
  "a heartbeat message that throws": { heartbeat: { intervalMs: 5, timeoutMs: 50, message: boom } },
  "a random source that throws": { sources: { random: boom } },
};

/** Connects, talks, is dropped, comes back, closes. */
async function live(it: Rig): Promise<string[]> {
  it.server.accept();
  await it.clock.tickAsync(10);
  it.server.send("hello");
  it.ws.send("hello");
  it.server.drop();
  await it.clock.runUntil(() => it.network.connections.length === 2);
  it.server.accept();
  await it.clock.tickAsync(1);
  it.ws.close();
  await it.clock.tickAsync(3_000);
  return it.log.map((line) => line.split(" ")[1] ?? "").filter((type) => type !== "statechange");
}

for (const [what, options] of Object.entries(BROKEN)) {
  Deno.test(`${what} does not break the client`, async () => {
    using _ = stub(console, "error");
    const it = rig(options);
    const types = await live(it);
    assertEquals(types, ["open", "message", "error", "close", "retry", "open", "close"]);
    assertEquals(leftovers(it), NOTHING_LEFT);
  });
}

/** What is written by `console.error` while `body` runs. */
async function written(body: () => Promise<unknown>): Promise<string[]> {
  using error = stub(console, "error");
  await body();
  return error.calls.map(({ args }) => String(args[0]));
}

for (const [what, options] of Object.entries(BROKEN)) {
  Deno.test(`${what} is reported, once until the client is open again`, async () => {
    const lines = await written(() => live(rig(options)));
    assertEquals(lines.length >= 1 && lines.length <= 3, true, lines.join());
    assertEquals(lines.every((line) => /boom|Cannot use the answer/.test(line)), true);
  });
}

Deno.test("connectivity that throws is reported", async () => {
  const connectivity = { online: true, subscribe: boom };
  assertEquals(await written(() => live(rig({ sources: { connectivity } }))), ["Error: boom"]);
});

Deno.test("a backoff that throws is reported once until the client is open again", async () => {
  const it = rig({ backoff: boom });
  const lines = await written(async () => {
    for (let n = 0; n < 5; n++) {
      it.server.refuse();
      await it.clock.tickAsync(60_000);
    }
  });
  assertEquals(lines, ["Error: boom"]);
  it.server.accept();
  const again = await written(() => Promise.resolve(it.server.drop()));
  assertEquals(again, ["Error: boom"]);
});

Deno.test("hooks that throw are written to stderr once each, and end no process", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", new URL("./faults_probe.ts", import.meta.url).pathname],
    env: { NO_COLOR: "1" },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals([code, out], [0, "1 open #3 first\n"]);
  assertEquals(err?.match(/^.*a bug in .*$/gm)?.sort(), [
    "Error: a bug in backoff",
    "Error: a bug in shouldRetry",
    "Error: a bug in trace",
  ]);
});

Deno.test("a provider that throws is no hook: nothing is reported but its attempt", async () => {
  const lines = await written(async () => {
    const it = rig({ url: boom });
    await it.clock.tickAsync(0);
    assertEquals(it.log[1], "0 error provider-failed");
  });
  assertEquals(lines, []);
});

Deno.test("a clock that throws ends the client before anything was dialled, with its error", async () => {
  const it = rig({ sources: { clock: { now: boom, setTimeout: boom, clearTimeout: boom } } });
  const { error } = await it.ws.closed;
  assertEquals([error?.code, (error?.cause as Error).message], ["aborted", "boom"]);
  assertEquals([it.network.connections, it.ws.state], [[], "closed"]);
});

Deno.test("a send that throws while open loses no other message", () => {
  const { ws, server } = openRig({
    wrap: (inner) =>
      class extends inner {
        override send(data: string): void {
          if (data === "bad") throw new Error("refused");
          super.send(data);
        }
      },
  });
  assertEquals(["1", "bad", "2"].map((text) => ws.send(text)), [true, false, true]);
  assertEquals(server.sent, ["1", "2"]);
  assert(ws.readyState === 1);
});

// ------------------------------------------------------------------------------------ what a platform lacks

/** Sources of which one part fails from a moment on, as where a platform takes a global away. */
function failing(
  part: "setTimeout" | "clearTimeout" | "dial" | "close" | "random",
  after: number,
): Pick<FakeWorld, "clock" | "network"> & { sources: Sources } {
  let calls = 0;
  const isBroken = (): boolean => calls++ >= after;
  const { clock, network, sources } = fakeWorld();
  const guard =
    <A extends unknown[], R>(name: string, call: (...args: A) => R) => (...args: A): R => {
      if (name === part && isBroken()) throw new ReferenceError(`${part} is not defined`);
      return call(...args);
    };
  return {
    clock,
    network,
    sources: {
      ...sources,
      random: guard("random", sources.random),
      clock: {
        now: () => clock.now(),
        setTimeout: guard("setTimeout", clock.setTimeout.bind(clock)),
        clearTimeout: guard("clearTimeout", clock.clearTimeout.bind(clock)),
      },
      WebSocket: class extends network.WebSocket {
        constructor(url: string) {
          if (part === "dial" && isBroken()) throw new ReferenceError("WebSocket is not defined");
          super(url);
        }
        override close(code?: number, reason?: string): void {
          if (part === "close" && isBroken()) throw new ReferenceError("close is not defined");
          super.close(code, reason);
        }
      },
    },
  };
}

Deno.test("ReconnectingWebSocket has a way out of every state, whatever the platform takes away", async () => {
  using _ = stub(console, "error");
  const parts = ["setTimeout", "clearTimeout", "dial", "close", "random"] as const;
  const steps = fc.constantFrom(
    "accept",
    "refuse",
    "drop",
    "message",
    "tick",
    "online",
    "reconnect",
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...parts),
      fc.nat(12),
      fc.array(steps, { maxLength: 20 }),
      async (part, after, planned) => {
        const { clock, network, sources } = failing(part, after);
        const ws = new ReconnectingWebSocket("wss://example.com", {
          sources,
          heartbeat: { message: "ping" },
        });
        for (const step of planned) {
          const server = network.connections.at(-1);
          if (step === "accept" && server?.readyState === 0) server.accept();
          if (step === "refuse" && server?.readyState === 0) server.refuse();
          if (step === "drop") server?.drop();
          if (step === "message" && server?.readyState === 1) server.send("hello");
          if (step === "tick") await clock.tickAsync(7_000);
          if (step === "online") network.online();
          if (step === "reconnect" && ws.readyState < 2) ws.reconnect();
          await clock.tickAsync(0);
          const isAlive = ["connecting", "waiting", "closing"].includes(ws.state);
          assert(!isAlive || clock.pending.length > 0, `nothing ends ${ws.state} without ${part}`);
        }
        ws.close();
        await clock.tickAsync(10_000);
        assertEquals(ws.state, "closed");
      },
    ),
    { numRuns: 500 },
  );
});
