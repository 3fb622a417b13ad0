/** The same story as in `chat_test.ts`. Run it with `node --test` (Node 22.18 or later). */
import { fakeWorld, FaultScript } from "@holdfast/websocket/testing";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chat } from "./chat.ts";

test("Chat shows a restart within a second, and loses no message in it", async () => {
  const { clock, network, sources } = fakeWorld();
  new FaultScript().at(0).accept().at(5_000).drop().between(5_000, 20_000).refuse().play(network);
  const chat = new Chat({ sources });
  chat.say("Hi!");
  await clock.tickAsync(6_000);
  assert.equal(chat.status, "offline");
  chat.say("Hello?");
  await clock.runUntil(() => chat.status === "online", { limitMs: 60_000 });
  assert.deepEqual(network.connections.flatMap(({ received }) => received), ["Hi!", "Hello?"]);
});
