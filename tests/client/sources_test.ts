import type { DoorFeature } from "../../lib/client/feature.ts";
import { assert, assertEquals } from "@std/assert";
import { connectivity } from "../../lib/features/connectivity.ts";
import { platformClock, platformWebSocket } from "../../lib/sources.ts";
import { inRealm } from "../platforms/realm.ts";

Deno.test("platformWebSocket() gives the platform's class", () => {
  assert(platformWebSocket() === WebSocket);
});

const NO_WEB_SOCKET =
  "TypeError: Cannot create a ReconnectingWebSocket as this platform has no WebSocket of its own: " +
  "pass 'sources.WebSocket'";

Deno.test("platformWebSocket() says how to go on where the platform's WebSocket is none, or a client", async () => {
  assertEquals(await inRealm("no_web_socket"), {
    none: NO_WEB_SOCKET,
    client: NO_WEB_SOCKET,
    own: NO_WEB_SOCKET,
    nested: NO_WEB_SOCKET,
    given: "taken",
    "a subclass of the platform's": "taken",
    "a function without prototype": "taken",
  });
});

Deno.test("platformClock reads the wall clock", () => {
  assert(Math.abs(platformClock.now() - Date.now()) < 1_000);
});

Deno.test("platformClock has timers that fire, and can be cleared", async () => {
  const fired: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  platformClock.clearTimeout(platformClock.setTimeout(() => fired.push("cleared"), 0));
  platformClock.setTimeout(() => fired.push("kept"), 0);
  platformClock.setTimeout(resolve, 1);
  await promise;
  assertEquals(fired, ["kept"]);
});

Deno.test("connectivity() follows no hints where the platform has none, nor where null is given", () => {
  assertEquals([connectivity(), connectivity(null)].map((it: DoorFeature) => it.listenToNetwork), [
    undefined,
    undefined,
  ]);
});

Deno.test("connectivity() follows a browser's hints until released", async () => {
  assertEquals(await inRealm("browser"), {
    none: null,
    inWorker: { noted: ["offline", "online"], more: 0 },
    onPage: { noted: ["offline", "online", "wake", "wake", "wake"], more: 0 },
    withoutNavigator: null,
  });
});
