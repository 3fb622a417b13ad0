/** Subprotocols that a server chooses though they were not asked for. */

import { assertEquals } from "@std/assert";
import { fakeWorld } from "../../lib/testing/mod.ts";
import { ReconnectingWebSocket } from "../../mod.ts";
import { openRig, record, rig, URL_OF_TESTS } from "./rig.ts";

const FAILED = [
  "0 statechange connecting -> waiting",
  "0 error connect-failed",
  "0 close 1006 unclean connect-failed retry",
  "0 retry #1 1500 connect-failed",
];

Deno.test("a subprotocol that is none of those asked for fails the attempt", () => {
  const it = rig({ protocols: ["a", "b"], runtime: "deno" });
  it.server.accept("c");
  assertEquals(it.read(), FAILED);
});

Deno.test("a subprotocol where none was asked for fails the attempt on the platform's class", () => {
  const { clock, network, sources } = fakeWorld({ runtime: "deno" });
  const { WebSocket: platform } = globalThis;
  globalThis.WebSocket = network.WebSocket;
  try {
    const { connectivity } = sources;
    const ws = new ReconnectingWebSocket(URL_OF_TESTS, {
      sources: { clock, random: () => 0.5, connectivity },
    });
    const log = record(ws);
    network.connections[0]?.accept("c");
    assertEquals(log, FAILED);
    ws.close();
  } finally {
    globalThis.WebSocket = platform;
  }
});

Deno.test("a subprotocol where none was asked for is a class's own affair, if it was given", () => {
  const it = openRig({ runtime: "deno" });
  it.server.drop();
  it.clock.tick(2_000);
  it.read();
  it.server.accept("its own");
  assertEquals(it.read(), ["1 statechange connecting -> open", "1 open #1 again"]);
  assertEquals(it.ws.protocol, "its own");
});

Deno.test("the platform's WebSocket, which Node loads when it is looked at, is left alone where a class was given", () => {
  const platform = Object.getOwnPropertyDescriptor(globalThis, "WebSocket") ?? {};
  let looks = 0;
  Object.defineProperty(globalThis, "WebSocket", {
    configurable: true,
    get: (): undefined => void looks++,
  });
  try {
    const it = rig({ protocols: ["a"] });
    it.server.accept("a");
    it.server.drop();
    it.ws.close();
  } finally {
    Object.defineProperty(globalThis, "WebSocket", platform);
  }
  assertEquals(looks, 0);
});
