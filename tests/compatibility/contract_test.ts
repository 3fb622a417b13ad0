import { assertEquals, AssertionError, assertThrows } from "@std/assert";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { compareAll } from "./contract.mjs";
import { serveContract } from "./contract_server.ts";
import { assertExplained, type Comparison, differences } from "./differences.ts";
import { MortalServer } from "./mortal_server.ts";

Deno.test("ReconnectingWebSocket keeps the contract of Deno's WebSocket", async (test) => {
  await using server = new MortalServer(serveContract);
  await server.start();
  const comparisons = await compareAll(ReconnectingWebSocket, `ws://${server.host}`);
  for (const comparison of comparisons) {
    const [name] = comparison;
    await test.step(name, () => assertExplained("deno", comparison));
  }
  const names = comparisons.map(([name]) => name);
  const listed = Object.values(differences).flatMap((platform) => Object.keys(platform));
  assertEquals(listed.filter((name) => !names.includes(name)), [], "listed but not observed");
});

Deno.test("assertExplained() refuses a difference that is not listed", () => {
  const planted: Comparison = ["readyState through a life", [0, 1, 2, 2, 3, 3], [0, 1, 3, 3, 3, 3]];
  assertThrows(() => assertExplained("deno", planted), AssertionError, "differs from deno");
});

Deno.test("assertExplained() refuses a difference that is listed as another one", () => {
  const planted: Comparison = ["what send() returns", "undefined", "false"];
  assertThrows(() => assertExplained("deno", planted), AssertionError, "in another way");
});

Deno.test("assertExplained() refuses an explanation of a difference that is gone", () => {
  const planted: Comparison = ["what send() returns", "true", "true"];
  assertThrows(() => assertExplained("deno", planted), AssertionError, "no longer differs");
});
