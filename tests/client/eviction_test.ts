import { assertEquals } from "@std/assert";
import { ReconnectingWebSocket } from "../../mod.ts";
import { fakeWorld } from "../../lib/testing/mod.ts";

Deno.test("send() with drop-oldest takes a message equal to the one that gives way", () => {
  const { network, sources } = fakeWorld();
  using ws = new ReconnectingWebSocket("wss://example.com", {
    sources,
    queue: { maxMessages: 1, overflow: "drop-oldest" },
  });
  const dropped: unknown[] = [];
  ws.addEventListener("drop", ({ data, error }) => dropped.push([data, error.code]));
  assertEquals([ws.send("ping"), ws.send("ping")], [true, true]);
  network.connections[0]?.accept();
  assertEquals([dropped, network.connections[0]?.received], [
    [["ping", "queue-overflow"]],
    ["ping"],
  ]);
});
