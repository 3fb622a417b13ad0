/** What a session's sockets make of the classes below them. */

import { assertEquals } from "@std/assert";
import { fakeWorld } from "../../../lib/testing/mod.ts";
import { ResumableWebSocket } from "../../../lib/resume/mod.ts";
import { DELAY_MS, Peer, sessionRig } from "./rig.ts";

Deno.test("A message that the platform refuses fails the connection, and stays in the session", () => {
  const { ws, clock, peer, read } = sessionRig();
  peer.open();
  peer.connection.sendError = new Error("no such data");
  let cause: unknown;
  ws.addEventListener("error", ({ error }) => cause = error.cause);
  assertEquals([ws.send("x"), String(cause)], [true, "Error: no such data"]);
  assertEquals(read(), ["open", "close 1006"]);
  clock.tick(DELAY_MS);
  peer.open();
  assertEquals(peer.frames, ["x"]);
});

Deno.test("What a connection does after it was given up reaches no listener", () => {
  const { clock, peer, read, network } = sessionRig();
  peer.open();
  const [first] = network.connections;
  peer.connection.send("\u0001garbage");
  read();
  first?.dispatch("message", { data: "late" });
  first?.dispatch("error");
  first?.dispatch("close", { code: 1000 });
  assertEquals(read(), []);
  clock.tick(DELAY_MS);
  assertEquals(network.connections.length, 2);
});

Deno.test("The pings of a class that shows them are signs of life, and it can be ended by force", () => {
  const { clock, network, sources } = fakeWorld();
  const pings: (() => void)[] = [];
  let terminated = 0;
  class Emitter extends (network.WebSocket as typeof WebSocket) {
    on(type: string, listener: () => void): void {
      if (type === "ping") pings.push(listener);
    }
    terminate(): void {
      terminated++;
    }
  }
  const ws = new ResumableWebSocket("wss://example.com", {
    heartbeat: { intervalMs: 1_000, timeoutMs: 1_000 },
    sources: { ...sources, WebSocket: Emitter },
  });
  const peer = new Peer(network);
  peer.open();
  for (let i = 0; i < 5; i++) {
    clock.tick(900);
    pings[0]?.();
  }
  assertEquals([ws.state, peer.frames, terminated], ["open", [], 0]);
  peer.connection.stall();
  clock.tick(3_000);
  assertEquals([ws.state, terminated], ["waiting", 1]);
  ws.close();
});

Deno.test("A session's connection looks like a socket", () => {
  const { ws, peer } = sessionRig({ protocols: "chat" });
  ws.binaryType = "arraybuffer";
  assertEquals([ws.url, ws.protocol, ws.extensions, ws.binaryType], [
    "wss://example.com/",
    "",
    "",
    "arraybuffer",
  ]);
  peer.open();
  assertEquals([ws.url, ws.protocol, ws.extensions, ws.binaryType], [
    "wss://example.com/",
    "chat",
    "",
    "arraybuffer",
  ]);
});

for (const runtime of ["browser", "deno", "bun", "node22", "node24", "workerd"] as const) {
  Deno.test(`A session goes on over a reconnection on a fake ${runtime}`, () => {
    const { clock, network, sources } = fakeWorld({ runtime });
    const ws = new ResumableWebSocket("wss://example.com", { sources, backoff: () => DELAY_MS });
    const peer = new Peer(network);
    const seen: unknown[] = [];
    ws.addEventListener("message", ({ data }) => seen.push(data));
    peer.open();
    ws.send("a");
    peer.connection.send("b");
    peer.connection.drop();
    clock.tick(DELAY_MS);
    peer.connection.accept();
    assertEquals([peer.hello.rx, peer.hello.tx], [1, 1]);
    peer.ok({ rx: 1 });
    assertEquals([ws.resumed, ws.bufferedAmount, seen], [true, 0, ["b"]]);
    ws.close();
    clock.tick(5_000);
  });
}
