/** The helpers on the client of parts: they take a client by structure. */

import { assertEquals, assertRejects } from "@std/assert";
import { provider, queue, ReconnectingWebSocket, retry } from "../../lib/core.ts";
import { preflight } from "../../lib/preflight.ts";
import { messages, streams } from "../../lib/streams.ts";
import { fakeWorld } from "../../lib/testing/mod.ts";
import { URL_OF_TESTS } from "./rig.ts";

Deno.test("messages() goes over a loss of a client of parts, and throws its end", async () => {
  const { clock, network, sources } = fakeWorld();
  const ws = new ReconnectingWebSocket(URL_OF_TESTS, { sources });
  const read = messages<string>(ws);
  network.connections[0]?.accept();
  network.connections[0]?.send("a");
  network.connections[0]?.drop();
  clock.tick(2_000);
  network.connections[1]?.accept();
  network.connections[1]?.send("b");
  network.connections[1]?.close(4403);
  assertEquals([(await read.next()).value, (await read.next()).value], ["a", "b"]);
  const { message } = await assertRejects(() => read.next(), Error);
  assertEquals([message, ws.state], ["Fatal close 4403", "closed"]);
});

Deno.test("streams() writes to a client of parts without a queue", async () => {
  const { network, sources } = fakeWorld();
  const ws = new ReconnectingWebSocket(URL_OF_TESTS, { sources });
  network.connections[0]?.accept();
  const writer = streams(ws).writable.getWriter();
  await writer.write("a");
  await writer.close();
  assertEquals([network.connections[0]?.received, ws.state], [["a"], "open"]);
  ws.close();
});

Deno.test("preflight() makes a client of parts wait as Retry-After says", async () => {
  const { clock, network, sources } = fakeWorld();
  const check = preflight(URL_OF_TESTS, {
    fetch: () => Promise.resolve({ status: 503, headers: { get: () => "30" } }),
  });
  const ws = new ReconnectingWebSocket(provider(check.url), {
    sources,
    use: [retry(check.shouldRetry), queue()],
  });
  const delays: number[] = [];
  ws.addEventListener("retry", ({ delayMs }) => delays.push(delayMs));
  for (let n = 0; n < 50; n++) await Promise.resolve();
  network.connections[0]?.refuse();
  while (ws.state === "waiting") clock.tick(100);
  for (let n = 0; n < 50; n++) await Promise.resolve();
  const [, waitMs = NaN] = delays;
  assertEquals([delays.length, waitMs >= 30_000 && waitMs <= 45_000], [2, true]);
  ws.close();
});
