import { assert, assertEquals, assertThrows } from "@std/assert";
import { readSettings, type Settings } from "../../lib/client/settings.ts";

const URL_GIVEN = "wss://example.com/";

Deno.test("readSettings() takes options as the second argument or the third", () => {
  const second = readSettings(URL_GIVEN, { maxAttempts: 5, protocols: "a" }, undefined);
  const third = readSettings(URL_GIVEN, "a", { maxAttempts: 5 });
  const neither = readSettings(URL_GIVEN, undefined, { maxAttempts: 5, protocols: ["a"] });
  for (const { config, protocols } of [second, third, neither]) {
    assertEquals([config.maxAttempts, protocols], [5, ["a"]]);
  }
});

Deno.test("readSettings() takes protocols in one place only, and does not tell them", () => {
  const message = "Cannot create a ReconnectingWebSocket as 'options.protocols' must be absent " +
    "beside the second argument: current value is string";
  for (const second of ["a", [], null, () => "a"]) {
    const error = assertThrows(
      () => readSettings(URL_GIVEN, second, { protocols: "token.secret" }),
      TypeError,
    );
    assertEquals(error.message, message);
  }
});

Deno.test("readSettings() takes options in one place only", () => {
  for (const third of [{}, null, "a"]) {
    const error = assertThrows(() => readSettings(URL_GIVEN, {}, third), TypeError);
    assertEquals(
      error.message,
      "Cannot create a ReconnectingWebSocket as the second argument must be the protocols: " +
        "current value is of type object",
    );
  }
});

Deno.test("readSettings() reads protocols as the platform does", () => {
  const protocols = [undefined, "a", [], ["a", "b"], new Set(["a"]), null, 5].map((second) =>
    readSettings(URL_GIVEN, second, undefined).protocols
  );
  assertEquals(protocols, [[], ["a"], [], ["a", "b"], ["a"], ["null"], ["5"]]);
});

Deno.test("readSettings() refuses an invalid static URL or protocol at once", () => {
  const url = assertThrows(() => readSettings("ftp://example.com", undefined, {}), DOMException);
  const protocol = assertThrows(() => readSettings(URL_GIVEN, "a b", {}), DOMException);
  assertEquals([url.name, protocol.name], ["SyntaxError", "SyntaxError"]);
});

Deno.test("readSettings() leaves a function for the URL or the protocols to each attempt", () => {
  const fail = (): never => {
    throw new Error("asked too early");
  };
  const fixed = readSettings(URL_GIVEN, "a", undefined);
  const url = readSettings(fail, undefined, undefined);
  const second = readSettings(URL_GIVEN, fail, undefined);
  const option = readSettings(URL_GIVEN, { protocols: fail }, undefined);
  assertEquals([fixed, url, second, option].map(({ canRefresh }) => canRefresh), [
    false,
    true,
    true,
    true,
  ]);
  assert(url.url === fail && second.protocols === fail && option.protocols === fail);
});

/** Everything plain of the settings, so that two moments can be compared. */
function dataOf({ sources: _, backoff: __, ...plain }: Settings): unknown {
  return structuredClone({ ...plain, trace: undefined });
}

Deno.test("readSettings() is not reached by later changes of what was given", () => {
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
  const settings = readSettings(url, protocols, options);
  const before = dataOf(settings);
  const { WebSocket: used, random } = settings.sources;
  protocols.push("b c");
  url.href = "wss://elsewhere.example/";
  message.fill(9);
  options.maxAttempts = -1;
  options.backoff.initialDelayMs = -1;
  options.heartbeat.intervalMs = -1;
  options.queue.maxMessages = -1;
  options.sources.random = () => 9;
  options.sources.WebSocket = class extends WebSocket {};
  assertEquals(dataOf(settings), before);
  assert(settings.sources.WebSocket === used && settings.sources.random === random);
});

Deno.test("readSettings() reads each option once", () => {
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
  readSettings(URL_GIVEN, options, undefined);
  assertEquals(reads.length, 18);
  assertEquals(new Set(reads).size, 18);
});

Deno.test("readSettings() refuses a maxDelayMs out of range beside a policy, too", () => {
  const error = assertThrows(
    () => readSettings(URL_GIVEN, { maxDelayMs: 1, backoff: () => 1 }, undefined),
    RangeError,
  );
  assertEquals(
    error.message,
    "Cannot create a ReconnectingWebSocket as 'maxDelayMs' must be between 2 and 2147483647: " +
      "current value is 1",
  );
});
