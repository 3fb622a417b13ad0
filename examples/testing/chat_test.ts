/** A server restarts, as a story: no network, no server, no waiting. Run it with `deno test`. */
import { fakeWorld, FaultScript } from "@holdfast/websocket/testing";
import { assertEquals } from "@std/assert";
import { Chat } from "./chat.ts";

Deno.test("Chat shows a restart within a second, and loses no message in it", async () => {
  const { clock, network, sources } = fakeWorld();
  new FaultScript().at(0).accept().at(5_000).drop().between(5_000, 20_000).refuse().play(network);
  const chat = new Chat({ sources });
  chat.say("Hi!");
  await clock.tickAsync(6_000);
  assertEquals(chat.status, "offline");
  chat.say("Hello?");
  await clock.runUntil(() => chat.status === "online", { limitMs: 60_000 });
  assertEquals(network.connections.flatMap(({ received }) => received), ["Hi!", "Hello?"]);
});
