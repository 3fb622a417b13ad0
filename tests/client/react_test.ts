/** The hooks with the real React; `tests/platforms/frameworks/react.ts` has them in a browser. */

import { ReconnectingWebSocket } from "@holdfast/websocket";
import { fakeWorld } from "@holdfast/websocket/testing";
import { assertEquals, assertInstanceOf } from "@std/assert";
// @ts-types="npm:@types/react@19.3.3"
import * as React from "npm:react@19.3.1";
import { renderToString } from "npm:react-dom@19.3.1/server";
import { doing, hooks, rendered, stage } from "./react_rig.ts";

const URL_1 = "wss://example.com/1";
const URL_2 = "wss://example.com/2";

Deno.test("useWebSocket() is null in the first render, and then a client that dials", async () => {
  const { clients, network } = await rendered({ url: URL_1 });
  assertEquals([clients[0], clients.at(-1)?.state], [null, "connecting"]);
  assertEquals(network.connections.map(({ url }) => url), [URL_1]);
});

Deno.test("useWebSocket() dials once in StrictMode, and leaves nothing behind", async () => {
  const world = await rendered({ url: URL_1 }, { isStrict: true });
  await doing(() => world.server.accept());
  assertEquals(world.clients.at(-1)?.state, "open");
  await world.end();
  world.clock.tick(60_000);
  const { network: { connections }, clock, server } = world;
  assertEquals([connections.length, server.isOver, clock.pending], [1, true, []]);
});

Deno.test("useWebSocket() ends a dial with its component", async () => {
  const world = await rendered({ url: URL_1 });
  await world.end();
  world.clock.tick(60_000);
  const { network: { connections }, clock, server } = world;
  assertEquals([connections.length, server.isOver, clock.pending], [1, true, []]);
});

Deno.test("useWebSocket() ends a wait with its component", async () => {
  const world = await rendered({ url: URL_1 });
  await doing(() => world.server.refuse());
  assertEquals(world.clients.at(-1)?.state, "waiting");
  await world.end();
  assertEquals(world.clock.pending, []);
});

Deno.test("useWebSocket() loses no message of a burst, and renders for none", async () => {
  const seen: unknown[] = [];
  const onMessage = (message: unknown): void => void seen.push(message);
  const world = await rendered({ url: URL_1, onMessage });
  await doing(() => world.server.accept());
  const renders = world.clients.length;
  const sent = Array.from({ length: 10_000 }, (_, n) => `${n}`);
  await doing(() => sent.forEach((text) => world.server.send(text)));
  assertEquals(seen, sent);
  assertEquals(world.clients.length, renders);
});

Deno.test("useWebSocket() calls the onMessage of the newest render", async () => {
  const seen: string[] = [];
  const world = await rendered({ url: URL_1, onMessage: (text) => seen.push(`first ${text}`) });
  await doing(() => world.server.accept());
  await world.show({ url: URL_1, onMessage: (text) => seen.push(`second ${text}`) });
  world.server.send("news");
  assertEquals([seen, world.network.connections.length], [["second news"], 1]);
});

Deno.test("useWebSocket() passes on what decode makes of a message", async () => {
  const seen: unknown[] = [];
  const decode = (data: string): unknown => JSON.parse(data);
  const world = await rendered({ url: URL_1, decode, onMessage: (it) => seen.push(it) });
  await doing(() => world.server.accept());
  world.server.send('{"price":1}');
  assertEquals(seen, [{ price: 1 }]);
});

Deno.test("useWebSocket() reports what decode throws, and goes on", async () => {
  const seen: unknown[] = [];
  const reported: unknown[] = [];
  const report = (event: ErrorEvent): void => {
    event.preventDefault();
    reported.push(event.error.name);
  };
  globalThis.addEventListener("error", report);
  const decode = (data: string): unknown => JSON.parse(data);
  const world = await rendered({ url: URL_1, decode, onMessage: (it) => seen.push(it) });
  await doing(() => world.server.accept());
  world.server.send("{");
  world.server.send("1");
  globalThis.removeEventListener("error", report);
  assertEquals([reported, seen], [["SyntaxError"], [1]]);
});

Deno.test("useWebSocket() has no client for null, and ends the one it had", async () => {
  const world = await rendered({ url: null });
  assertEquals([world.clients.at(-1), world.network.connections.length], [null, 0]);
  await world.show({ url: URL_1 });
  const ws = world.clients.at(-1);
  await world.show({ url: null });
  await world.clock.tickAsync(1_000);
  assertEquals([ws?.state, world.clients.at(-1)], ["closed", null]);
  world.clients.length = 0;
  await world.show({ url: URL_1 });
  const states = new Set(world.clients.map((it) => it && it.state));
  assertEquals([[...states], world.network.connections.length], [[null, "connecting"], 2]);
});

Deno.test("useWebSocket() has no client for whatever is falsy", async () => {
  for (const url of ["", undefined, false]) {
    const { clients, caught, network } = await rendered({ url: url as string });
    assertEquals([clients.at(-1), caught, network.connections.length], [null, [], 0]);
  }
});

Deno.test("useWebSocket() makes another client for another url, and never sends it what was queued", async () => {
  const undelivered: unknown[] = [];
  const onUndelivered = (...args: unknown[]): void => void undelivered.push(args);
  const world = await rendered({ url: URL_1, onUndelivered });
  assertEquals(world.clients.at(-1)?.send("for 1"), true);
  await world.show({ url: URL_2, onUndelivered });
  await doing(() => world.server.accept());
  await world.clock.tickAsync(1_000);
  const { connections } = world.network;
  assertEquals(connections.map(({ url, sent, isOver }) => ({ url, sent, isOver })), [
    { url: URL_1, sent: [], isOver: true },
    { url: URL_2, sent: [], isOver: false },
  ]);
  assertEquals(undelivered, [[["for 1"], URL_1]]);
});

Deno.test("useWebSocket() gives no client of another url to a layout effect of a child", async () => {
  const world = await rendered({ url: URL_1, hello: "hello 1" });
  await doing(() => world.server.accept());
  await world.show({ url: URL_2, hello: "hello 2" });
  await doing(() => world.server.accept());
  const { connections } = world.network;
  assertEquals(connections.map(({ sent }) => sent), [["hello 1"], ["hello 2"]]);
});

Deno.test("useWebSocket() passes on nothing of the former url", async () => {
  const seen: unknown[] = [];
  const onMessage = (message: unknown): void => void seen.push(message);
  const world = await rendered({ url: URL_1, onMessage });
  const former = world.server;
  await doing(() => former.accept());
  await world.show({ url: URL_2, onMessage });
  former.dispatch("message", { data: "late" });
  assertEquals(seen, []);
});

Deno.test("useWebSocket() keeps its client for a URL object of the same text, and for other options", async () => {
  const world = await rendered({ url: URL_1 });
  await world.show({ url: new URL(URL_1), maxAttempts: 1 });
  assertEquals(world.network.connections.length, 1);
  assertEquals(new Set(world.clients).size, 2);
});

Deno.test("useWebSocket() reads the options of the render in which the url changed", async () => {
  const world = await rendered({ url: URL_1, startPaused: true });
  await world.show({ url: URL_2, startPaused: false });
  assertEquals(world.network.connections.map(({ url }) => url), [URL_2]);
});

Deno.test("useWebSocket() leaves a client paused that is to start so", async () => {
  const world = await rendered({ url: URL_1, startPaused: true });
  assertEquals([world.shown.at(-1), world.network.connections.length], ["paused", 0]);
  await doing(() => world.clients.at(-1)?.resume());
  assertEquals([world.shown.at(-1), world.network.connections.length], ["connecting", 1]);
});

Deno.test("useWebSocket() dials what urlFor makes of the url, for every attempt", async () => {
  let tokens = 0;
  const urlFor = (url: string): Promise<string> => Promise.resolve(`${url}?token=${++tokens}`);
  const world = await rendered({ url: URL_1, urlFor });
  await doing(() => world.server.refuse());
  await doing(() => world.clock.tick(2_000));
  const urls = world.network.connections.map(({ url }) => url);
  assertEquals(urls, [`${URL_1}?token=1`, `${URL_1}?token=2`]);
  await world.end();
});

Deno.test("useWebSocket() gives back what a client that gave up had queued", async () => {
  const undelivered: unknown[] = [];
  const onUndelivered = (...args: unknown[]): void => void undelivered.push(args);
  const world = await rendered({ url: URL_1, onUndelivered, maxAttempts: 0 });
  world.clients.at(-1)?.send("a");
  await doing(() => world.server.refuse());
  assertEquals([world.shown.at(-1), undelivered], ["closed", [[["a"], URL_1]]]);
});

Deno.test("useWebSocket() calls onUndelivered for no empty queue", async () => {
  const undelivered: unknown[] = [];
  const onUndelivered = (...args: unknown[]): void => void undelivered.push(args);
  const world = await rendered({ url: URL_1, onUndelivered }, { isStrict: true });
  await world.end();
  assertEquals(undelivered, []);
});

Deno.test("useWebSocket() throws into an error boundary what the constructor throws", async () => {
  const { error } = console;
  console.error = () => {};
  try {
    const { caught } = await rendered({ url: "wss://example.com/#fragment" });
    const [thrown] = caught;
    assertInstanceOf(thrown, DOMException);
    assertEquals([thrown.name, caught.length], ["SyntaxError", 1]);
  } finally {
    console.error = error;
  }
});

Deno.test("useStatus() and useCountdown() follow a client", async () => {
  const world = await rendered({ url: URL_1 });
  await doing(() => world.server.accept());
  await doing(() => world.server.drop());
  for (let n = 0; n < 30; n++) await doing(() => world.clock.tick(100));
  await doing(() => world.server.accept());
  assertEquals(world.shown, [
    ...["none", "paused", "connecting", "open", "waiting 2", "waiting 1", "connecting", "open"],
  ]);
  assertEquals(world.clock.pending.length, 1, "the client's own, until the connection is stable");
});

Deno.test("useCountdown() renders once a second", async () => {
  const backoff = (): number => 10_500;
  const world = await rendered({ url: URL_1, backoff });
  await doing(() => world.server.refuse());
  const before = world.clients.length;
  await doing(() => world.clock.tick(499));
  assertEquals(world.clock.pending.map(({ delayMs }) => delayMs), [500, 10_500]);
  assertEquals([world.clients.length - before, world.shown.at(-1)], [0, "waiting 11"]);
  for (let n = 0; n < 10; n++) await doing(() => world.clock.tick(1_000));
  assertEquals([world.clients.length - before, world.shown.at(-1)], [10, "waiting 1"]);
});

Deno.test("useCountdown() follows a hint that shortens the wait", async () => {
  const world = await rendered({ url: URL_1, backoff: () => 60_000 });
  await doing(() => world.server.refuse());
  await doing(() => world.clock.tick(2_000));
  assertEquals(world.shown.at(-1), "waiting 58");
  await doing(() => world.network.online());
  assertEquals(world.clock.pending.length, 3, "two of the client's and the countdown's");
  await doing(() => world.clock.tick(1_000));
  assertEquals(world.shown.at(-1), "connecting");
});

Deno.test("useCountdown() leaves no timer behind", async () => {
  const world = await rendered({ url: URL_1 });
  await doing(() => world.server.refuse());
  assertEquals(world.clock.pending.length, 2, "the client's and the countdown's");
  await world.show({ url: null });
  await world.clock.tickAsync(0);
  assertEquals([world.shown.at(-1), world.clock.pending], ["none", []]);
});

Deno.test("the hooks render on a server, and dial nothing", async () => {
  const { network, sources } = fakeWorld();
  const seen: unknown[] = [];
  function App(): React.ReactNode {
    const ws = hooks.useWebSocket(URL_1, { sources });
    seen.push(ws, hooks.useStatus(ws), hooks.useCountdown(ws));
    return React.createElement("p", null, "rendered");
  }
  assertEquals(renderToString(React.createElement(App)), "<p>rendered</p>");
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([seen, network.connections], [[null, null, null], []]);
});

Deno.test("useStatus() and useCountdown() are null on a server, whatever a client does there", () => {
  const { clock, network, sources } = fakeWorld();
  using ws = new ReconnectingWebSocket(URL_1, { sources });
  network.connections[0]?.refuse();
  const seen: unknown[] = [];
  function App(): null {
    seen.push(hooks.useStatus(ws), hooks.useCountdown(ws, clock));
    return null;
  }
  renderToString(React.createElement(App));
  assertEquals([ws.state, seen], ["waiting", [null, null]]);
});

Deno.test("useStatus() and useCountdown() show a client that was there before", async () => {
  const world = stage();
  using ws = new ReconnectingWebSocket(URL_1, { sources: world.sources });
  world.server.refuse();
  await world.show({ url: null, ws });
  await doing(() => world.clock.tick(1_000));
  assertEquals(world.shown, ["waiting 2", "waiting 1"]);
  await world.end();
  assertEquals(world.clock.pending.length, 1, "the client's own");
});
