import { assertEquals, assertRejects } from "@std/assert";
import { ReconnectingWebSocket as CoreClient } from "../../lib/core.ts";
import { fakeWorld } from "../../lib/testing/mod.ts";
import { flushed, whenOpen } from "../../lib/wait.ts";
import { openRig, type Rig, rig, URL_OF_TESTS } from "./rig.ts";
import { sessionRig } from "./resume/rig.ts";

/** Notes how a promise settles. */
function outcomes(...promises: readonly Promise<void>[]): (string | undefined)[] {
  const seen = new Array<string | undefined>(promises.length).fill(undefined);
  promises.forEach((promise, i) =>
    promise.then(() => seen[i] = "done", ({ code, name }) => {
      seen[i] = typeof code === "string" ? code : name;
    })
  );
  return seen;
}

/** Lets promises settle that depend on no timer. */
async function turn(): Promise<void> {
  for (let n = 0; n < 10; n++) await Promise.resolve();
}

/** As on Deno: a socket that is not open shows nothing of what it holds. */
function forgetful(inner: typeof WebSocket): typeof WebSocket {
  return class extends inner {
    override get bufferedAmount(): number {
      return this.readyState === 1 ? super.bufferedAmount : 0;
    }
  };
}

/** A signal that counts who listens. */
function countedSignal(): { controller: AbortController; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  const { addEventListener, removeEventListener } = signal;
  let count = 0;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>): void => {
    count++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>): void => {
    count--;
    removeEventListener.apply(signal, args);
  };
  return { controller, listeners: () => count };
}

Deno.test("whenOpen() resolves at once on an open client", async () => {
  await whenOpen(openRig().ws);
});

Deno.test("whenOpen() waits for the next open, over failed attempts", async () => {
  const it = rig();
  const seen = outcomes(whenOpen(it.ws));
  it.server.refuse();
  it.clock.tick(1_500);
  await turn();
  assertEquals(seen, [undefined]);
  it.server.accept();
  await turn();
  assertEquals(seen, ["done"]);
});

Deno.test("whenOpen() waits over a pause of the user, whose close event comes later", async () => {
  const it = openRig();
  it.ws.pause();
  const seen = outcomes(whenOpen(it.ws));
  await turn();
  it.clock.tick(60_000);
  await turn();
  assertEquals([seen, it.clock.pending], [[undefined], []]);
  it.ws.resume();
  it.server.accept();
  await turn();
  assertEquals(seen, ["done"]);
});

Deno.test("whenOpen() rejects at once when the client is closing", async () => {
  const it = openRig();
  it.server.drop();
  const before = outcomes(whenOpen(it.ws));
  it.ws.close();
  const after = outcomes(whenOpen(it.ws));
  await turn();
  assertEquals([before, after], [["AbortError"], ["AbortError"]]);
});

for (const [giveUp, state] of [["close", "closed"], ["pause", "paused"]] as const) {
  Deno.test(`whenOpen() rejects with the error of a client that gives up and is ${state}`, async () => {
    const it = rig({ maxAttempts: 1, giveUp });
    const wait = whenOpen(it.ws);
    it.server.refuse();
    it.clock.tick(1_500);
    it.server.refuse();
    const error = await wait.catch((error) => error);
    assertEquals([error.code, error.cause.code, it.ws.state], [
      "retry-limit",
      "connect-failed",
      state,
    ]);
  });
}

Deno.test("whenOpen() that begins after the client gave up into a pause waits for resume()", async () => {
  const it = rig({ maxAttempts: 0, giveUp: "pause" });
  it.server.refuse();
  const seen = outcomes(whenOpen(it.ws));
  await turn();
  assertEquals(seen, [undefined]);
  it.ws.resume();
  it.server.accept();
  await turn();
  assertEquals(seen, ["done"]);
});

for (const type of ["statuschange", "statechange"] as const) {
  Deno.test(`whenOpen() in a listener of the ${type} to a pause waits for resume()`, async () => {
    const it = rig({ maxAttempts: 0, giveUp: "pause" });
    let seen: ReturnType<typeof outcomes> = [];
    it.ws.addEventListener(type, () => seen = outcomes(whenOpen(it.ws)), { once: true });
    it.server.refuse();
    await turn();
    assertEquals([seen, it.ws.state], [[undefined], "paused"]);
    it.ws.resume();
    it.server.refuse();
    await turn();
    assertEquals(seen, ["connect-failed"]);
  });
}

Deno.test("whenOpen() rejects with the error of a client that was over before", async () => {
  const it = rig({ maxAttempts: 0 });
  it.server.refuse();
  assertEquals((await whenOpen(it.ws).catch((error) => error)).code, "connect-failed");
});

for (const wait of [whenOpen, flushed]) {
  /** A client for which either waits. */
  const waiting = (): Rig => {
    const it = rig();
    it.ws.send("a");
    return it;
  };

  Deno.test(`${wait.name}() rejects with the reason of a signal, and lets go of it`, async () => {
    const { controller, listeners } = countedSignal();
    const { signal } = controller;
    const promise = wait(waiting().ws, { signal });
    assertEquals(listeners(), 1);
    controller.abort("enough");
    assertEquals(await promise.catch((reason) => reason), "enough");
    assertEquals(listeners(), 0);
    assertEquals(await wait(waiting().ws, { signal }).catch((reason) => reason), "enough");
    assertEquals(await wait(openRig().ws, { signal }).catch((reason) => reason), "enough");
    assertEquals(listeners(), 0);
  });

  Deno.test(`${wait.name}() lets go of a signal when it is done`, async () => {
    const { controller: { signal }, listeners } = countedSignal();
    const it = waiting();
    const promise = wait(it.ws, { signal });
    it.server.accept();
    await it.clock.tickAsync(4);
    await promise;
    assertEquals(listeners(), 0);
  });

  Deno.test(`${wait.name}() takes a client of parts`, async () => {
    const { network, sources } = fakeWorld();
    const ws = new CoreClient(URL_OF_TESTS, { sources });
    const promise = wait(ws);
    network.connections[0]?.accept();
    await promise;
    ws.close();
  });
}

Deno.test("flushed() resolves at once where nothing is unsent, whatever the connection does", async () => {
  await flushed(openRig().ws);
  await flushed(rig().ws);
  const paused = openRig();
  paused.ws.pause();
  await flushed(paused.ws);
});

Deno.test("flushed() waits for the queue, then for the socket", async () => {
  const it = rig();
  it.ws.send("a");
  const seen = outcomes(flushed(it.ws));
  await turn();
  assertEquals([seen, it.clock.pending.length], [[undefined], 1]);
  it.server.bufferedAmount = 1;
  it.server.accept();
  await it.clock.tickAsync(1_000);
  assertEquals([seen, it.server.sent], [[undefined], ["a"]]);
  it.server.bufferedAmount = 0;
  await it.clock.tickAsync(100);
  assertEquals(seen, ["done"]);
});

Deno.test("flushed() waits for an empty message, too", async () => {
  const it = rig({ queue: { maxBufferedBytes: 0 } });
  it.ws.send("");
  const seen = outcomes(flushed(it.ws));
  await turn();
  assertEquals([seen, it.ws.bufferedAmount], [[undefined], 0]);
  it.server.accept();
  await it.clock.tickAsync(4);
  assertEquals(seen, ["done"]);
});

Deno.test("flushed() looks at the socket after 4 ms, doubling to 100", async () => {
  const it = openRig({ stableAfterMs: 0 });
  it.clock.tick(1);
  it.server.bufferedAmount = 1;
  const wait = flushed(it.ws);
  const delays: number[] = [];
  for (let i = 0; i < 8; i++) {
    const before = it.clock.elapsedMs;
    it.clock.next();
    delays.push(it.clock.elapsedMs - before);
  }
  assertEquals(delays, [4, 8, 16, 32, 64, 100, 100, 100]);
  it.server.bufferedAmount = 0;
  it.clock.next();
  await wait;
  assertEquals(it.clock.pending, []);
});

for (
  const [what, end] of Object.entries<(it: Rig) => void>({
    "is lost": ({ server }) => server.drop(),
    "is closed by the peer": ({ server }) => server.close(1000),
    "ends by reconnect()": ({ ws }) => ws.reconnect(),
    "ends by pause()": ({ ws }) => ws.pause(),
    "ends by pause() and goes on at once": ({ ws }) => {
      ws.pause();
      ws.resume();
    },
  })
) {
  Deno.test(`flushed() rejects where a connection ${what} with bytes unsent`, async () => {
    const it = openRig();
    it.server.bufferedAmount = 1;
    const seen = outcomes(flushed(it.ws));
    end(it);
    await turn();
    assertEquals(seen, ["connection-lost"]);
  });

  Deno.test(`flushed() doubts a connection that ${what} before a look saw it empty`, async () => {
    const it = openRig({ wrap: forgetful });
    it.server.bufferedAmount = 1;
    const seen = outcomes(flushed(it.ws));
    end(it);
    await turn();
    const isClean = what === "is closed by the peer";
    assertEquals(seen, [isClean ? "done" : "connection-lost"]);
  });
}

for (const isStalled of [true, false]) {
  const [what, outcome] = isStalled ? ["hangs", "connection-lost"] : ["closes", "done"];
  Deno.test(`flushed() waits for the end of a socket that ${what} with bytes that it does not show`, async () => {
    const it = openRig({ wrap: forgetful });
    it.server.bufferedAmount = 1;
    if (isStalled) it.server.stall();
    const seen = outcomes(flushed(it.ws));
    it.ws.close();
    await turn();
    assertEquals([seen, it.ws.bufferedAmount, it.ws.state], [[undefined], 0, "closing"]);
    it.clock.tick(3_000);
    await turn();
    assertEquals([seen, it.clock.pending], [[outcome], []]);
  });
}

Deno.test("flushed() doubts what the queue has handed over since it was looked at", async () => {
  const it = rig({ wrap: forgetful });
  it.ws.send("a");
  const seen = outcomes(flushed(it.ws));
  it.server.accept();
  it.server.bufferedAmount = 1;
  it.server.drop();
  await turn();
  assertEquals([it.server.sent, seen, it.clock.pending.length], [["a"], ["connection-lost"], 1]);
});

Deno.test("flushed() waits on where a connection ends before the queue has left", async () => {
  const it = rig();
  it.ws.send("a");
  const seen = outcomes(flushed(it.ws));
  it.ws.addEventListener("open", () => it.ws.reconnect(), { once: true });
  it.server.accept();
  await turn();
  assertEquals([seen, it.network.connections.length], [[undefined], 2]);
  it.server.accept();
  it.clock.tick(4);
  await turn();
  assertEquals([it.server.sent, seen], [["a"], ["done"]]);
});

Deno.test("flushed() rejects with the error of a client whose doubted connection was the last", async () => {
  const it = openRig({ wrap: forgetful, queue: { maxBufferedBytes: 0 } });
  it.server.bufferedAmount = 1;
  it.ws.send("held up");
  const seen = outcomes(flushed(it.ws));
  it.server.close(4403);
  await turn();
  assertEquals(seen, ["fatal-close"]);
});

Deno.test("flushed() does not mind what a connection before the call left unsent", async () => {
  const it = openRig();
  it.server.bufferedAmount = 1;
  it.server.drop();
  assertEquals(it.ws.bufferedAmount, 1);
  await flushed(it.ws);
});

Deno.test("flushed() says of which attempt the connection was lost", async () => {
  const it = openRig();
  it.server.drop();
  it.clock.tick(1_500);
  it.server.accept();
  it.server.bufferedAmount = 1;
  const wait = flushed(it.ws);
  it.server.drop();
  const { code, attempt } = await wait.catch((error) => error);
  assertEquals([code, attempt, it.ws.attempt], ["connection-lost", 1, 2]);
});

Deno.test("flushed() waits in a pause without a timer, and goes on after it", async () => {
  const it = rig();
  it.ws.send("a");
  it.ws.pause();
  const seen = outcomes(flushed(it.ws));
  await it.clock.tickAsync(3_600_000);
  assertEquals([seen, it.clock.pending], [[undefined], []]);
  it.ws.resume();
  it.server.accept();
  await it.clock.tickAsync(4);
  assertEquals(seen, ["done"]);
});

Deno.test("flushed() waits for the signal where the peer never reads", async () => {
  const it = openRig();
  const controller = new AbortController();
  it.server.bufferedAmount = 1;
  const seen = outcomes(flushed(it.ws, { signal: controller.signal }));
  await it.clock.tickAsync(3_600_000);
  assertEquals(seen, [undefined]);
  controller.abort();
  await turn();
  assertEquals([seen, it.clock.pending], [["AbortError"], []]);
});

Deno.test("flushed() means handed over where the platform has no bufferedAmount", async () => {
  const it = rig({ runtime: "workerd" });
  it.ws.send("a");
  const seen = outcomes(flushed(it.ws));
  it.server.bufferedAmount = 1;
  it.server.accept();
  await it.clock.tickAsync(4);
  assertEquals([seen, it.server.sent], [["done"], ["a"]]);
});

Deno.test("flushed() rejects when its user closes the client before", async () => {
  const it = rig();
  it.ws.send("a");
  const seen = outcomes(flushed(it.ws));
  it.ws.close();
  await turn();
  assertEquals(seen, ["AbortError"]);
});

Deno.test("flushed() rejects with the error of a client that ends before", async () => {
  const it = rig({ maxAttempts: 0 });
  it.ws.send("a");
  const seen = outcomes(flushed(it.ws));
  it.server.refuse();
  await turn();
  assertEquals([seen, it.clock.pending], [["connect-failed"], []]);
});

Deno.test("flushed() rejects on a client that was over before: what it did not send was given back", async () => {
  const it = openRig();
  it.ws.close();
  assertEquals((await assertRejects(() => flushed(it.ws), DOMException)).name, "AbortError");
  it.clock.tick(0);
  await it.ws.closed;
  assertEquals((await assertRejects(() => flushed(it.ws), DOMException)).name, "AbortError");
});

Deno.test("flushed() of a ResumableWebSocket waits until the server has confirmed", async () => {
  const { ws, peer } = sessionRig();
  peer.open();
  ws.send("a");
  const seen = outcomes(flushed(ws));
  await turn();
  assertEquals(seen, [undefined]);
  peer.ack(1);
  await turn();
  assertEquals(seen, ["done"]);
});

Deno.test("flushed() of a ResumableWebSocket rejects with the end, and with the reason of a signal", async () => {
  const { ws, peer } = sessionRig();
  const controller = new AbortController();
  peer.open();
  ws.send("a");
  const seen = outcomes(flushed(ws, { signal: controller.signal }), flushed(ws));
  controller.abort(new TypeError("enough"));
  await turn();
  assertEquals(seen, ["TypeError", undefined]);
  ws.close();
  peer.connection.drop();
  await ws.closed;
  await turn();
  assertEquals(seen, ["TypeError", "AbortError"]);
});
