/** What makes the client pass for a WebSocket. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ReconnectingWebSocket } from "../../mod.ts";
import { inRealm } from "../platforms/realm.ts";
import { openRig, rig } from "./rig.ts";

Deno.test("ReconnectingWebSocket has the constants of WebSocket, on the class and on instances", () => {
  const { ws } = rig();
  const constants = (
    { CONNECTING, OPEN, CLOSING, CLOSED }: typeof WebSocket | WebSocket,
  ): number[] => [
    CONNECTING,
    OPEN,
    CLOSING,
    CLOSED,
  ];
  const expected = constants(WebSocket);
  assertEquals([constants(ReconnectingWebSocket), constants(ws)], [expected, expected]);
  assert(ws instanceof EventTarget);
});

Deno.test("ReconnectingWebSocket has constants that nothing changes, and nothing deletes after the first construction", () => {
  rig();
  for (const holder of [ReconnectingWebSocket, ReconnectingWebSocket.prototype]) {
    for (const [value, name] of ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].entries()) {
      assertEquals(Object.getOwnPropertyDescriptor(holder, name), {
        value,
        writable: false,
        enumerable: true,
        configurable: false,
      });
    }
  }
});

Deno.test("ReconnectingWebSocket has constants that cannot be changed before the first construction, too", async () => {
  assertEquals(await inRealm("constants"), {
    before: [[0, 1, 2, 3], [0, 1, 2, 3]],
    changing: ["TypeError", "TypeError"],
    frozen: "open",
  });
});

Deno.test("ReconnectingWebSocket has every property that the platform's WebSocket has", () => {
  const names = Object.keys(Object.getOwnPropertyDescriptors(WebSocket.prototype));
  const { ws } = rig();
  assertEquals(names.filter((name) => !(name in ws)), []);
});

Deno.test("url, protocol and extensions are those of the current connection", () => {
  const { ws, server } = rig({ url: "wss://example.com/a", protocols: ["x", "y"] });
  const seen = [[ws.url, ws.protocol, ws.extensions]];
  server.accept("y");
  seen.push([ws.url, ws.protocol, ws.extensions]);
  server.drop();
  seen.push([ws.url, ws.protocol, ws.extensions]);
  assertEquals(seen, [
    ["wss://example.com/a", "", ""],
    ["wss://example.com/a", "y", ""],
    ["wss://example.com/a", "", ""],
  ]);
});

Deno.test("protocol and extensions are strings on workerd, where they may be null", () => {
  const { ws } = openRig({ runtime: "workerd" });
  assertEquals([ws.protocol, ws.extensions], ["", ""]);
});

Deno.test("binaryType set once holds for every later socket, and is left alone otherwise", () => {
  const { ws, server, clock, network } = openRig({ runtime: "bun" });
  assertEquals(ws.binaryType as string, "nodebuffer");
  ws.binaryType = "arraybuffer";
  server.drop();
  assertEquals(ws.binaryType, "arraybuffer");
  clock.tick(1_500);
  const data: unknown[] = [];
  ws.onmessage = (event) => data.push(event.data);
  network.connections[1]?.accept();
  network.connections[1]?.send(new Uint8Array([1, 2]));
  assertEquals(data, [new Uint8Array([1, 2]).buffer]);
});

Deno.test("binaryType is blob before any socket, and ignores what it does not know", () => {
  for (const runtime of ["browser", "node24"] as const) {
    const { ws } = rig({ runtime, url: () => "wss://example.com" });
    assertEquals(ws.binaryType, "blob");
    ws.binaryType = "arraybuffer";
    ws.binaryType = "nonsense" as BinaryType;
    assertEquals(ws.binaryType, "arraybuffer");
  }
});

Deno.test("on* hold one handler each, in the place where the first was set", () => {
  const { ws, server } = rig();
  const calls: string[] = [];
  ws.onopen = () => calls.push("replaced");
  ws.addEventListener("open", () => calls.push("listener"));
  const handler = function (this: unknown, event: Event): void {
    calls.push(`handler ${this === ws} ${event.type}`);
  };
  ws.onopen = handler;
  assertStrictEquals(ws.onopen, handler);
  server.accept();
  assertEquals(calls, ["handler true open", "listener"]);
});

Deno.test("on* take null, and anything that is no function for null", () => {
  const { ws, server } = rig();
  let calls = 0;
  for (const name of ["onopen", "onmessage", "onerror", "onclose"] as const) {
    assertStrictEquals(ws[name], null);
    ws[name] = () => calls++;
    ws[name] = "no function" as unknown as null;
    assertStrictEquals(ws[name], null);
  }
  server.accept();
  server.send("hello");
  server.drop();
  assertEquals(calls, 0);
});

Deno.test("on* hear what their event tells", () => {
  const { ws, server } = rig();
  const heard: unknown[] = [];
  ws.onopen = ({ type }) => heard.push(type);
  ws.onmessage = ({ data }) => heard.push(data);
  ws.onerror = ({ type }) => heard.push(type);
  ws.onclose = ({ code, wasClean }) => heard.push(code, wasClean);
  server.accept();
  server.send("hello");
  server.drop();
  assertEquals(heard, ["open", "hello", "error", 1006, false]);
});

for (const type of ["open", "message", "close"] as const) {
  Deno.test(`addEventListener() knows once, signal, handleEvent and dedupe: ${type}`, () => {
    const { ws, clock, network } = rig();
    const calls: string[] = [];
    const note = (name: string) => (): number => calls.push(name);
    const twice = note("twice");
    const controller = new AbortController();
    ws.addEventListener(type, note("once"), { once: true });
    ws.addEventListener(type, twice);
    ws.addEventListener(type, twice);
    ws.addEventListener(type, note("signal"), { signal: controller.signal });
    ws.addEventListener(type, { handleEvent: note("object") });
    ws.addEventListener(type, note("removed"));
    const removed = note("really removed");
    ws.addEventListener(type, removed);
    ws.removeEventListener(type, removed);
    ws.addEventListener(type, null);
    const live = (): void => {
      network.connections.at(-1)?.accept();
      network.connections.at(-1)?.send("hello");
      network.connections.at(-1)?.drop();
      clock.tick(1_500);
      calls.push("|");
    };
    live();
    controller.abort();
    live();
    assertEquals(calls.join(" "), "once twice signal object removed | twice object removed |");
  });
}

Deno.test("stopImmediatePropagation() stops the listeners behind, and not the client", () => {
  const { ws, server, log } = rig();
  const calls: string[] = [];
  for (const type of ["open", "message", "close"] as const) {
    ws.addEventListener(type, (event) => {
      calls.push(type);
      event.stopImmediatePropagation();
    });
    ws.addEventListener(type, () => calls.push("never"));
  }
  ws.send("queued");
  server.accept();
  server.send("hello");
  server.drop();
  assertEquals([calls, server.sent], [["open", "message", "close"], ["queued"]]);
  assertEquals(log.at(-1), "0 retry #1 1500 connection-lost");
});

Deno.test("a subclass of the platform's WebSocket may pass headers to it", () => {
  const seen: unknown[] = [];
  const { server } = rig({
    runtime: "deno",
    protocols: ["a"],
    wrap: (inner) =>
      class extends inner {
        constructor(url: string, protocols: string[]) {
          super(url, { headers: { authorization: "token" }, protocols } as unknown as string[]);
          seen.push(protocols);
        }
      },
  });
  assertEquals(server.options, { headers: { authorization: "token" }, protocols: ["a"] });
  assertEquals(server.protocols, ["a"]);
  assertEquals(seen, [["a"]]);
});

/** Runs in a process of its own, where nothing was imported before. */
const WATCHED_IMPORT = `
const used = [];
const watch = (holder, name) => {
  const original = holder[name];
  holder[name] = new Proxy(original, {
    apply: (...args) => (used.push(name), Reflect.apply(...args)),
    construct: (...args) => (used.push(name), Reflect.construct(...args)),
  });
};
for (const name of ["setTimeout", "setInterval", "queueMicrotask", "fetch", "AbortController", "WebSocket", "addEventListener"]) watch(globalThis, name);
watch(Math, "random");
watch(Date, "now");
watch(crypto, "getRandomValues");
for (const name of ["log", "debug", "warn", "error", "info"]) watch(console, name);
const before = Reflect.ownKeys(globalThis).length;
for (const url of Deno.args) await import(url);
const added = Reflect.ownKeys(globalThis).length - before;
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify({ used, added })));
`;

Deno.test("importing any entry point has no side effect", async () => {
  const entries = [
    "mod.ts",
    "lib/backoff.ts",
    "lib/trace.ts",
    "lib/testing/mod.ts",
    "lib/cli/main.ts",
  ];
  const urls = entries.map((entry) => new URL(`../../${entry}`, import.meta.url).href);
  const script = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(script, WATCHED_IMPORT);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-read", script, ...urls],
      stderr: "inherit",
    }).output();
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), { used: [], added: 0 });
  } finally {
    await Deno.remove(script);
  }
});
