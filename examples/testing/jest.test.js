/** The same story as in `chat_test.ts`. Run it with `jest`, and the configuration beside it. */
import { fakeWorld, FaultScript } from "@holdfast/websocket/testing";
import { Chat } from "./chat.ts";

test("Chat shows a restart within a second, and loses no message in it", async () => {
  const { clock, network, sources } = fakeWorld();
  new FaultScript().at(0).accept().at(5_000).drop().between(5_000, 20_000).refuse().play(network);
  const chat = new Chat({ sources });
  chat.say("Hi!");
  await clock.tickAsync(6_000);
  expect(chat.status).toBe("offline");
  chat.say("Hello?");
  await clock.runUntil(() => chat.status === "online", { limitMs: 60_000 });
  expect(network.connections.flatMap(({ received }) => received)).toEqual(["Hi!", "Hello?"]);
});
