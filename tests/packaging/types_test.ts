/**
 * What the compiler must accept and refuse. `deno check` does the work: a line under
 * `@ts-expect-error` that compiles is an error. The functions are never called.
 */

import { assertEquals } from "@std/assert";
import { WebSocket as MockWebSocket } from "mock-socket";
import type { WebSocket as UndiciWebSocket } from "npm:undici@7";
// @ts-types="npm:@types/ws@8"
import { WebSocket as WsWebSocket } from "npm:ws@8";
import { fullJitter } from "../../lib/backoff.ts";
import { messages, streams } from "../../lib/streams.ts";
import { FakeNetwork } from "../../lib/testing/mod.ts";
import {
  type ConnectionState,
  type Ending,
  ReconnectingWebSocket,
  type ReconnectingWebSocketError,
  type ReconnectingWebSocketErrorCode,
  type Sources,
  type WebSocketLike,
} from "../../mod.ts";

/** Whether two types are the same, any included. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
function same<A, B>(..._: Same<A, B> extends true ? [] : [never]): void {}

const URL_OF_TESTS = "wss://example.com";

function isAWebSocket(ws: ReconnectingWebSocket): void {
  const _socket: WebSocket = ws;
  const _target: EventTarget = ws;
  const _like: WebSocketLike = ws;
  const _constructor: Sources["WebSocket"] = ReconnectingWebSocket;
  const _takes = (socket: WebSocket): number => socket.readyState;
  _takes(ws);
  // A library that subclasses or constructs what it is given.
  const make = (Socket: typeof ReconnectingWebSocket): WebSocket =>
    new Socket(URL_OF_TESTS, "chat");
  make(class extends ReconnectingWebSocket {});
}

function eventsAreTyped(ws: ReconnectingWebSocket): void {
  ws.addEventListener("open", ({ attempt, reconnected }) => {
    same<typeof attempt, number>();
    same<typeof reconnected, boolean>();
  });
  ws.addEventListener("message", (event) => same<typeof event, MessageEvent>());
  ws.addEventListener("error", ({ error }) => same<typeof error, ReconnectingWebSocketError>());
  ws.addEventListener("close", ({ code, willRetry, error }) => {
    same<typeof code, number>();
    same<typeof willRetry, boolean>();
    same<typeof error, ReconnectingWebSocketError | null>();
  });
  ws.addEventListener("retry", (event) => {
    same<typeof event.delayMs, number>();
    same<typeof event.attempt, number>();
  });
  ws.addEventListener(
    "drop",
    ({ error }) => same<typeof error.code, ReconnectingWebSocketErrorCode>(),
  );
  ws.addEventListener("statechange", ({ state }) => same<typeof state, ConnectionState>());
  ws.addEventListener("anything else", (event) => same<typeof event, Event>());
  ws.addEventListener("close", { handleEvent: () => {} }, { once: true });
  ws.addEventListener("open", function (): void {
    this.reconnect();
  });
  ws.removeEventListener("retry", ({ delayMs }) => same<typeof delayMs, number>());
  // @ts-expect-error -- `delayMs` belongs to retry
  ws.addEventListener("open", ({ delayMs }) => delayMs);
  // @ts-expect-error -- no listener at all
  ws.addEventListener("open", 5);
  ws.addEventListener(URL_OF_TESTS as string, null);
  ws.addEventListener(URL_OF_TESTS as "open" | "their own", null);
  // @ts-expect-error -- a letter is missing
  ws.addEventListener("mesage", () => {});
  // @ts-expect-error -- one too many
  ws.addEventListener("closed", () => {});
  // @ts-expect-error -- a wrong one
  ws.addEventListener("rotry", () => {});
  // @ts-expect-error -- two that changed places
  ws.addEventListener("statechagne", () => {});
  // @ts-expect-error -- the name of a handler
  ws.addEventListener("onopen", () => {});
  // @ts-expect-error -- a capital
  ws.removeEventListener("Error", () => {});
}

function handlersAreTyped(ws: ReconnectingWebSocket): void {
  ws.onopen = ({ attempt }) => same<typeof attempt, number>();
  ws.onmessage = ({ data }) => data;
  ws.onerror = ({ error }) => same<typeof error, ReconnectingWebSocketError>();
  ws.onclose = ({ willRetry }) => same<typeof willRetry, boolean>();
  ws.onclose = null;
  // @ts-expect-error -- no handler
  ws.onopen = "alert(1)";
  ws.onretry = ({ delayMs }) => same<typeof delayMs, number>();
  // @ts-expect-error -- there is no such event
  ws.onretries = () => {};
}

function surfaceIsTyped(ws: ReconnectingWebSocket): void {
  same<typeof ws.readyState, 0 | 1 | 2 | 3>();
  same<typeof ws.state, ConnectionState>();
  same<typeof ws.opened, Promise<void>>();
  same<typeof ws.closed, Promise<Ending>>();
  same<ReturnType<typeof ws.send>, boolean>();
  ws.send(new Uint8Array(1));
  ws.send(new Blob());
  ws.binaryType = "arraybuffer";
  // @ts-expect-error -- no number can be sent
  ws.send(5);
  // @ts-expect-error -- nodebuffer is none of the platform's
  ws.binaryType = "nodebuffer";
  // @ts-expect-error -- read-only
  ws.url = URL_OF_TESTS;
  // @ts-expect-error -- a code is a number
  ws.close("1000");
  // @ts-expect-error -- an outcome cannot be written
  ws.attempt = 0;
}

function constructorIsTyped(): void {
  new ReconnectingWebSocket(URL_OF_TESTS);
  new ReconnectingWebSocket(new URL(URL_OF_TESTS), ["a", "b"], { maxAttempts: 5 });
  new ReconnectingWebSocket(URL_OF_TESTS, { protocols: () => Promise.resolve("a") });
  new ReconnectingWebSocket(async ({ attempt, signal }) => {
    same<typeof attempt, number>();
    same<typeof signal, AbortSignal>();
    return (await fetch(URL_OF_TESTS, { signal })).url;
  }, { backoff: fullJitter(), queue: false });
  new ReconnectingWebSocket(URL_OF_TESTS, {
    backoff: ({ attempt, random }) => attempt * 1_000 * random,
    shouldRetry: ({ code, wasOpen }) => wasOpen ? { delayMs: code } : undefined,
    handshake: async ({ send, receive }) => {
      send("token");
      const data = await receive();
      same<typeof data, unknown>();
    },
    heartbeat: { message: () => "ping", isReply: (data) => data === "pong" },
    queue: { overflow: "drop-oldest" },
  });
  // @ts-expect-error -- there is nowhere to connect to
  new ReconnectingWebSocket();
  // @ts-expect-error -- no such option
  new ReconnectingWebSocket(URL_OF_TESTS, { maxRetries: 5 });
  // @ts-expect-error -- a number
  new ReconnectingWebSocket(URL_OF_TESTS, { maxAttempts: "5" });
  // @ts-expect-error -- one of three words
  new ReconnectingWebSocket(URL_OF_TESTS, { queue: { overflow: "newest" } });
  // @ts-expect-error -- a provider answers with a URL
  new ReconnectingWebSocket(() => 5);
  // @ts-expect-error -- undefined is not the same as absent
  new ReconnectingWebSocket(URL_OF_TESTS, { maxAttempts: undefined });
  // @ts-expect-error -- not a delay
  new ReconnectingWebSocket(URL_OF_TESTS, { shouldRetry: () => 5_000 });
  // @ts-expect-error -- a policy's parameters belong to the default one only
  new ReconnectingWebSocket(URL_OF_TESTS, { backoff: { maxDelayMs: 5 } });
}

function otherSocketsFit(undici: typeof UndiciWebSocket): void {
  for (
    const Socket of [WebSocket, WsWebSocket, MockWebSocket, undici, new FakeNetwork().WebSocket]
  ) {
    const sources: Partial<Sources> = { WebSocket: Socket };
    new ReconnectingWebSocket(URL_OF_TESTS, { sources });
  }
  new ReconnectingWebSocket(URL_OF_TESTS, { sources: { WebSocket } });
  new ReconnectingWebSocket(URL_OF_TESTS, { sources: { WebSocket: WsWebSocket } });
  new ReconnectingWebSocket(URL_OF_TESTS, { sources: { WebSocket: MockWebSocket } });
  new ReconnectingWebSocket(URL_OF_TESTS, { sources: { WebSocket: undici } });
  class WithHeaders extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, { protocols, headers: { authorization: "token" } } as unknown as string[]);
    }
  }
  new ReconnectingWebSocket(URL_OF_TESTS, { sources: { WebSocket: WithHeaders } });
  // @ts-expect-error -- an EventTarget cannot send
  new ReconnectingWebSocket(URL_OF_TESTS, { sources: { WebSocket: EventTarget } });
  // @ts-expect-error -- an instance is no class
  new ReconnectingWebSocket(URL_OF_TESTS, { sources: { WebSocket: new WebSocket(URL_OF_TESTS) } });
}

async function resourcesAreTyped(): Promise<void> {
  using _disposed = new ReconnectingWebSocket(URL_OF_TESTS);
  await using _awaited = new ReconnectingWebSocket(URL_OF_TESTS);
}

function streamsAreTyped(ws: ReconnectingWebSocket): void {
  const _anything: AsyncIterableIterator<{ price: number }> = messages(ws);
  const _claimed: AsyncIterableIterator<string> = messages<string>(ws);
  const decoded = messages(ws, { decode: (data) => ({ length: String(data).length }) });
  same<typeof decoded, AsyncIterableIterator<{ length: number }>>();
  const validate = (value: unknown): { value: number } | { issues: { message: string }[] } =>
    typeof value === "number" ? { value } : { issues: [] };
  const valid = messages(ws, { decode: { "~standard": { validate } } });
  same<typeof valid, AsyncIterableIterator<number>>();
  const { readable, writable } = streams(ws, { decode: Number, highWaterBytes: 5 });
  same<typeof readable, ReadableStream<number>>();
  void writable.getWriter().write(new Uint8Array(1));
  // @ts-expect-error -- one of three words
  messages(ws, { overflow: "throw" });
  // @ts-expect-error -- no client
  messages(new EventTarget());
  // @ts-expect-error -- a socket of the platform is not over its reconnections
  messages(new WebSocket(URL_OF_TESTS));
  // @ts-expect-error -- what is decoded is no string
  const _strings: AsyncIterable<string> = messages(ws, { decode: Number });
}

const checked = [
  isAWebSocket,
  eventsAreTyped,
  handlersAreTyped,
  surfaceIsTyped,
  constructorIsTyped,
  otherSocketsFit,
  resourcesAreTyped,
  streamsAreTyped,
];

Deno.test("every wrong use is one error of the compiler, and there is no other", async () => {
  const text = await Deno.readTextFile(new URL(import.meta.url));
  const marks = text.match(/^ *\/\/ @ts-expect-error/gm) ?? [];
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const root = new URL("../../", import.meta.url);
    // A file outside of tests/ has not its short names.
    const bare = text.replaceAll("@ts-expect-error", "expected")
      .replaceAll('"../../', `"${root}`).replaceAll('"mock-socket"', '"npm:mock-socket@^9.3.1"');
    await Deno.writeTextFile(file, bare);
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["check", "--config", `${root.pathname}deno.json`],
        ...["--lock", `${root.pathname}deno.lock`, file],
      ],
      env: { NO_COLOR: "1" },
    }).output();
    // TS2793 is a remark on the error above it: that the implementation, which none sees, takes more.
    const errors = new TextDecoder().decode(stderr).match(/^ *TS(?!2793)\d+ \[ERROR\]/gm) ?? [];
    assertEquals([errors.length, checked.length], [marks.length, 8]);
  } finally {
    await Deno.remove(file);
  }
});
