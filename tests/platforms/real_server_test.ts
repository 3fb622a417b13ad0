/** The client on Deno's own WebSocket against real servers on the loopback interface. */

import { assert, assertEquals } from "@std/assert";
// @ts-types="npm:@types/ws@8"
import { WebSocket as WsWebSocket } from "npm:ws@8";
import { seededRandom } from "../../lib/testing/mod.ts";
import type { ReconnectingWebSocketOptions } from "../../mod.ts";
import { record } from "../client/rig.ts";
import { startEcho } from "./real/echo.ts";
import { quick, until, UpgradeServer, within } from "./real/servers.ts";

/** The log without the delays, which are drawn. */
function withoutDelays(log: readonly string[]): string[] {
  return log.map((line) => line.replace(/(retry #\d+) \d+/, "$1"));
}

const stays = (): void => {};

Deno.test("ReconnectingWebSocket talks to Deno.serve, and closes", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "echo" });
      socket.onmessage = ({ data }) => socket.send(data);
      return response;
    },
  );
  const ws = quick(`ws://127.0.0.1:${server.addr.port}/`, { protocols: ["echo"] });
  ws.binaryType = "arraybuffer";
  const data: unknown[] = [];
  ws.onmessage = (event) => data.push(event.data);
  ws.send("queued");
  await until(ws, () => data.length === 1);
  ws.send(new Uint8Array([1, 2, 3]));
  await until(ws, () => data.length === 2);
  assertEquals(data, ["queued", new Uint8Array([1, 2, 3]).buffer]);
  assertEquals([ws.protocol, ws.readyState, ws.bufferedAmount], ["echo", 1, 0]);
  ws.close(3_000, "bye");
  const { code, reason, wasClean, error } = await within(5_000, ws.closed);
  assertEquals({ code, reason, wasClean, error }, {
    code: 3_000,
    reason: "bye",
    wasClean: true,
    error: null,
  });
});

Deno.test("ReconnectingWebSocket comes back to a server that was killed, with what was sent meanwhile", async () => {
  await using server = await startEcho();
  const ws = quick(server.url);
  const log = record(ws);
  ws.send("before");
  await until(ws, () => log.includes("1 message before"));
  await server.kill();
  await until(ws, () => ws.state === "waiting");
  assertEquals([ws.send("during 1"), ws.send("during 2")], [true, true]);
  await until(ws, () => ws.attempt >= 4);
  await server.start();
  await until(ws, () => log.includes("1 message during 2"));
  assertEquals(
    log.filter((line) => /open #|message|connection-lost/.test(line)).map((line) =>
      line.replace(/#\d+/, "#n").replace(/retry #n \d+/, "retry #n")
    ),
    [
      "1 open #n first",
      "1 message before",
      "0 error connection-lost",
      "0 close 1006 unclean connection-lost retry",
      "0 retry #n connection-lost",
      "1 open #n again",
      "1 message during 1",
      "1 message during 2",
    ],
  );
  ws.close();
  await within(5_000, ws.closed);
});

Deno.test("ReconnectingWebSocket gives up on a port that refuses after maxAttempts", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const ws = quick(`ws://127.0.0.1:${port}/`, { maxAttempts: 2 });
  const log = record(ws);
  ws.send("never sent");
  const { error, undelivered } = await within(10_000, ws.closed);
  assertEquals(withoutDelays(log), [
    ...[1, 2].flatMap((n) => [
      "0 statechange connecting -> waiting",
      "0 error connect-failed",
      "0 close 1006 unclean connect-failed retry",
      `0 retry #${n} connect-failed`,
      "0 statechange waiting -> connecting",
    ]),
    "3 statechange connecting -> closed",
    "3 error retry-limit",
    "3 close 1006 unclean retry-limit over",
  ]);
  assertEquals([error?.code, undelivered], ["retry-limit", ["never sent"]]);
});

Deno.test("ReconnectingWebSocket retries an upgrade answered with 401, 403, 503 or nothing but an end", async () => {
  const answers = [401, 403, 503, "cut"] as const;
  await using server = await UpgradeServer.start((n) => answers[n] ?? stays);
  const ws = quick(server.url);
  const log = record(ws);
  await until(ws, () => ws.readyState === 1);
  assertEquals(withoutDelays(log), [
    ...answers.flatMap((_, n) => [
      "0 statechange connecting -> waiting",
      "0 error connect-failed",
      "0 close 1006 unclean connect-failed retry",
      `0 retry #${n + 1} connect-failed`,
      "0 statechange waiting -> connecting",
    ]),
    "1 statechange connecting -> open",
    "1 open #4 first",
  ]);
  ws.close();
  await within(5_000, ws.closed);
});

Deno.test("ReconnectingWebSocket gives up an upgrade that is never answered, and tries again", async () => {
  await using server = await UpgradeServer.start((n) => n === 0 ? "hang" : stays);
  const ws = quick(server.url, { connectTimeoutMs: 1_000 });
  const log = record(ws);
  await until(ws, () => ws.readyState === 1);
  assertEquals(withoutDelays(log), [
    "0 statechange connecting -> waiting",
    "0 error connect-timeout",
    "0 close 1006 unclean connect-timeout retry",
    "0 retry #1 connect-timeout",
    "0 statechange waiting -> connecting",
    "1 statechange connecting -> open",
    "1 open #1 first",
  ]);
  ws.close();
  await within(5_000, ws.closed);
});

Deno.test("ReconnectingWebSocket gets the server's close codes as they are, and obeys the table", async () => {
  // Not 1014, which Deno takes for a broken frame.
  const codes = [1000, 1001, 1003, 1007, 1009, 1011, 1012, 1013, 4_000, 4_999, 4_403];
  await using server = await UpgradeServer.start((n) => (socket) => socket.close(codes[n], "so"));
  const ws = quick(server.url);
  const log = record(ws);
  await within(10_000, ws.closed);
  assertEquals(log.filter((line) => line.includes("close ")), [
    ...codes.slice(0, -1).map((code) => `0 close ${code} so clean - retry`),
    "3 close 4403 so clean fatal-close over",
  ]);
  assertEquals([server.upgrades, server.opened], [codes.length, codes.length]);
});

Deno.test("ReconnectingWebSocket tells a server's close without a code as 1005, a cut line as 1006", async () => {
  await using server = await UpgradeServer.start((n) => (socket) => {
    if (n === 0) socket.close();
    else if (n === 1) socket.terminate();
  });
  const ws = quick(server.url);
  const log = record(ws);
  await until(ws, () => log.at(-1) === "1 open #2 again");
  assertEquals(log.filter((line) => line.includes("close ")), [
    "0 close 1005 clean - retry",
    "0 close 1006 unclean connection-lost retry",
  ]);
  ws.close();
  await within(5_000, ws.closed);
});

Deno.test("ReconnectingWebSocket notices a silent peer by its heartbeat only", async () => {
  await using server = await UpgradeServer.start((n) => (socket) => {
    if (n > 0) socket.on("message", (data) => socket.send(`${data}`));
  });
  const ws = quick(server.url, {
    heartbeat: { intervalMs: 50, timeoutMs: 1_000, message: "ping" },
  });
  const log = record(ws);
  await until(ws, () => log.filter((line) => line === "1 message ping").length === 3);
  assertEquals(withoutDelays(log), [
    "1 statechange connecting -> open",
    "1 open #0 first",
    "0 statechange open -> waiting",
    "0 error heartbeat-timeout",
    "0 close 1006 unclean heartbeat-timeout retry",
    "0 retry #1 heartbeat-timeout",
    "0 statechange waiting -> connecting",
    "1 statechange connecting -> open",
    "1 open #1 again",
    "1 message ping",
    "1 message ping",
    "1 message ping",
  ]);
  ws.close();
  await within(5_000, ws.closed);
});

Deno.test("ReconnectingWebSocket stands a server that flaps 200 times", async () => {
  await using server = await UpgradeServer.start((n) => (socket) => {
    socket.send(`${n}`);
    if (n === 200) return;
    if (n % 2) socket.terminate();
    else socket.close(1011);
  });
  const ws = quick(server.url, { backoff: { initialDelayMs: 1 }, maxDelayMs: 2 });
  const counts: Record<string, number> = {};
  for (const type of ["open", "close", "retry"]) {
    ws.addEventListener(type, () => counts[type] = (counts[type] ?? 0) + 1);
  }
  await until(ws, () => counts["open"] === 201);
  assertEquals([counts, server.opened], [{ open: 201, close: 200, retry: 200 }, 201]);
  assertEquals(ws.attempt, 200);
  ws.close();
  await within(5_000, ws.closed);
});

Deno.test("close() at any moment ends the client in time, with one final close", async () => {
  const random = seededRandom(20_260_101);
  const timers: ReturnType<typeof setTimeout>[] = [];
  let isDone = false;
  await using server = await UpgradeServer.start(() => {
    // An upgrade may still be under way when its client is gone.
    if (isDone) return "cut";
    const fate = random();
    if (fate < 0.15) return 503;
    if (fate < 0.25) return "cut";
    if (fate < 0.35) return "hang";
    return (socket) => {
      if (isDone) socket.terminate();
      else if (fate < 0.6) timers.push(setTimeout(() => socket.terminate(), fate * 30));
      else if (fate < 0.8) socket.close(1001);
    };
  });
  const lives = Array.from({ length: 60 }, async () => {
    const ws = quick(server.url, { connectTimeoutMs: 100, closeTimeoutMs: 200 });
    const log = record(ws);
    ws.send("hello");
    await new Promise((resolve) => setTimeout(resolve, random() * 250));
    ws.close();
    await within(5_000, ws.closed);
    return log.filter((line) => line.endsWith("over")).length;
  });
  assertEquals(await Promise.all(lives), Array(60).fill(1));
  isDone = true;
  for (const timer of timers) clearTimeout(timer);
});

Deno.test("reconnect() replaces a real connection, and the server sees the first one closed", async () => {
  const ends: number[] = [];
  const { promise: bothEnded, resolve } = Promise.withResolvers<void>();
  await using server = await UpgradeServer.start(() => (socket) => {
    socket.on("close", (code) => {
      if (ends.push(code) === 2) resolve();
    });
  });
  const ws = quick(server.url);
  await until(ws, () => ws.readyState === 1);
  ws.reconnect(4_000, "moving");
  await until(ws, () => ws.readyState === 1);
  ws.close(1000);
  await within(5_000, Promise.all([ws.closed, bothEnded]));
  assertEquals([ends.toSorted(), server.opened], [[1000, 4_000], 2]);
});

Deno.test("handshake authenticates on a real connection before anything else leaves", async () => {
  const received: string[] = [];
  await using server = await UpgradeServer.start((n) => (socket) => {
    socket.on("message", (data) => {
      received.push(`${n} ${data}`);
      if (`${data}` !== "token") return;
      socket.send("welcome");
      // In the same packet as the end of the handshake.
      socket.send("news");
      if (n === 0) setTimeout(() => socket.terminate(), 20);
    });
  });
  const options: ReconnectingWebSocketOptions = {
    handshake: async ({ send, receive }) => {
      send("token");
      assertEquals(await receive(), "welcome");
    },
  };
  const ws = quick(server.url, options);
  const log = record(ws);
  ws.send("queued");
  await until(ws, () => log.filter((line) => line === "1 message news").length === 2);
  assertEquals(received, ["0 token", "0 queued", "1 token"]);
  ws.close();
  await within(5_000, ws.closed);
});

Deno.test("ReconnectingWebSocket on the sockets of npm ws does the same", async () => {
  await using server = await UpgradeServer.start((n) => (socket) => {
    socket.send("hello");
    if (n === 1) socket.terminate();
  });
  const ws = quick(server.url, { sources: { WebSocket: WsWebSocket } });
  const log = record(ws);
  ws.binaryType = "arraybuffer";
  await until(ws, () => log.at(-1) === "1 message hello");
  ws.reconnect();
  await until(ws, () => ws.attempt === 1 && log.at(-1) === "1 message hello");
  ws.close(1000, "bye");
  const { code, reason, wasClean } = await within(5_000, ws.closed);
  assertEquals([code, reason, wasClean], [1000, "bye", true]);
  assert(server.opened === 3);
});
