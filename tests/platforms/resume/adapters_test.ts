/**
 * The adapters: on real servers where Deno has them, on the shape of the platform otherwise. The runtimes
 * themselves are rows of `run.ts`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { EventEmitter } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
// @ts-types="npm:@types/ws@8"
import { WebSocketServer } from "npm:ws@8";
import { bunHandlers, type BunSocket } from "../../../lib/resume/adapters/bun.ts";
import { serveDeno } from "../../../lib/resume/adapters/deno.ts";
import { serveDurableObject } from "../../../lib/resume/adapters/durable_object.ts";
import { acceptWs, wsOptions } from "../../../lib/resume/adapters/ws.ts";
import { REQUEST } from "../../../lib/resume/frames.ts";
import { ResumableWebSocket } from "../../../lib/resume/mod.ts";
import { ResumeServer } from "../../../lib/resume/server/mod.ts";
import { unreferencedClock } from "../../../lib/resume/server/clock.ts";

/** Sends back what comes, bytes as bytes. */
function echo<Request>(): ResumeServer<Request> {
  return new ResumeServer<Request>({
    session: (session) => ({ message: (data) => void session.send(data as string) }),
  });
}

const HELLO = `\u0001${
  JSON.stringify({
    ...{ t: "hello", v: 1, s: "0123456789abcdef01234567", n: 1, rx: 0, ack: 0, tx: 0 },
    ...{ new: true, max: 1_000 },
  })
}`;

/** Sends a text and bytes through a session, and returns what comes back. */
async function roundTrip(url: string): Promise<unknown[]> {
  const ws = new ResumableWebSocket(url);
  ws.binaryType = "arraybuffer";
  const came: unknown[] = [];
  const done = new Promise<void>((resolve) =>
    ws.addEventListener("message", ({ data }) => {
      came.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
      if (came.length === 2) resolve();
    })
  );
  ws.send("text");
  ws.send(new Uint8Array([1, 2, 3]));
  await done;
  await ws.confirmed();
  ws.close();
  await ws.closed;
  return came;
}

Deno.test("serveDeno() carries a session, and refuses what offers none", async () => {
  const server = echo<Request>();
  await using http = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => serveDeno(server, request),
  );
  const { port } = http.addr;
  assertEquals(await roundTrip(`ws://127.0.0.1:${port}`), ["text", [1, 2, 3]]);
  const refused = await fetch(`http://127.0.0.1:${port}`);
  assertEquals([refused.status, await refused.text()], [400, "The subprotocol must be resume.v1"]);
  await server.shutdown();
});

Deno.test("acceptWs() carries a session, and wsOptions() refuse what offers none", async () => {
  const server = echo<IncomingMessage>();
  const http = createServer();
  const wss = new WebSocketServer({ server: http, ...wsOptions(server) });
  wss.on("connection", (socket, request) => acceptWs(server, socket, request));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  assertEquals(await roundTrip(`ws://127.0.0.1:${port}`), ["text", [1, 2, 3]]);
  const refused = await fetch(`http://127.0.0.1:${port}`, {
    headers: {
      ...{ connection: "upgrade", upgrade: "websocket", "sec-websocket-version": "13" },
      "sec-websocket-key": btoa("0123456789abcdef"),
    },
  });
  assertEquals(refused.status, 400);
  await refused.body?.cancel();
  await server.shutdown();
  wss.close();
  await new Promise((resolve) => http.close(resolve));
});

/** What a connection of `ws` does, written down. */
class FakeWsSocket extends EventEmitter {
  readonly readyState = 1;
  readonly done: unknown[] = [];

  send(frame: unknown): void {
    this.done.push(frame);
  }
  close(code: number): void {
    this.done.push(code);
  }
  ping(): void {
    this.done.push("ping");
  }
  terminate(): void {
    this.done.push("terminate");
    this.emit("close");
  }
}

Deno.test("acceptWs() pings its peer, and ends a connection without any sign of life between two", () => {
  using time = new FakeTime();
  const socket = new FakeWsSocket();
  acceptWs(echo<{ readonly headers: Record<string, string> }>(), socket, { headers: {} }, {
    pingMs: 1_000,
  });
  socket.emit("message", new TextEncoder().encode(HELLO), false);
  time.tick(1_000);
  socket.emit("pong");
  time.tick(1_000);
  socket.emit("message", new TextEncoder().encode(REQUEST), false);
  time.tick(1_000);
  assertEquals(socket.done.filter((it) => it === "ping").length, 3);
  assertEquals(socket.done.includes("terminate"), false);
  time.tick(10_000);
  assertEquals(socket.done.filter((it) => it === "ping").length, 3);
  assertEquals(socket.done.at(-1), "terminate");
});

/** What a connection of Bun does, written down. */
class FakeBunSocket implements BunSocket {
  readonly data: BunSocket["data"];
  readonly sent: unknown[] = [];

  constructor(data: BunSocket["data"]) {
    this.data = data;
  }
  send(frame: unknown): void {
    this.sent.push(frame);
  }
  close(code: number): void {
    this.sent.push(code);
  }
}

const upgradeRequest = (protocol: string): Request =>
  new Request("http://localhost/", { headers: { "sec-websocket-protocol": protocol } });

Deno.test("bunHandlers() pass on what the handlers of Bun get", async () => {
  const server = echo<Request>();
  const { fetch: answer, websocket } = bunHandlers(server);
  let given: { data: BunSocket["data"]; headers: unknown } | undefined;
  const bun = {
    upgrade(_request: Request, options: typeof given): boolean {
      given = options;
      return true;
    },
  };
  assertEquals(answer(upgradeRequest("other"), bun)?.status, 400);
  assertEquals(answer(upgradeRequest("resume.v1"), { upgrade: () => false })?.status, 400);
  assertEquals(answer(upgradeRequest("resume.v1"), bun), undefined);
  assertEquals(given?.headers, { "Sec-WebSocket-Protocol": "resume.v1" });
  // Beyond any other limit Bun would drop frames.
  assertEquals(websocket.backpressureLimit, 0);

  const socket = new FakeBunSocket(given?.data as BunSocket["data"]);
  websocket.open(socket);
  websocket.message(socket, HELLO);
  for (let i = 0; i < 50 && server.size === 0; i++) await new Promise((r) => setTimeout(r, 5));
  websocket.message(socket, "text");
  websocket.message(socket, new Uint8Array([7]));
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(socket.sent.slice(1), ["text", new Uint8Array([7]).buffer]);
  websocket.message(socket, "\u0001garbage");
  assertEquals(socket.sent.at(-1), 1002);
  websocket.close(socket);
  await server.shutdown();
});

Deno.test("serveDurableObject() takes one end of a pair, and answers with the other", async () => {
  class Pair {
    readonly 0 = new EventTarget();
    readonly 1 = Object.assign(new EventTarget(), {
      readyState: 1,
      // As workerd has it, which must be told before.
      binaryType: "blob",
      sent: [] as unknown[],
      accept(): void {
        this.sent.push(`accepted with ${this.binaryType}`);
      },
      send(frame: unknown): void {
        this.sent.push(frame);
      },
      close(code: number): void {
        this.sent.push(code);
      },
    });
    constructor() {
      pairs.push(this);
    }
  }
  const pairs: Pair[] = [];
  const answers: unknown[] = [];
  // workerd's Response takes a status and a member that others refuse.
  class WorkerResponse {
    constructor(body: unknown, init: object) {
      answers.push({ body, ...init });
    }
  }
  const { Response } = globalThis;
  Object.assign(globalThis, { WebSocketPair: Pair, Response: WorkerResponse });
  try {
    const server = echo<Request>();
    serveDurableObject(server, upgradeRequest("other"));
    serveDurableObject(server, upgradeRequest("resume.v1"));
    const [{ 0: client, 1: socket }] = pairs as [Pair];
    assertEquals(answers.map((answer) => (answer as { status: number }).status), [400, 101]);
    assertEquals((answers[1] as { webSocket: unknown }).webSocket, client);
    socket.dispatchEvent(new MessageEvent("message", { data: HELLO }));
    for (let i = 0; i < 50 && server.size === 0; i++) await new Promise((r) => setTimeout(r, 5));
    socket.dispatchEvent(new MessageEvent("message", { data: "text" }));
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals([socket.sent[0], socket.sent.at(-1)], ["accepted with arraybuffer", "text"]);
    socket.dispatchEvent(new MessageEvent("message", { data: "\u0001garbage" }));
    assertEquals(socket.sent.at(-1), 1002);
    socket.dispatchEvent(new Event("close"));
    socket.dispatchEvent(new Event("error"));
    await server.shutdown();
  } finally {
    Object.assign(globalThis, { Response });
    Reflect.deleteProperty(globalThis, "WebSocketPair");
  }
});

Deno.test("unreferencedClock keeps no process alive", async () => {
  const script = `import { unreferencedClock } from ${
    JSON.stringify(new URL("../../../lib/resume/server/clock.ts", import.meta.url).href)
  }; unreferencedClock.setTimeout(() => console.log("late"), 60_000);`;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    signal: AbortSignal.timeout(10_000),
  }).output();
  assertEquals([success, stdout.length], [true, 0]);
  await new Promise<void>((resolve) => {
    const handle = unreferencedClock.setTimeout(() => {
      throw new Error("it was cleared");
    }, 1);
    unreferencedClock.clearTimeout(handle);
    setTimeout(resolve, 20);
  });
});
