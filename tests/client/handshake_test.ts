import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { HandshakeLink, ReconnectingWebSocketError } from "../../mod.ts";
import {
  alive,
  DELAYS_MS,
  leftovers,
  NOTHING_LEFT,
  type Rig,
  rig,
  type RigOptions,
} from "./rig.ts";

Deno.test("handshake runs before open, and before what is queued", async () => {
  const links: HandshakeLink[] = [];
  const { ws, server, clock, log } = rig({
    protocols: ["a", "b"],
    handshake: async (link) => {
      links.push(link);
      link.send("token");
      await link.receive();
      link.send("subscribe");
    },
  });
  ws.send("queued");
  server.accept("b");
  await clock.tickAsync(1_000);
  assertEquals([ws.state, log, server.sent], ["connecting", [], ["token"]]);
  server.send("welcome");
  await clock.tickAsync(0);
  assertEquals(log, ["1 statechange connecting -> open", "1 open #0 first"]);
  assertEquals(server.sent, ["token", "subscribe", "queued"]);
  assertEquals(links.map(({ attempt, protocol }) => [attempt, protocol]), [[0, "b"]]);
});

Deno.test("handshake runs again on every connection, with its attempt", async () => {
  const attempts: number[] = [];
  const { network, clock } = rig({ handshake: ({ attempt }) => void attempts.push(attempt) });
  for (let n = 0; n < 3; n++) {
    network.connections.at(-1)?.accept();
    await clock.tickAsync(0);
    network.connections.at(-1)?.drop();
    await clock.tickAsync(DELAYS_MS[n] ?? NaN);
  }
  assertEquals(attempts, [0, 1, 2]);
});

Deno.test("what receive() does not take is dispatched right after open, in order", async () => {
  const { server, clock, log } = rig({
    handshake: async ({ receive }) => {
      await receive();
    },
  });
  server.accept();
  server.send("welcome");
  // In the same turn as the frame that ends the handshake: its promise has not resolved yet.
  server.send("1");
  server.send("2");
  await clock.tickAsync(0);
  server.send("3");
  assertEquals(log, [
    "1 statechange connecting -> open",
    "1 open #0 first",
    "1 message 1",
    "1 message 2",
    "1 message 3",
  ]);
});

Deno.test("receive() takes what came before it was called", async () => {
  const taken: unknown[] = [];
  const { server, clock, log } = rig({
    handshake: async ({ receive }) => {
      await new Promise<void>((resolve) => clock.plan(resolve, 100));
      taken.push(await receive(), await receive());
    },
  });
  server.accept();
  for (const text of ["1", "2", "3"]) server.send(text);
  await clock.tickAsync(100);
  assertEquals([taken, log.slice(2)], [["1", "2"], ["1 message 3"]]);
});

Deno.test("close() in an open listener keeps what receive() did not take from being dispatched", async () => {
  const { ws, server, clock, log } = rig({ handshake: () => {} });
  ws.onopen = () => ws.close();
  server.accept();
  server.send("early");
  await clock.tickAsync(0);
  assertEquals(log, [
    "1 statechange connecting -> open",
    "1 open #0 first",
    "2 statechange open -> closing",
    "3 statechange closing -> closed",
    "3 close 1005 clean - over",
  ]);
});

for (const how of ["throws", "rejects"] as const) {
  Deno.test(`a handshake that ${how} is a failed attempt, with its error as the cause`, async () => {
    const failure = new Error("wrong token");
    const { ws, server, clock, log, network } = rig({
      handshake: () => {
        if (how === "throws") throw failure;
        return Promise.reject(failure);
      },
    });
    const errors: ReconnectingWebSocketError[] = [];
    ws.addEventListener("error", ({ error }) => errors.push(error));
    server.accept();
    await clock.tickAsync(999);
    assertEquals([log, server.clientClose], [[], null]);
    await clock.tickAsync(1);
    assertEquals(log, [
      "0 statechange connecting -> waiting",
      "0 error handshake-failed",
      "0 close 1006 unclean handshake-failed retry",
      "0 retry #1 1500 handshake-failed",
    ]);
    assertEquals(errors[0]?.cause, failure);
    assertEquals(alive(network), []);
  });
}

/** A handshake that throws, and what the server does then. */
function refusing(options: RigOptions & { thrown?: unknown } = {}): Rig {
  const { thrown = new Error("denied"), ...others } = options;
  const it = rig({ handshake: () => Promise.reject(thrown), ...others });
  it.server.accept();
  return it;
}

for (const delayMs of [0, 50, 999]) {
  Deno.test(`a close frame ${delayMs} ms after a handshake threw decides by its code`, async () => {
    const it = refusing();
    await it.clock.tickAsync(delayMs);
    it.server.close(4403, "denied");
    assertEquals(it.log, [
      "3 statechange connecting -> closed",
      "3 close 4403 denied clean fatal-close over",
    ]);
    const cause = (await it.ws.closed).error?.cause as ReconnectingWebSocketError;
    assertEquals([cause.code, String(cause.cause)], ["handshake-failed", "Error: denied"]);
  });
}

Deno.test("a close frame after a handshake threw is retried if its code is", async () => {
  const it = refusing();
  await it.clock.tickAsync(10);
  it.server.close(1013, "later");
  assertEquals(it.log, [
    "0 statechange connecting -> waiting",
    "0 close 1013 later clean handshake-failed retry",
    "0 retry #1 3000 handshake-failed",
  ]);
});

Deno.test("what a handshake throws may end the client at once", async () => {
  const it = refusing({ thrown: Object.assign(new Error("denied"), { retry: false }) });
  await it.clock.tickAsync(0);
  assertEquals(it.log, [
    "3 statechange connecting -> closed",
    "3 error handshake-failed",
    "3 close 1006 unclean handshake-failed over",
  ]);
  assertEquals(leftovers(it), NOTHING_LEFT);
});

Deno.test("what a handshake throws may be a server's hint", async () => {
  const it = refusing({ thrown: { retry: { delayMs: 10_000 } } });
  await it.clock.tickAsync(0);
  assertEquals(it.log.at(-1), "0 retry #1 12500 handshake-failed");
});

Deno.test("shouldRetry overrules what a handshake throws", async () => {
  const it = refusing({ thrown: { retry: false }, shouldRetry: () => true });
  await it.clock.tickAsync(0);
  assertEquals(it.ws.state, "waiting");
});

Deno.test("messages after a handshake threw are dropped, however many", async () => {
  const it = refusing({ queue: { maxMessages: 1 } });
  await it.clock.tickAsync(0);
  for (const text of ["1", "2", "3"]) it.server.send(text);
  await it.clock.tickAsync(999);
  assertEquals(it.log, []);
  await it.clock.tickAsync(1);
  assertEquals(it.log[1], "0 error handshake-failed");
  it.clock.tick(1_500);
  assertEquals(it.log.filter((line) => line.includes("message")), []);
});

Deno.test("close() after a handshake threw acts at once", async () => {
  const it = refusing();
  await it.clock.tickAsync(0);
  it.ws.close(4000);
  await it.clock.tickAsync(0);
  assertEquals(it.log, [
    "2 statechange connecting -> closing",
    "3 statechange closing -> closed",
    "3 close 4000 clean - over",
  ]);
});

Deno.test("a handshake that throws at its deadline is handshake-failed then", async () => {
  const failure = new Error("late");
  const it = rig({
    handshake: () => new Promise((_, reject) => it.clock.setTimeout(() => reject(failure), 9_500)),
  });
  const causes: unknown[] = [];
  it.ws.addEventListener("error", ({ error }) => causes.push(error.cause));
  it.server.accept();
  await it.clock.tickAsync(9_999);
  assertEquals(it.log, []);
  await it.clock.tickAsync(1);
  assertEquals([it.log[1], causes], ["0 error handshake-failed", [failure]]);
});

Deno.test("what a handshake returns sets the pace of the heartbeat, on its connection", async () => {
  const it = rig({
    heartbeat: { message: "ping" },
    handshake: ({ attempt }) =>
      attempt === 0 ? { heartbeat: { intervalMs: 5_000, timeoutMs: 2_000 } } : undefined,
  });
  it.server.accept();
  await it.clock.tickAsync(5_000);
  assertEquals(it.server.sent, ["ping"]);
  await it.clock.tickAsync(2_000);
  assertEquals(it.log.at(-1), "0 retry #1 1500 heartbeat-timeout");
  await it.clock.tickAsync(1_500);
  it.server.accept();
  await it.clock.tickAsync(24_999);
  assertEquals(it.server.sent, []);
  await it.clock.tickAsync(1);
  assertEquals(it.server.sent, ["ping"]);
});

Deno.test("what a handshake returns has no effect without a heartbeat", async () => {
  const it = rig({ handshake: () => ({ heartbeat: { intervalMs: 2_000 } }) });
  it.server.accept();
  await it.clock.tickAsync(60_000);
  assertEquals([it.server.sent, it.clock.pending, it.ws.state], [[], [], "open"]);
});

Deno.test("a handshake that hangs is given up at connectTimeoutMs, dialling included", async () => {
  const ends: unknown[] = [];
  const { server, clock, log, network } = rig({
    handshake: async ({ signal, receive }) => {
      await receive().catch((reason) => ends.push(reason.name, reason === signal.reason));
    },
  });
  await clock.tickAsync(4_000);
  server.accept();
  await clock.tickAsync(5_999);
  assertEquals(log, []);
  await clock.tickAsync(1);
  assertEquals(log, [
    "0 statechange connecting -> waiting",
    "0 error connect-timeout",
    "0 close 1006 unclean connect-timeout retry",
    "0 retry #1 1500 connect-timeout",
  ]);
  assertEquals([ends, alive(network)], [["InvalidStateError", true], []]);
});

for (const end of ["close", "drop"] as const) {
  Deno.test(`a ${end} during the handshake fails the attempt and ends receive()`, async () => {
    const ends: string[] = [];
    const { server, clock, log } = rig({
      handshake: async ({ receive }) => {
        await receive().catch(({ name }) => ends.push(name));
        await receive().catch(({ name }) => ends.push(name));
      },
    });
    server.accept();
    if (end === "close") server.close(4_001, "not you");
    else server.drop();
    await clock.tickAsync(0);
    assertEquals(log, [
      "0 statechange connecting -> waiting",
      ...(end === "close"
        ? ["0 close 4001 not you clean handshake-failed retry"]
        : ["0 error handshake-failed", "0 close 1006 unclean handshake-failed retry"]),
      "0 retry #1 1500 handshake-failed",
    ]);
    assertEquals(ends, ["InvalidStateError", "InvalidStateError"]);
  });
}

Deno.test("a handshake that rejects after its attempt has ended says nothing", async () => {
  let fail: ((reason: Error) => void) | undefined;
  const { server, clock, read, ws } = rig({
    handshake: ({ attempt }) => attempt > 0 ? undefined : new Promise((_, reject) => fail = reject),
  });
  server.accept();
  server.drop();
  await clock.tickAsync(1_500);
  read();
  fail?.(new Error("late"));
  await clock.tickAsync(0);
  assertEquals([read(), ws.state], [[], "connecting"]);
});

Deno.test("receive() that nobody waits for leaves no unhandled rejection", async () => {
  const { server, clock, log } = rig({
    handshake: ({ receive }) => {
      receive();
      return new Promise(() => {});
    },
  });
  server.accept();
  await clock.tickAsync(10_000);
  // An unhandled rejection would end the test run here.
  assertEquals(log[1], "0 error connect-timeout");
});

Deno.test("the link is of no use once its handshake is over", async () => {
  const links: HandshakeLink[] = [];
  const { server, clock } = rig({ handshake: (link) => void links.push(link) });
  server.accept();
  await clock.tickAsync(0);
  const [link] = links;
  const error = assertThrows(() => link?.send("late"), DOMException);
  assertEquals(
    [error.name, error.message],
    ["InvalidStateError", "Cannot send as the handshake is over"],
  );
  await assertRejects(async () => await link?.receive(), DOMException);
  assertEquals([link?.signal.aborted, server.sent], [false, []]);
});

Deno.test("messages that overflow the inbox of a handshake fail the attempt", async () => {
  const { ws, server, clock, log } = rig({
    queue: { maxMessages: 2 },
    handshake: () => new Promise<void>(() => {}),
  });
  const causes: unknown[] = [];
  ws.addEventListener("error", ({ error }) => {
    causes.push((error.cause as ReconnectingWebSocketError).code);
  });
  server.accept();
  server.send("1");
  server.send("2");
  await clock.tickAsync(0);
  assertEquals(log, []);
  server.send("3");
  assertEquals(log.slice(0, 2), [
    "0 statechange connecting -> waiting",
    "0 error handshake-failed",
  ]);
  assertEquals(causes, ["queue-overflow"]);
});

Deno.test("a handshake without an end does not hold up close()", async () => {
  const it = rig({ handshake: () => new Promise<void>(() => {}) });
  it.server.accept();
  it.server.closeReply = "never";
  it.ws.close();
  await it.clock.tickAsync(3_000);
  assertEquals(it.log.at(-1), "3 close 1006 unclean - over");
  assertEquals(leftovers(it), NOTHING_LEFT);
});
