/** The `"deno"` profile against Deno's own WebSocket: the same story must read the same. */
import { assertEquals } from "@std/assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type FakeConnection, fakeWorld } from "@holdfast/websocket/testing";
import { WebSocketServer } from "npm:ws@8";
import { record } from "./recorder.ts";

/** What both servers can do. */
interface Peer {
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  drop(): void;
}

interface Story {
  readonly name: string;
  readonly protocols?: string[];
  /** Called once the dial was made. */
  readonly dialled?: (socket: WebSocket) => void;
  /** Called in the client's `open` listener. */
  readonly opened?: (socket: WebSocket) => void;
  /** Called when the server has the connection; without it the server refuses. */
  readonly serve?: (peer: Peer) => void;
}

const stories: readonly Story[] = [
  { name: "a refused connect" },
  { name: "a server that drops", serve: (peer) => peer.drop() },
  { name: "a server that closes with a code", serve: (peer) => peer.close(1012, "restart") },
  { name: "a server that closes without a code", serve: (peer) => peer.close() },
  {
    name: "messages",
    serve: (peer) => {
      peer.send("text");
      peer.send(new Uint8Array([1, 2]));
      peer.close(4000);
    },
  },
  { name: "close()", serve: () => {}, opened: (socket) => socket.close() },
  {
    name: "close() with a code and a reason",
    serve: () => {},
    opened: (socket) => socket.close(4000, "done"),
  },
  { name: "close() while connecting", dialled: (socket) => socket.close(4000, "mine") },
  {
    name: "a server that ignores the subprotocol",
    protocols: ["v1"],
    serve: (peer) => peer.close(1001),
  },
  {
    name: "send() after close()",
    serve: () => {},
    opened: (socket) => {
      socket.close(1000);
      socket.send("late");
    },
  },
];

/** What a story looks like from the client: events, then what the socket is left with. */
async function tell(
  story: Story,
  dial: (protocols?: string[]) => WebSocket,
  run: () => void,
): Promise<unknown[]> {
  const socket = dial(story.protocols);
  const log: unknown[] = record(socket);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.addEventListener("open", () => story.opened?.(socket));
  socket.addEventListener("message", ({ data, origin }) => {
    log.push(data.constructor.name, new URL(origin).pathname);
  });
  socket.addEventListener("error", (event) => log.push(event.constructor.name));
  socket.addEventListener("close", () => resolve());
  story.dialled?.(socket);
  log.push(`returned ${socket.readyState}`);
  run();
  await closed;
  const { readyState, protocol, extensions, bufferedAmount, binaryType } = socket;
  return [...log, { readyState, protocol, extensions, bufferedAmount, binaryType }];
}

async function tellReal(story: Story): Promise<unknown[]> {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => false });
  http.on("upgrade", (request, stream, head) => {
    if (story.serve === undefined) {
      stream.end(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
      );
      return;
    }
    // deno-lint-ignore no-explicit-any -- `ws` ships no types
    server.handleUpgrade(request, stream, head, (peer: any) => {
      story.serve?.({
        send: (data) => peer.send(data),
        close: (code, reason) => peer.close(code, reason),
        drop: () => peer.terminate(),
      });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  try {
    return await tell(
      story,
      (protocols) => new WebSocket(`ws://127.0.0.1:${port}/`, protocols),
      () => {},
    );
  } finally {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  }
}

function tellFake(story: Story): Promise<unknown[]> {
  const { clock, network } = fakeWorld({ runtime: "deno" });
  let connection: FakeConnection | undefined;
  network.onDial((dialled) => connection = dialled);
  const run = (): void => {
    if (story.serve === undefined) connection?.refuse();
    else {
      connection?.accept("");
      if (connection) story.serve(connection);
    }
    clock.tick(0);
  };
  return tell(story, (protocols) => new network.WebSocket("ws://127.0.0.1/", protocols), run);
}

for (const story of stories) {
  Deno.test(`the "deno" profile does what Deno does: ${story.name}`, async () => {
    assertEquals(await tellFake(story), await tellReal(story));
  });
}
