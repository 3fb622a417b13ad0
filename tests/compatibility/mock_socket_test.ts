/**
 * The client through somebody else's sockets. mock-socket is unlike a platform's WebSocket in several
 * ways (a refused connection closes with 1000, cleanly; a simulated error has no close; events are
 * not the platform's; there is no bufferedAmount), and the client must stand all of them.
 */

import { assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { FakeTime } from "@std/testing/time";
import { Server, WebSocket as MockWebSocket } from "mock-socket";
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "../../mod.ts";
import { record } from "../client/rig.ts";

const URL_OF_TESTS = "ws://mock.example/feed";
/** Longer than any delay of mock-socket's own. */
const SOON_MS = 50;

interface Scene {
  readonly ws: ReconnectingWebSocket;
  readonly time: FakeTime;
  read(): string[];
}

/** A client on mock-socket, on time that a test moves; what mock-socket logs is not shown. */
async function scene(
  act: (scene: Scene) => Promise<void>,
  options: ReconnectingWebSocketOptions = {},
): Promise<void> {
  using time = new FakeTime(0);
  using _silence = stub(console, "error");
  const ws = new ReconnectingWebSocket(URL_OF_TESTS, {
    ...options,
    sources: { WebSocket: MockWebSocket, random: () => 0.5, connectivity: null },
  });
  const log = record(ws);
  try {
    await act({ ws, time, read: () => log.splice(0) });
  } finally {
    ws.close();
    await time.tickAsync(10_000);
    assertEquals(ws.readyState, 3);
  }
}

/** A server that mock-socket's registry forgets at the end. */
class Mock extends Server {
  constructor(options = {}) {
    super(URL_OF_TESTS, options);
  }
  [Symbol.dispose](): void {
    this.stop();
  }
}

Deno.test("ReconnectingWebSocket on mock-socket opens, sends, receives and closes", async () => {
  using server = new Mock();
  server.on("connection", (socket) => {
    socket.on("message", (data) => socket.send(`echo ${data}`));
  });
  await scene(async ({ ws, time, read }) => {
    ws.send("queued");
    await time.tickAsync(SOON_MS);
    ws.send("now");
    await time.tickAsync(SOON_MS);
    assertEquals(read(), [
      "1 statechange connecting -> open",
      "1 open #0 first",
      "1 message echo queued",
      "1 message echo now",
    ]);
    assertEquals([ws.bufferedAmount, ws.url], [0, URL_OF_TESTS]);
    ws.close(3_000, "bye");
    await time.tickAsync(SOON_MS);
    assertEquals(read(), [
      "2 statechange open -> closing",
      "3 statechange closing -> closed",
      "3 close 3000 bye unclean - over",
    ]);
  });
});

Deno.test("ReconnectingWebSocket on mock-socket counts a refused connection as failed, though mock-socket calls it clean", async () => {
  await scene(async ({ time, read }) => {
    await time.tickAsync(SOON_MS);
    assertEquals(read(), [
      "0 statechange connecting -> waiting",
      "0 error connect-failed",
      "0 close 1000 unclean connect-failed retry",
      "0 retry #1 1500 connect-failed",
    ]);
    using server = new Mock();
    server.on("connection", (socket) => socket.send("welcome"));
    await time.tickAsync(1_500 + SOON_MS);
    assertEquals(read(), [
      "0 statechange waiting -> connecting",
      "1 statechange connecting -> open",
      "1 open #1 first",
      "1 message welcome",
    ]);
  });
});

Deno.test("ReconnectingWebSocket on mock-socket gives up when verifyClient refuses all attempts", async () => {
  using _server = new Mock({ verifyClient: () => false });
  await scene(async ({ time, read }) => {
    await time.tickAsync(1_500 + 2 * SOON_MS);
    assertEquals(read().slice(-3), [
      "3 statechange connecting -> closed",
      "3 error retry-limit",
      "3 close 1000 unclean retry-limit over",
    ]);
  }, { maxAttempts: 1 });
});

Deno.test("ReconnectingWebSocket on mock-socket takes an error without a close for a loss", async () => {
  using server = new Mock();
  await scene(async ({ time, read }) => {
    await time.tickAsync(SOON_MS);
    read();
    server.simulate("error");
    await time.tickAsync(SOON_MS);
    assertEquals(read(), [
      "0 statechange open -> waiting",
      "0 error connection-lost",
      "0 close 1006 unclean connection-lost retry",
      "0 retry #1 1500 connection-lost",
    ]);
    await time.tickAsync(1_500 + SOON_MS);
    assertEquals(read().at(-1), "1 open #1 again");
  });
});

Deno.test("ReconnectingWebSocket on mock-socket is paced by a 1012, and comes back", async () => {
  using server = new Mock();
  await scene(async ({ time, read }) => {
    await time.tickAsync(SOON_MS);
    read();
    server.close({ code: 1012, reason: "restart", wasClean: true });
    await time.tickAsync(SOON_MS);
    assertEquals(read(), [
      "0 statechange open -> waiting",
      "0 close 1012 restart clean - retry",
      "0 retry #1 17500 -",
    ]);
    using _next = new Mock();
    await time.tickAsync(17_500 + SOON_MS);
    assertEquals(read().at(-1), "1 open #1 again");
  });
});

Deno.test("ReconnectingWebSocket on mock-socket drops a connection for reconnect()", async () => {
  using server = new Mock();
  await scene(async ({ ws, time, read }) => {
    await time.tickAsync(SOON_MS);
    read();
    ws.reconnect();
    await time.tickAsync(SOON_MS);
    assertEquals(read(), [
      "0 statechange open -> connecting",
      "0 close 1006 unclean - retry",
      "0 retry #0 0 -",
      "1 statechange connecting -> open",
      "1 open #0 again",
    ]);
    assertEquals(server.clients().length, 1);
  });
});

Deno.test("ReconnectingWebSocket on mock-socket delivers binary messages as asked for", async () => {
  using server = new Mock();
  server.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
  await scene(async ({ ws, time }) => {
    ws.binaryType = "arraybuffer";
    const data: unknown[] = [];
    ws.onmessage = (event) => data.push(event.data);
    ws.send(new Uint8Array([1, 2, 3]));
    await time.tickAsync(SOON_MS);
    assertEquals(data, [new Uint8Array([1, 2, 3]).buffer]);
  });
});
