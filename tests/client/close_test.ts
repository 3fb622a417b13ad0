import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Ending, ReconnectingWebSocket } from "../../mod.ts";
import { leftovers, NOTHING_LEFT, openRig, type Rig, rig, URL_OF_TESTS } from "./rig.ts";

const NOT_OPEN_ENDS = ["3 statechange closing -> closed", "3 close 1006 unclean - over"];

/** What `closed` resolves with, of a client that ended by its user's will. */
function ending(code: number, reason = "", wasClean = true): Ending {
  return { code, reason, wasClean, error: null, undelivered: [] };
}

async function assertOver(it: Rig): Promise<void> {
  const log = it.read();
  await it.clock.tickAsync(600_000);
  assertEquals(leftovers(it), NOTHING_LEFT);
  assertEquals(it.read(), []);
  assert(log.at(-1)?.endsWith("over"));
}

Deno.test("close() of an open client ends with the peer's answer", async () => {
  const it = openRig();
  it.ws.close(4_321, "enough");
  assertEquals([it.ws.readyState, it.log], [2, ["2 statechange open -> closing"]]);
  assertEquals(it.server.clientClose, { code: 4_321, reason: "enough" });
  it.clock.tick(0);
  assertEquals(it.log.slice(1), [
    "3 statechange closing -> closed",
    "3 close 4321 enough clean - over",
  ]);
  assertEquals(await it.ws.closed, ending(4_321, "enough"));
  await assertOver(it);
});

Deno.test("close() without arguments sends none", () => {
  const { ws, server } = openRig();
  ws.close();
  assertEquals(server.clientClose, { code: 1005, reason: "" });
});

Deno.test("close() ends after closeTimeoutMs when the peer does not answer", async () => {
  const it = openRig({ closeTimeoutMs: 250 });
  it.server.closeReply = "never";
  it.ws.close(1000);
  it.clock.tick(249);
  assertEquals(it.ws.readyState, 2);
  it.clock.tick(1);
  assertEquals(it.read(), ["2 statechange open -> closing", ...NOT_OPEN_ENDS]);
  assertEquals(await it.ws.closed, ending(1006, "", false));
});

Deno.test("close() takes an answer inside the inner close(), as Node 24 gives it", async () => {
  const it = openRig({ runtime: "node24" });
  it.server.closeReply = "inside-close";
  it.ws.close(1000);
  assertEquals(it.log, [
    "3 statechange open -> closing",
    "3 statechange closing -> closed",
    "3 close 1000 clean - over",
  ]);
  await assertOver(it);
});

for (const runtime of ["browser", "deno", "bun", "node22", "node24", "workerd"] as const) {
  Deno.test(`close() while connecting is told after it returned: ${runtime}`, async () => {
    const it = rig({ runtime });
    it.ws.close(1000);
    assertEquals([it.ws.readyState, it.read()], [2, ["2 statechange connecting -> closing"]]);
    await Promise.resolve();
    assertEquals(it.log, NOT_OPEN_ENDS);
    assertEquals(await it.ws.closed, ending(1006, "", false));
    await assertOver(it);
  });
}

Deno.test("close() while a provider is asked aborts it, and dials nothing", async () => {
  const signals: AbortSignal[] = [];
  let answer: ((url: string) => void) | undefined;
  const it = rig({
    url: ({ signal }) => {
      signals.push(signal);
      return new Promise<string>((resolve) => answer = resolve);
    },
  });
  it.ws.close();
  assertEquals(signals.map(({ aborted }) => aborted), [true]);
  answer?.(URL_OF_TESTS);
  await it.clock.tickAsync(0);
  assertEquals(it.log, ["2 statechange connecting -> closing", ...NOT_OPEN_ENDS]);
  assertEquals(it.network.connections, []);
  await assertOver(it);
});

Deno.test("close() during a handshake closes the connection and aborts the handshake", async () => {
  const signals: AbortSignal[] = [];
  const it = rig({
    handshake: async ({ signal, receive }) => {
      signals.push(signal);
      await receive();
    },
  });
  it.server.accept();
  it.ws.close(3_000, "never mind");
  assertEquals(signals.map(({ aborted }) => aborted), [true]);
  await it.clock.tickAsync(0);
  assertEquals(it.log, [
    "2 statechange connecting -> closing",
    "3 statechange closing -> closed",
    "3 close 3000 never mind clean - over",
  ]);
  await assertOver(it);
});

Deno.test("close() during a wait dispatches one final close", async () => {
  const it = openRig();
  it.server.drop();
  it.read();
  it.ws.close(1000, "no more");
  assertEquals([it.ws.readyState, it.read()], [2, ["2 statechange waiting -> closing"]]);
  await it.clock.tickAsync(0);
  assertEquals(it.log, NOT_OPEN_ENDS);
  assertEquals(await it.ws.closed, ending(1006, "", false));
  await assertOver(it);
});

Deno.test("close() right after the constructor, or twice, or after the end, changes nothing more", async () => {
  const it = rig();
  it.ws.close();
  it.ws.close(4_000, "again");
  await it.clock.tickAsync(0);
  it.ws.close(4_000, "and again");
  await it.clock.tickAsync(0);
  assertEquals(it.log, ["2 statechange connecting -> closing", ...NOT_OPEN_ENDS]);
});

Deno.test("close() while closing keeps the deadline and the arguments of the first call", () => {
  const { ws, server, clock, log } = openRig();
  server.closeReply = "never";
  ws.close(4_000, "first");
  clock.tick(2_999);
  ws.close(4_001, "second");
  clock.tick(1);
  assertEquals(server.clientClose, { code: 4_000, reason: "first" });
  assertEquals(log, ["2 statechange open -> closing", ...NOT_OPEN_ENDS]);
});

Deno.test("close() lets the peer win that closes meanwhile", () => {
  const { ws, server, log, clock } = openRig();
  server.closeReply = "never";
  ws.close(1000);
  server.close(1001, "going away");
  clock.tick(60_000);
  assertEquals(log, [
    "2 statechange open -> closing",
    "3 statechange closing -> closed",
    "3 close 1001 going away clean - over",
  ]);
});

Deno.test("close() ends though an error comes and no close", () => {
  const { ws, server, log, clock } = openRig();
  server.closeReply = "never";
  ws.close();
  server.dispatch("error");
  clock.tick(0);
  assertEquals(log, ["2 statechange open -> closing", ...NOT_OPEN_ENDS]);
});

Deno.test("close() drops messages that still arrive, as Deno and workerd deliver them", () => {
  const { ws, server, log } = openRig({ runtime: "deno" });
  ws.close();
  server.send("late");
  assertEquals(log, ["2 statechange open -> closing"]);
});

Deno.test("close() ends though the inner close() throws", async () => {
  const it = openRig({
    wrap: (inner) =>
      class extends inner {
        override close(): void {
          throw new Error("refused to close");
        }
      },
  });
  it.ws.close();
  it.clock.tick(3_000);
  assertEquals(it.read(), ["2 statechange open -> closing", ...NOT_OPEN_ENDS]);
  assertEquals((await it.ws.closed).code, 1006);
});

Deno.test("closed resolves after the listeners of the final close, opened rejects if it never was", async () => {
  const it = rig();
  const order: string[] = [];
  it.ws.addEventListener("close", () => order.push("close"));
  const closed = it.ws.closed.then(() => order.push("closed"));
  const opened = it.ws.opened.catch((error) => order.push(error.name));
  it.ws.close();
  await Promise.all([closed, opened]);
  assertEquals(order.toSorted(), ["AbortError", "close", "closed"]);
  assertEquals(order[0], "close");
  assertStrictEquals(it.ws.closed, it.ws.closed);
});

Deno.test("opened resolves at the first open, and stays so", async () => {
  const it = openRig();
  await it.ws.opened;
  it.ws.close();
  await it.clock.tickAsync(0);
  assertEquals(await it.ws.opened, undefined);
});

Deno.test("[Symbol.dispose]() closes, [Symbol.asyncDispose]() also waits for the end", async () => {
  let kept: ReconnectingWebSocket;
  {
    using ws = openRig().ws;
    kept = ws;
  }
  assertEquals(kept.readyState, 2);
  {
    await using ws = rig().ws;
    kept = ws;
  }
  assertEquals(kept.readyState, 3);
});

Deno.test("signal ends the client as close(1000) does, and is told with the close", async () => {
  const controller = new AbortController();
  const it = openRig({ signal: controller.signal });
  controller.abort("enough");
  assertEquals(it.server.clientClose, { code: 1000, reason: "" });
  await it.clock.tickAsync(0);
  assertEquals(it.log, [
    "2 statechange open -> closing",
    "3 statechange closing -> closed",
    "3 close 1000 clean aborted over",
  ]);
  const { error } = await it.ws.closed;
  assertEquals([error?.code, error?.cause], ["aborted", "enough"]);
});

Deno.test("signal that was aborted before ends the client without a dial or a provider call", async () => {
  const asked: number[] = [];
  const it = rig({
    signal: AbortSignal.abort("no"),
    url: ({ attempt }) => `${asked.push(attempt)}`,
  });
  assertEquals([it.ws.readyState, it.log], [2, []]);
  await it.clock.tickAsync(0);
  assertEquals(it.log, ["3 statechange closing -> closed", "3 close 1006 unclean aborted over"]);
  assertEquals([asked, it.network.connections], [[], []]);
  assertEquals((await it.ws.closed).error?.cause, "no");
  await assertOver(it);
});

Deno.test("signal that is aborted while the constructor runs ends the client", async () => {
  const controller = new AbortController();
  const url = (): string => {
    controller.abort();
    return URL_OF_TESTS;
  };
  const it = rig({ signal: controller.signal, url });
  await it.clock.tickAsync(0);
  assertEquals(it.log, ["3 statechange closing -> closed", "3 close 1006 unclean aborted over"]);
  assertEquals(it.network.connections, []);
  await assertOver(it);
});

Deno.test("signal is let go of when the client is over", async () => {
  const controller = new AbortController();
  const listeners = new Set<unknown>();
  const signal = Object.assign(controller.signal, {
    addEventListener: (_: string, listener: unknown) => listeners.add(listener),
    removeEventListener: (_: string, listener: unknown) => listeners.delete(listener),
  });
  const it = rig({ signal });
  assertEquals(listeners.size, 1);
  it.ws.close();
  await it.clock.tickAsync(0);
  assertEquals(listeners.size, 0);
});

Deno.test("bufferedAmount at close is what the socket left unsent, until the next dial", () => {
  const it = openRig();
  const amounts: number[] = [];
  it.ws.addEventListener("close", () => amounts.push(it.ws.bufferedAmount));
  it.server.bufferedAmount = 17_000_000;
  it.server.drop();
  it.ws.send("four");
  assertEquals([amounts, it.ws.bufferedAmount], [[17_000_000], 17_000_004]);
  it.clock.tick(1_500);
  assertEquals([it.ws.state, it.ws.bufferedAmount], ["connecting", 4]);
});

Deno.test("bufferedAmount at the final close is what was not sent", () => {
  const it = openRig();
  it.server.closeReply = "never";
  it.server.bufferedAmount = 1_000;
  it.ws.close();
  it.clock.tick(3_000);
  assertEquals([it.ws.state, it.ws.bufferedAmount], ["closed", 1_000]);
});
