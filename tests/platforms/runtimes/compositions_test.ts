import { assertEquals, assertThrows } from "@std/assert";
import * as core from "@holdfast/websocket/core";
import { composed, compositionsOf, features } from "./compositions.mjs";

/** What `./core` exports that is no feature. */
const OTHERS = [
  "ReconnectingWebSocket",
  "ReconnectingWebSocketError",
  "openedOf",
  "pause",
  "resume",
  "statusOf",
];

Deno.test("compositions know every feature of ./core", () => {
  const exported = Object.keys(core).filter((name) => !OTHERS.includes(name));
  assertEquals(features.toSorted(), exported.toSorted());
});

Deno.test("composed() makes the features that it is told, with the options of the full class", () => {
  const options = { maxAttempts: 1, queue: { maxMessages: 3 }, protocols: "a" };
  const [url, { use, ...rest }] = composed(core, ["queue", "status"], "ws://127.0.0.1/", options);
  const made = use.map(({ kind, limits }: { kind: string; limits?: core.SendQueueOptions }) => [
    kind,
    limits?.maxMessages,
  ]);
  assertEquals(made, [["queue", 3], ["status", undefined]]);
  assertEquals([url, rest.maxAttempts, rest.protocols], ["ws://127.0.0.1/", 1, "a"]);
});

Deno.test("composed() refuses an option of a feature that is left out", () => {
  const options = { heartbeat: { message: "ping" } };
  assertThrows(() => composed(core, ["queue"], "ws://127.0.0.1/", options), Error, "heartbeat()");
});

Deno.test("compositionsOf() gives a case the full class, what it needs, and all", () => {
  const labels = (given: object): string[] => compositionsOf(given).map(({ label }) => label);
  assertEquals(labels({}), ["", " [./core]", " [./core with all]"]);
  assertEquals(labels({ needs: ["queue", "retry"] })[1], " [./core with queue() and retry()]");
  assertEquals(labels({ without: ["queue"] })[2], " [./core with all but queue()]");
  assertEquals(labels({ only: "full" }), [""]);
  assertEquals(labels({ only: "core" }), [" [./core]", " [./core with all]"]);
});
