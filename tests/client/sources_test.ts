import { assert, assertEquals } from "@std/assert";
import { platformSources } from "../../lib/sources.ts";
import { inRealm } from "../platforms/realm.ts";

Deno.test("platformSources() takes what is given, and asks the platform for nothing more", () => {
  const given = {
    WebSocket: class extends WebSocket {},
    clock: { now: () => 0, setTimeout: () => 0, clearTimeout: () => {} },
    random: () => 0.5,
    connectivity: { online: true, subscribe: () => () => {} },
  };
  const sources = platformSources(given);
  assert(
    sources.WebSocket === given.WebSocket && sources.clock === given.clock &&
      sources.random === given.random && sources.connectivity === given.connectivity,
  );
});

Deno.test("platformSources() fills in the platform's own", () => {
  const { WebSocket: Class, clock, random, connectivity } = platformSources({});
  assert(Class === WebSocket && random === Math.random);
  assertEquals(connectivity, null);
  assert(Math.abs(clock.now() - Date.now()) < 1_000);
});

Deno.test("platformSources() lets null mean no connectivity", () => {
  assertEquals(platformSources({ connectivity: null }).connectivity, null);
});

Deno.test("platformSources() gives a clock whose timers fire, and can be cleared", async () => {
  const { clock } = platformSources({});
  const fired: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  clock.clearTimeout(clock.setTimeout(() => fired.push("cleared"), 0));
  clock.setTimeout(() => fired.push("kept"), 0);
  clock.setTimeout(resolve, 1);
  await promise;
  assertEquals(fired, ["kept"]);
});

const NO_WEB_SOCKET =
  "TypeError: Cannot create a ReconnectingWebSocket as this platform has no WebSocket of its own: " +
  "pass 'sources.WebSocket'";

Deno.test("platformSources() says how to go on where the platform's WebSocket is none, or a client", async () => {
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

Deno.test("platformSources() hears a browser's hints until unsubscribed", async () => {
  assertEquals(await inRealm("browser"), {
    none: null,
    online: [true, false],
    inWorker: { heard: ["offline", "online"], more: 0 },
    onPage: { heard: ["offline", "online", "wake", "wake", "wake"], more: 0 },
    withoutNavigator: null,
  });
});
