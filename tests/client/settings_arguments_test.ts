import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Parts } from "../../lib/client/feature.ts";
import { partsGiven } from "./parts_given.ts";

const URL_GIVEN = "wss://example.com/";

Deno.test("readArguments() takes options as the second argument or the third", () => {
  const second = partsGiven(URL_GIVEN, { maxAttempts: 5, protocols: "a" }, undefined);
  const third = partsGiven(URL_GIVEN, "a", { maxAttempts: 5 });
  const neither = partsGiven(URL_GIVEN, undefined, { maxAttempts: 5, protocols: ["a"] });
  for (const { config, protocols } of [second, third, neither]) {
    assertEquals([config.maxAttempts, protocols], [5, ["a"]]);
  }
});

Deno.test("readArguments() takes protocols in one place only, and does not show them", () => {
  const message = "Cannot create a ReconnectingWebSocket as 'options.protocols' must be absent " +
    "beside the second argument: current value is string";
  for (const second of ["a", [], null, () => "a"]) {
    const error = assertThrows(
      () => partsGiven(URL_GIVEN, second, { protocols: "token.secret" }),
      TypeError,
    );
    assertEquals(error.message, message);
  }
});

Deno.test("readArguments() takes options in one place only", () => {
  for (const third of [{}, null, "a"]) {
    const error = assertThrows(() => partsGiven(URL_GIVEN, {}, third), TypeError);
    assertEquals(
      error.message,
      "Cannot create a ReconnectingWebSocket as the second argument must be the protocols: " +
        "current value is of type object",
    );
  }
});

Deno.test("readArguments() reads protocols as the platform does", () => {
  const protocols = [undefined, "a", [], ["a", "b"], new Set(["a"]), null, 5].map((second) =>
    partsGiven(URL_GIVEN, second, undefined).protocols
  );
  assertEquals(protocols, [[], ["a"], [], ["a", "b"], ["a"], ["null"], ["5"]]);
});

Deno.test("readArguments() refuses an invalid static URL or protocol at once", () => {
  const url = assertThrows(() => partsGiven("ftp://example.com", undefined, {}), DOMException);
  const protocol = assertThrows(() => partsGiven(URL_GIVEN, "a b", {}), DOMException);
  assertEquals([url.name, protocol.name], ["SyntaxError", "SyntaxError"]);
});

Deno.test("readArguments() leaves a function for the URL or the protocols to each attempt", () => {
  const fail = (): never => {
    throw new Error("called too early");
  };
  const all = [
    partsGiven(URL_GIVEN, "a"),
    partsGiven(fail),
    partsGiven(URL_GIVEN, fail),
    partsGiven(URL_GIVEN, { protocols: fail }),
  ];
  assertEquals(all.map(({ doors, protocols }) => [typeof doors.resolve, protocols]), [
    ["undefined", ["a"]],
    ["function", []],
    ["function", []],
    ["function", []],
  ]);
});

Deno.test("readArguments() leaves a static URL to be seen at once, also beside a function", () => {
  const all = [
    partsGiven(URL_GIVEN),
    partsGiven(() => URL_GIVEN),
    partsGiven(URL_GIVEN, () => "a"),
  ];
  assertEquals(all.map(({ url }) => url), [URL_GIVEN, "", URL_GIVEN]);
});

/** Everything plain of the parts, so that two moments can be compared. */
function dataOf({ url, protocols, config, doors: { limits }, backoff }: Parts): unknown {
  const delayMs = backoff({ attempt: 1, waitedMs: 0, previousDelayMs: 0, random: 0 });
  return structuredClone({ url, protocols, config, limits, delayMs });
}

Deno.test("readArguments() is not reached by later changes of what was given", () => {
  const protocols = ["a"];
  const url = new URL(URL_GIVEN);
  const message = new Uint8Array([1]);
  const options = {
    maxAttempts: 5,
    backoff: { initialDelayMs: 500 },
    heartbeat: { intervalMs: 100, message },
    queue: { maxMessages: 7 },
    sources: { WebSocket, random: () => 0.5, connectivity: null },
  };
  const parts = partsGiven(url, protocols, options);
  const before = dataOf(parts);
  const { WebSocket: used, random } = parts;
  protocols.push("b c");
  url.href = "wss://elsewhere.example/";
  message.fill(9);
  options.maxAttempts = -1;
  options.backoff.initialDelayMs = -1;
  options.heartbeat.intervalMs = -1;
  options.queue.maxMessages = -1;
  options.sources.random = () => 9;
  options.sources.WebSocket = class extends WebSocket {};
  assertEquals(dataOf(parts), before);
  assert(parts.WebSocket === used && parts.random === random);
});

Deno.test("readArguments() reads each option once", () => {
  const reads: string[] = [];
  const watched = <T extends object>(name: string, bag: T): T =>
    Object.defineProperties(
      {},
      Object.fromEntries(
        Object.entries(bag).map(([key, value]) => {
          const get = (): unknown => {
            reads.push(`${name}.${key}`);
            return value;
          };
          return [key, { get, enumerable: true }];
        }),
      ),
    ) as T;
  const options = watched("options", {
    protocols: ["a"],
    maxDelayMs: 2_000,
    backoff: watched("backoff", { initialDelayMs: 100, multiplier: 3 }),
    heartbeat: watched("heartbeat", { intervalMs: 1, timeoutMs: 1, message: "" }),
    queue: watched("queue", { maxMessages: 1, maxBytes: 1, overflow: "throw" }),
    sources: watched("sources", { WebSocket, random: Math.random, connectivity: null }),
    signal: AbortSignal.any([]),
  });
  partsGiven(URL_GIVEN, options, undefined);
  assertEquals(reads.length, 18);
  assertEquals(new Set(reads).size, 18);
});

Deno.test("readArguments() refuses a maxDelayMs out of range beside a policy, too", () => {
  const error = assertThrows(
    () => partsGiven(URL_GIVEN, { maxDelayMs: 1, backoff: () => 1 }, undefined),
    RangeError,
  );
  assertEquals(
    error.message,
    "Cannot create a ReconnectingWebSocket as 'maxDelayMs' must be between 2 and 2147483647: " +
      "current value is 1",
  );
});
