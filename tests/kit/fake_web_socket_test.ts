import { assert, assertEquals, assertThrows } from "@std/assert";
import { fakeWorld } from "@holdfast/websocket/testing";
import { dial, open } from "./world.ts";

/** The names of what the actions throw; `null` where nothing is thrown. */
function names(actions: readonly (() => unknown)[]): (string | null)[] {
  return actions.map((action) => {
    try {
      action();
      return null;
    } catch (error) {
      return (error as Error).name;
    }
  });
}

Deno.test("new FakeNetwork.WebSocket() refuses invalid URLs", () => {
  const { network } = fakeWorld();
  const urls = [
    "/relative",
    "ftp://example.com",
    "ws://example.com/#fragment",
    "ws://example.com/#",
  ];
  assertEquals(
    names(urls.map((url) => () => new network.WebSocket(url))),
    ["SyntaxError", "SyntaxError", "SyntaxError", "SyntaxError"],
  );
  assertEquals(network.connections, []);
});

Deno.test("new FakeNetwork.WebSocket() says which URL it refuses and why", () => {
  const { network } = fakeWorld();
  assertThrows(
    () => new network.WebSocket("ftp://example.com"),
    DOMException,
    "Cannot create a WebSocket as the URL's scheme must be ws or wss: current value is ftp://example.com",
  );
});

Deno.test("new FakeNetwork.WebSocket() refuses subprotocols that repeat or are no tokens", () => {
  const lists = [["a", "a"], ["a b"], [""], "", ["a,b"], ["é"]];
  assertEquals(
    names(lists.map((protocols) => () => dial("browser", protocols))),
    lists.map(() => "SyntaxError"),
  );
});

Deno.test("new FakeNetwork.WebSocket() shows the dial to the server", () => {
  const { clock, network } = fakeWorld({ startMs: 1_000 });
  clock.tick(500);
  const socket = new network.WebSocket(new URL("WSS://Example.com"), ["v2", "v1"]);
  const [connection] = network.connections;
  assertEquals(
    [connection?.url, connection?.protocols, connection?.dialedAtMs, connection?.readyState],
    ["wss://example.com/", ["v2", "v1"], 1_500, 0],
  );
  assertEquals([socket.url, socket.readyState, socket.protocol, socket.bufferedAmount], [
    "wss://example.com/",
    0,
    "",
    0,
  ]);
});

Deno.test("FakeNetwork.WebSocket has the constants of the platform's class", () => {
  const { network } = fakeWorld();
  const { socket } = dial();
  for (const owner of [network.WebSocket, socket]) {
    const { CONNECTING, OPEN, CLOSING, CLOSED } = owner;
    assertEquals([CONNECTING, OPEN, CLOSING, CLOSED], [0, 1, 2, 3]);
  }
});

Deno.test("FakeNetwork.WebSocket can be subclassed", () => {
  const { network } = fakeWorld();
  class Tagged extends network.WebSocket {
    readonly tag = "mine";
  }
  const socket = new Tagged("ws://example.com");
  assert(socket instanceof network.WebSocket && socket instanceof EventTarget);
  assertEquals([socket.tag, network.connections.length], ["mine", 1]);
});

Deno.test("send() converts as WebIDL does and copies bytes", () => {
  const { socket, connection } = open();
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const blob = new Blob(["b"]);
  socket.send("text");
  socket.send(bytes.subarray(1, 3));
  socket.send(bytes.buffer);
  socket.send(new DataView(bytes.buffer, 3));
  socket.send(blob);
  socket.send(17 as unknown as string);
  socket.send(null as unknown as string);
  bytes.fill(0);
  assertEquals(connection.received, [
    "text",
    new Uint8Array([2, 3]),
    new Uint8Array([1, 2, 3, 4]),
    new Uint8Array([4]),
    blob,
    "17",
    "null",
  ]);
});

Deno.test("send() while closing counts the bytes of what it drops", () => {
  const { socket, connection } = open();
  socket.close();
  const amounts = ["é", new Uint8Array(3), new Blob(["four"])].map((data) => {
    socket.send(data);
    return socket.bufferedAmount;
  });
  assertEquals([amounts, connection.sent], [[2, 5, 9], []]);
});

Deno.test("close() refuses a reason of more than 123 bytes", () => {
  const { socket, connection } = open();
  assertThrows(
    () => socket.close(1000, "é".repeat(62)),
    DOMException,
    "Cannot close as the reason must have at most 123 bytes: current value has 124",
  );
  assertEquals([socket.readyState, connection.clientClose], [1, null]);
  socket.close(1000, "x".repeat(123));
  assertEquals(socket.readyState, 2);
});

Deno.test("close() refuses a code that is none, before any change", () => {
  const { socket, connection } = open();
  const codes = [0, 999, 1001, 1005, 2999, 5000, NaN, 65_536 + 1_000];
  assertEquals(
    names(codes.map((code) => () => socket.close(code))),
    codes.map(() => "InvalidAccessError"),
  );
  assertEquals([socket.readyState, connection.clientClose], [1, null]);
});

Deno.test("close() converts its arguments as WebIDL does", () => {
  const { socket, connection } = open();
  socket.close("4000" as unknown as number, 7 as unknown as string);
  assertEquals(connection.clientClose, { code: 4000, reason: "7" });
});

Deno.test("close() twice asks once", () => {
  const { socket, connection, clock, log } = open();
  socket.close(4000, "first");
  socket.close(4001, "second");
  clock.tick(0);
  socket.close(4002, "third");
  clock.tick(0);
  assertEquals(connection.clientClose, { code: 4000, reason: "first" });
  assertEquals(log, [`close 3 4000 "first" clean`]);
});

Deno.test("binaryType decides how bytes arrive", async () => {
  const { socket, connection } = open();
  const seen: unknown[] = [];
  socket.addEventListener("message", ({ data }) => seen.push(data));
  connection.send(new Uint8Array([7]).subarray(0, 1));
  socket.binaryType = "arraybuffer";
  connection.send(new Uint8Array([8]));
  const [blob, buffer] = seen;
  assert(blob instanceof Blob && buffer instanceof ArrayBuffer);
  assertEquals([await blob.bytes(), new Uint8Array(buffer)], [
    new Uint8Array([7]),
    new Uint8Array([8]),
  ]);
});

Deno.test("events are the platform's, and their target is the socket", () => {
  const { socket, connection } = dial();
  const seen: Event[] = [];
  for (const type of ["open", "message", "error", "close"]) {
    socket.addEventListener(type, (event) => seen.push(event));
  }
  connection.accept();
  connection.send("hello");
  connection.dispatch("error");
  connection.close();
  const classes = [Event, MessageEvent, Event, CloseEvent];
  assertEquals(seen.map(({ type }) => type), ["open", "message", "error", "close"]);
  seen.forEach((event, index) => {
    assert(event.constructor === classes[index] && event.target === socket);
  });
});

Deno.test("an on* handler keeps its place when replaced and loses it when removed", () => {
  const { socket, connection } = open();
  const heard: string[] = [];
  socket.onmessage = () => heard.push("first handler");
  socket.addEventListener("message", () => heard.push("listener"));
  socket.onmessage = function (): void {
    heard.push(`second handler, this is the socket: ${this === socket}`);
  };
  connection.send("");
  assertEquals(heard.splice(0), ["second handler, this is the socket: true", "listener"]);
  socket.onmessage = null;
  assertEquals(socket.onmessage, null);
  connection.send("");
  assertEquals(heard.splice(0), ["listener"]);
  const last = (): unknown => heard.push("last handler");
  socket.onmessage = last;
  assert(socket.onmessage === last);
  connection.send("");
  assertEquals(heard, ["listener", "last handler"]);
});

Deno.test("each on* attribute hears its event", () => {
  const { socket, connection } = dial();
  const heard: string[] = [];
  const hear = ({ type }: Event): unknown => heard.push(type);
  Object.assign(socket, { onopen: hear, onmessage: hear, onerror: hear, onclose: hear });
  connection.accept();
  connection.send("");
  connection.dispatch("error");
  connection.close();
  assertEquals(heard, ["open", "message", "error", "close"]);
});
