import { assert, assertEquals, assertThrows } from "@std/assert";
import { FakeNetwork, type RuntimeProfile } from "@holdfast/websocket/testing";
import { dial, open, RUNTIMES } from "./world.ts";

/** What each runtime was measured to do, as one row of the table. */
function row(
  topic: string,
  expected: Readonly<Record<RuntimeProfile, unknown>>,
  run: (runtime: RuntimeProfile) => unknown,
): void {
  for (const runtime of RUNTIMES) {
    Deno.test(`FakeNetwork imitates ${runtime}: ${topic}`, () => {
      assertEquals(run(runtime), expected[runtime]);
    });
  }
}

/** The name and the code of what `action` throws, or what it returns. */
function outcome(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error instanceof Error || error instanceof DOMException ? error.name : error;
  }
}

row("a failed connect", {
  browser: [`error 3`, `close 3 1006 "" unclean`],
  deno: [`error 3`, `close 3 0 "" unclean`],
  bun: [`error 3`, `close 3 1006 "" unclean`],
  node22: [`error 0`],
  node24: [`error 3`, `close 3 1006 "" unclean`],
  workerd: [`error 3`, `close 3 1006 "Failed to establish websocket connection" unclean`],
}, (runtime) => {
  const { connection, clock, log } = dial(runtime);
  connection.refuse();
  clock.tick(60_000);
  return log;
});

row("a connection that drops", {
  browser: [`close 3 1006 "" unclean`],
  deno: [`error 3`, `close 3 0 "" unclean`],
  bun: [`close 3 1006 "" unclean`],
  node22: [`close 3 1006 "" unclean`],
  node24: [`error 3`, `close 3 1006 "" unclean`],
  workerd: [`close 1 1006 "WebSocket disconnected without sending Close frame." unclean`],
}, (runtime) => {
  const { connection, log } = open(runtime);
  connection.drop();
  return log;
});

row("close() while connecting", {
  browser: [`returned 2`, `error 3`, `close 3 1006 "" unclean`, `ended 3`],
  deno: [`returned 2`, `error 3`, `close 3 0 "" unclean`, `ended 3`],
  bun: [`returned 2`, `error 3`, `close 3 1006 "" unclean`, `ended 3`],
  node22: [`error 0`, `returned 2`, `error 2`, `ended 2`],
  node24: [`error 3`, `close 3 1006 "" unclean`, `returned 2`, `ended 2`],
  workerd: [
    `returned 1`,
    `error 3`,
    `close 3 1006 "Failed to establish websocket connection" unclean`,
    `ended 3`,
  ],
}, (runtime) => {
  const { socket, clock, log } = dial(runtime);
  socket.close(3001, "mine");
  log.push(`returned ${socket.readyState}`);
  clock.tick(60_000);
  log.push(`ended ${socket.readyState}`);
  return log;
});

row("close() after a failed connect", {
  browser: { log: [], readyState: 3 },
  deno: { log: [], readyState: 3 },
  bun: { log: [], readyState: 3 },
  node22: { log: ["error 0"], readyState: 2 },
  node24: { log: [], readyState: 3 },
  workerd: { log: [], readyState: 3 },
}, (runtime) => {
  const { socket, connection, clock, log } = dial(runtime);
  connection.refuse();
  log.length = 0;
  socket.close();
  clock.tick(60_000);
  return { log, readyState: socket.readyState };
});

row("readyState when the server closes", {
  browser: [`close 3 1012 "restart" clean`],
  deno: [`close 3 1012 "restart" clean`],
  bun: [`close 3 1012 "restart" clean`],
  node22: [`close 3 1012 "restart" clean`],
  node24: [`close 3 1012 "restart" clean`],
  workerd: [`close 2 1012 "restart" clean`],
}, (runtime) => {
  const { connection, log } = open(runtime);
  connection.close(1012, "restart");
  return log;
});

row("a message after the client's close()", {
  browser: [`close 3 1000 "" clean`],
  deno: [`message 2 late`, `close 3 1000 "" clean`],
  bun: [`close 3 1000 "" clean`],
  node22: [`close 3 1000 "" clean`],
  node24: [`close 3 1000 "" clean`],
  workerd: [`message 2 late`, `close 3 1000 "" clean`],
}, (runtime) => {
  const { socket, connection, clock, log } = open(runtime);
  socket.close(1000);
  connection.send("late");
  clock.tick(0);
  return log;
});

row("send() while connecting", {
  browser: "InvalidStateError",
  deno: "InvalidStateError",
  bun: "InvalidStateError",
  node22: "InvalidStateError",
  node24: "InvalidStateError",
  workerd: "TypeError",
}, (runtime) => outcome(() => dial(runtime).socket.send("early")));

row("bufferedAmount after send() while closing and closed", {
  browser: [3, 8],
  deno: [0, 0],
  bun: [3, 8],
  node22: [0, 0],
  node24: [0, 0],
  workerd: ["TypeError", "TypeError"],
}, (runtime) => {
  const { socket, clock, connection } = open(runtime);
  const late = (data: string): unknown =>
    outcome(() => {
      socket.send(data);
      return socket.bufferedAmount;
    });
  socket.close(1000);
  const closing = late("abc");
  clock.tick(0);
  const result = [closing, late("abcé")];
  assertEquals(connection.sent, []);
  return result;
});

row("send() after close() while connecting", {
  browser: 3,
  deno: 0,
  bun: 3,
  node22: 0,
  node24: 0,
  workerd: "TypeError",
}, (runtime) => {
  const { socket } = dial(runtime);
  socket.close();
  return outcome(() => {
    socket.send("abc");
    return socket.bufferedAmount;
  });
});

row("bufferedAmount of an open socket", {
  browser: 0,
  deno: 0,
  bun: 0,
  node22: 0,
  node24: 0,
  workerd: undefined,
}, (runtime) => open(runtime).socket.bufferedAmount);

row(
  "the close codes taken",
  {
    browser: [1000, 3000, 4999],
    deno: [1000, 3000, 4999],
    bun: [1000, 1001, 1011, 1014, 3000, 4999],
    node22: [1000, 3000, 4999],
    node24: [1000, 3000, 4999],
    workerd: [1000, 1001, 1011, 1014, 2999, 3000, 4999],
  },
  (runtime) =>
    [999, 1000, 1001, 1005, 1011, 1014, 2999, 3000, 4999, 5000].filter((code) =>
      outcome(() => open(runtime).socket.close(code)) === undefined
    ),
);

row("close(undefined, reason)", {
  browser: "InvalidAccessError",
  deno: [`close 3 1002 "" clean`],
  bun: [`close 3 1000 "why" clean`],
  node22: [`close 3 1005 "" clean`],
  node24: [`close 3 1000 "why" clean`],
  workerd: "InvalidAccessError",
}, (runtime) => {
  const { socket, clock, log } = open(runtime);
  return outcome(() => {
    socket.close(undefined, "why");
    clock.tick(0);
    return log;
  });
});

row("binaryType at first, and after an unknown one", {
  browser: ["blob", "arraybuffer"],
  deno: ["blob", "arraybuffer"],
  bun: ["nodebuffer", "arraybuffer"],
  node22: ["blob", "blob"],
  node24: ["blob", "blob"],
  workerd: ["blob", "arraybuffer"],
}, (runtime) => {
  const { socket } = dial(runtime);
  const first: string = socket.binaryType;
  socket.binaryType = "arraybuffer";
  socket.binaryType = "bogus" as BinaryType;
  return [first, socket.binaryType];
});

row("bytes arrive as", {
  browser: "Blob",
  deno: "Blob",
  bun: "Uint8Array",
  node22: "Blob",
  node24: "Blob",
  workerd: "Blob",
}, (runtime) => {
  const { socket, connection } = open(runtime);
  let name = "";
  socket.addEventListener("message", ({ data }) => name = data.constructor.name);
  connection.send(new Uint8Array([1, 2]));
  return name;
});

row("origin of messages", {
  browser: "wss://example.com",
  deno: "wss://example.com/chat",
  bun: "wss://example.com",
  node22: "wss://example.com",
  node24: "wss://example.com",
  workerd: "",
}, (runtime) => {
  const { socket, connection } = open(runtime);
  let origin: string | null = null;
  socket.addEventListener("message", (event) => origin = event.origin);
  connection.send("hello");
  return String(origin);
});

row("the classes of close and error events", {
  browser: { isCloseEvent: true, isErrorEvent: false },
  deno: { isCloseEvent: true, isErrorEvent: true },
  bun: { isCloseEvent: true, isErrorEvent: true },
  node22: { isCloseEvent: false, isErrorEvent: false },
  node24: { isCloseEvent: true, isErrorEvent: false },
  workerd: { isCloseEvent: true, isErrorEvent: true },
}, (runtime) => {
  const { socket, connection } = open(runtime);
  const seen: Event[] = [];
  for (const type of ["close", "error"] as const) {
    socket.addEventListener(type, (event: Event) => seen.push(event));
    connection.dispatch(type, { code: 1001 });
  }
  const [close, error] = seen;
  assertEquals((close as CloseEvent).code, 1001);
  return {
    isCloseEvent: close instanceof CloseEvent,
    isErrorEvent: error instanceof ErrorEvent,
  };
});

row("the text of an error event", {
  browser: undefined,
  deno: "NetworkError: failed to connect to WebSocket: tcp connect error",
  bun: "WebSocket connection to 'wss://example.com/chat' failed: Failed to connect",
  node22: "Received network error or non-101 status code.",
  node24: "",
  workerd: "Uncaught Error: Network connection lost.",
}, (runtime) => {
  const { socket, connection } = dial(runtime);
  let message: string | undefined;
  socket.addEventListener("error", (event) => message = (event as ErrorEvent).message);
  connection.refuse();
  return message;
});

row("protocol and extensions when the server chooses none", {
  browser: ["", ""],
  deno: ["", ""],
  bun: ["", ""],
  node22: ["", ""],
  node24: ["", ""],
  workerd: [null, null],
}, (runtime) => {
  const { socket } = open(runtime);
  return [socket.protocol, socket.extensions];
});

row("a server that ignores the subprotocol", {
  browser: [`error 3`, `close 3 1006 "" unclean`],
  deno: [`open 1`],
  bun: [`error 3`, `close 3 1006 "" unclean`],
  node22: [`error 0`],
  node24: [`error 3`, `close 3 1006 "" unclean`],
  workerd: [`open 1`],
}, (runtime) => {
  const { connection, log } = dial(runtime, ["v2", "v1"]);
  connection.accept("");
  return log;
});

row(
  "subprotocols that differ in case only",
  {
    browser: 2,
    deno: "SyntaxError",
    bun: "SyntaxError",
    node22: "SyntaxError",
    node24: "SyntaxError",
    workerd: 2,
  },
  (runtime) => outcome(() => dial(runtime, ["a", "A"]).connection.protocols.length),
);

row(
  "an http URL",
  {
    browser: "ws://example.com/",
    deno: "ws://example.com/",
    bun: "ws://example.com/",
    node22: "ws://example.com/",
    node24: "ws://example.com/",
    workerd: "SyntaxError",
  },
  (runtime) =>
    outcome(() => new (new FakeNetwork({ runtime }).WebSocket)("http://example.com").url),
);

row("an object in place of the subprotocols", {
  browser: "SyntaxError",
  deno: { headers: { authorization: "Bearer t" } },
  bun: { headers: { authorization: "Bearer t" } },
  node22: { headers: { authorization: "Bearer t" } },
  node24: { headers: { authorization: "Bearer t" } },
  workerd: "SyntaxError",
}, (runtime) => {
  const options = { headers: { authorization: "Bearer t" } };
  return outcome(() => dial(runtime, options as unknown as string).connection.options);
});

Deno.test("FakeNetwork refuses a runtime that it has no profile of", () => {
  assertThrows(
    () => new FakeNetwork({ runtime: "netscape" as RuntimeProfile }),
    RangeError,
    "Cannot imitate a runtime as 'runtime' must be one of browser, deno, bun, node22, node24, workerd: current value is netscape",
  );
});

Deno.test("a close event without the CloseEvent class carries its fields", () => {
  const { socket, connection } = open("node22");
  let seen: CloseEvent | null = null;
  socket.addEventListener("close", (event) => seen = event);
  connection.close(1012, "restart");
  assert(seen !== null);
  const { type, code, reason, wasClean, target } = seen as CloseEvent;
  assertEquals({ type, code, reason, wasClean }, {
    type: "close",
    code: 1012,
    reason: "restart",
    wasClean: true,
  });
  assert(target === socket);
});
