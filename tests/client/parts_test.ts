import { assertEquals, assertStrictEquals } from "@std/assert";
import type { DoorFeature, Doors } from "../../lib/client/feature.ts";
import { partsOf } from "../../lib/client/parts.ts";
import { platformClock } from "../../lib/sources.ts";
import { DEFAULT_CONFIG } from "./parts_given.ts";

const URL_GIVEN = "wss://example.com/";

function doorsOf(...use: readonly DoorFeature[]): Doors {
  return partsOf(URL_GIVEN, { use }).doors;
}

Deno.test("partsOf() without options makes a client of what is always there, with no door filled", () => {
  const { backoff, doors, ...rest } = partsOf(URL_GIVEN, {});
  assertEquals([typeof backoff, Object.entries(doors)], ["function", []]);
  assertEquals(rest, {
    url: URL_GIVEN,
    protocols: [],
    config: DEFAULT_CONFIG,
    WebSocket,
    clock: platformClock,
    random: Math.random,
  });
});

Deno.test("partsOf() gives clients that are made alike one policy, one config and the same doors", () => {
  const [one, other] = [1, 2].map(() =>
    partsOf(URL_GIVEN, { use: [{ kind: "a", isPlain: true, pauses: true } as DoorFeature] })
  );
  assertStrictEquals(one?.backoff, other?.backoff);
  assertStrictEquals(one?.config, other?.config);
  assertStrictEquals(one?.doors, other?.doors);
});

Deno.test("partsOf() gives a client its own doors where those of the one before were more, fewer or others", () => {
  const few: DoorFeature = { kind: "a", isPlain: true };
  const many: DoorFeature = { ...few, pauses: true };
  const all: readonly Doors[] = [few, many, few, { ...many, pauses: false }, many];
  assertEquals(all.map((feature) => ({ ...doorsOf(feature as DoorFeature) })), all);
});

Deno.test("partsOf() shares no doors that have something of a user's in them", () => {
  const [plain, users] = [{ kind: "a", isPlain: true }, { kind: "b", isPlain: false }];
  assertEquals(doorsOf(plain, users) === doorsOf(plain, users), false);
});
