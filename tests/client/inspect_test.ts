/** What `console.log(ws)` shows. */

import { assertEquals } from "@std/assert";
import { inspect } from "node:util";
import { rig } from "./rig.ts";

/** On a line of its own. */
const flat = (text: string): string => text.replace(/\s+/g, " ");

Deno.test("console.log(ws) shows the URL without secrets, the status and what is buffered", () => {
  const { ws, server, clock } = rig({ url: "wss://user:secret@example.com/feed?token=secret" });
  ws.send("four");
  const seen = [flat(Deno.inspect(ws))];
  server.accept();
  seen.push(flat(Deno.inspect(ws)));
  server.drop();
  seen.push(flat(Deno.inspect(ws)));
  const { retryAtMs } = ws.status;
  const url = 'ReconnectingWebSocket { url: "wss://example.com/feed", ';
  assertEquals(seen, [
    `${url}state: "connecting", attempt: 0, retryAtMs: null, error: null, connection: 0, bufferedAmount: 4 }`,
    `${url}state: "open", attempt: 0, retryAtMs: null, error: null, connection: 1, bufferedAmount: 0 }`,
    `${url}state: "waiting", attempt: 1, retryAtMs: ${retryAtMs}, error: "connection-lost", connection: 1, bufferedAmount: 0 }`,
  ]);
  ws.close();
  clock.tick(0);
});

Deno.test("console.log(ws) shows no cause of an error, which may hold a token", async () => {
  const { ws, clock } = rig({
    url: () => Promise.reject(new Error("https://example.com/?token=secret")),
  });
  await clock.tickAsync(0);
  const shown = flat(Deno.inspect({ ws }));
  assertEquals(shown.includes('error: "provider-failed"'), true, shown);
  assertEquals(shown.includes("secret"), false, shown);
});

Deno.test("console.log(ws) is the same through Node's util.inspect, which keeps its options", () => {
  const { ws } = rig({ url: "wss://example.com/feed" });
  const shown = inspect(ws, { breakLength: Infinity, colors: false, compact: true });
  assertEquals(
    shown,
    "ReconnectingWebSocket { url: 'wss://example.com/feed', state: 'connecting', attempt: 0, " +
      "retryAtMs: null, error: null, connection: 0, bufferedAmount: 0 }",
  );
});

Deno.test("console.log(ws) shows what only looks like a client, and throws for none of it", () => {
  const { ws } = rig();
  const shown = [Object.getPrototypeOf(ws), Object.create(ws)].map((value) =>
    flat(Deno.inspect(value))
  );
  // As Vue and MobX make them. Node calls it on the proxy; Deno would on the client behind it.
  const proxy = new Proxy(ws, {}) as unknown as Record<symbol, (...args: unknown[]) => string>;
  shown.push(`${proxy[inspect.custom]?.(2, {}, inspect)}`);
  assertEquals(shown, Array(3).fill("ReconnectingWebSocket {}"));
});
