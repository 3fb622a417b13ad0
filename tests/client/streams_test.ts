import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { messages } from "../../lib/streams.ts";
import { type ReconnectingWebSocket, ReconnectingWebSocketError } from "../../mod.ts";
import { openRig, rig } from "./rig.ts";

/** Results of `next()` in short. */
function short(results: readonly IteratorResult<unknown>[]): unknown[] {
  return results.map(({ value, done }) => done ? "done" : value);
}

/** Reads until the end; an error is the last entry. */
async function readAll(iterable: AsyncIterable<unknown>): Promise<unknown[]> {
  const read: unknown[] = [];
  try {
    for await (const message of iterable) read.push(message);
  } catch (error) {
    read.push(error instanceof ReconnectingWebSocketError ? error.code : `${error}`);
  }
  return read;
}

/** How many listeners of each type a client has that were added through it from now on. */
function countListeners(target: EventTarget): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (type: string, change: number): void => {
    counts.set(type, (counts.get(type) ?? 0) + change);
  };
  const { addEventListener, removeEventListener } = target;
  const held = new Set<unknown>();
  target.addEventListener = (type: string, listener: never): void => {
    if (!held.has(listener)) count(type, 1);
    held.add(listener);
    addEventListener.call(target, type, listener);
  };
  target.removeEventListener = (type: string, listener: never): void => {
    if (held.delete(listener)) count(type, -1);
    removeEventListener.call(target, type, listener);
  };
  return counts;
}

const NO_LISTENERS = [["message", 0], ["close", 0]];

Deno.test("messages() keeps what comes before the first next()", async () => {
  const { ws, server } = openRig();
  const read = messages(ws);
  server.send("a");
  server.send("b");
  ws.close();
  assertEquals(short([await read.next(), await read.next()]), ["a", "b"]);
});

Deno.test("messages() goes on over a reconnection", async () => {
  const opened = openRig();
  const read = messages(opened.ws);
  opened.server.send("a");
  opened.server.drop();
  opened.clock.tick(2_000);
  opened.server.accept();
  opened.server.send("b");
  opened.ws.close();
  opened.clock.tick(0);
  assertEquals(await readAll(read), ["a", "b"]);
});

Deno.test("messages() goes on over a pause, whose close event is not the end", async () => {
  const opened = openRig();
  const read = messages(opened.ws);
  opened.server.send("a");
  opened.ws.pause();
  opened.clock.tick(0);
  assertEquals(opened.ws.state, "paused");
  opened.ws.resume();
  opened.server.accept();
  opened.server.send("b");
  opened.ws.close();
  opened.clock.tick(0);
  assertEquals(await readAll(read), ["a", "b"]);
});

Deno.test("messages() gives every consumer each message from its own beginning", async () => {
  const { ws, server, clock } = openRig();
  const first = messages(ws);
  server.send("a");
  const second = messages(ws);
  server.send("b");
  ws.close();
  clock.tick(0);
  assertEquals([await readAll(first), await readAll(second)], [["a", "b"], ["b"]]);
});

Deno.test("messages() serves overlapping calls of next() in order", async () => {
  const { ws, server, clock } = openRig();
  const read = messages(ws);
  const results = [read.next(), read.next(), read.next()];
  server.send("a");
  server.send("b");
  ws.close();
  clock.tick(0);
  assertEquals(short(await Promise.all(results)), ["a", "b", "done"]);
});

Deno.test("messages() ends at once for a client that is over already", async () => {
  const { ws, clock } = openRig();
  ws.close();
  clock.tick(0);
  const counts = countListeners(ws);
  const read = messages(ws);
  assertEquals(short([await read.next()]), ["done"]);
  assertEquals([...counts], NO_LISTENERS);
});

Deno.test("messages() throws the error of a client that gave up, after what was read", async () => {
  const { ws, server } = openRig();
  const read = messages(ws);
  server.send("a");
  server.close(4403);
  assertEquals(ws.state, "closed");
  assertEquals(await readAll(read), ["a", "fatal-close"]);
  assertEquals(short([await read.next()]), ["done"]);
});

Deno.test("messages() throws the one error of the client to one reader, and ends the others", async () => {
  const { ws, server } = openRig();
  const read = messages(ws);
  const results = [read.next(), read.next()];
  server.close(4403);
  const { error } = await ws.closed;
  const settled = await Promise.allSettled(results);
  assertEquals(settled, [
    { status: "rejected", reason: error },
    { status: "fulfilled", value: { value: undefined, done: true } },
  ]);
});

Deno.test("messages() throws when the client's own signal ended it", async () => {
  const controller = new AbortController();
  const { ws, clock } = openRig({ signal: controller.signal });
  const read = messages(ws);
  controller.abort();
  clock.tick(0);
  assertEquals(await readAll(read), ["aborted"]);
});

Deno.test("messages() called between the end and its last event ends by it", async () => {
  const { ws, clock } = openRig();
  let read: AsyncIterable<unknown> = [] as never;
  ws.addEventListener("statechange", ({ state }) => {
    if (state === "closed") read = messages(ws);
  });
  ws.close();
  clock.tick(0);
  assertEquals(await readAll(read), []);
});

Deno.test("messages() leaves no listener after break, and the client open", async () => {
  const { ws, server } = openRig();
  const counts = countListeners(ws);
  const read = messages(ws);
  server.send("a");
  server.send("b");
  for await (const message of read) {
    assertEquals(message, "a");
    break;
  }
  assertEquals([[...counts], ws.state], [NO_LISTENERS, "open"]);
  assertEquals(short([await read.next()]), ["done"]);
});

Deno.test("messages() leaves no listener after the end of the client", async () => {
  const { ws, clock } = openRig();
  const counts = countListeners(ws);
  const read = messages(ws);
  ws.close();
  clock.tick(0);
  assertEquals([await readAll(read), [...counts]], [[], NO_LISTENERS]);
});

Deno.test("return() ends the calls of next() that wait", async () => {
  const { ws } = openRig();
  const read = messages(ws);
  const results = [read.next(), read.next()];
  assertEquals(await read.return?.("given"), { value: "given", done: true });
  assertEquals(short(await Promise.all(results)), ["done", "done"]);
});

Deno.test("return() discards what was not read, and an error that was to come", async () => {
  const { ws, server } = openRig();
  const read = messages(ws);
  server.send("a");
  server.close(4403);
  await ws.closed;
  await read.return?.();
  assertEquals(short([await read.next()]), ["done"]);
});

Deno.test("a signal ends the iteration with its reason, discards what waits and leaves no listener", async () => {
  const { ws, server } = openRig();
  const counts = countListeners(ws);
  const controller = new AbortController();
  const ofSignal = countListeners(controller.signal);
  const read = messages(ws, { signal: controller.signal });
  server.send("a");
  controller.abort("enough");
  server.send("b");
  assertEquals(await readAll(read), ["enough"]);
  assertEquals(short([await read.next()]), ["done"]);
  assertEquals([[...counts], [...ofSignal]], [NO_LISTENERS, [["abort", 0]]]);
});

Deno.test("a signal rejects the call of next() that waits", async () => {
  const { ws } = openRig();
  const controller = new AbortController();
  const read = messages(ws, { signal: controller.signal });
  const result = read.next();
  controller.abort(new Error("enough"));
  await assertRejects(() => result, Error, "enough");
});

Deno.test("a signal that is aborted already ends the iteration", async () => {
  const { ws } = openRig();
  const counts = countListeners(ws);
  const read = messages(ws, { signal: AbortSignal.abort("enough") });
  assertEquals([await readAll(read), [...counts]], [["enough"], NO_LISTENERS]);
});

Deno.test("a signal discards what is unread also after the end of the client", async () => {
  const { ws, server, clock } = openRig();
  const controller = new AbortController();
  const read = messages(ws, { signal: controller.signal });
  server.send("a");
  ws.close();
  clock.tick(0);
  await ws.closed;
  controller.abort("enough");
  assertEquals(await readAll(read), ["enough"]);
});

Deno.test("a signal says nothing after the iteration has ended", async () => {
  const { ws } = openRig();
  const controller = new AbortController();
  const read = messages(ws, { signal: controller.signal });
  await read.return?.();
  controller.abort("enough");
  assertEquals(short([await read.next()]), ["done"]);
});

Deno.test("overflow error ends the iteration after what was kept, and stops collecting", async () => {
  const { ws, server } = openRig();
  const counts = countListeners(ws);
  const read = messages(ws, { maxMessages: 2 });
  for (const text of ["a", "b", "c", "d"]) server.send(text);
  assertEquals([...counts], NO_LISTENERS);
  assertEquals([await readAll(read), ws.state], [["a", "b", "queue-overflow"], "open"]);
});

Deno.test("overflow drop-oldest keeps the newest", async () => {
  const { ws, server, clock } = openRig();
  const read = messages(ws, { maxMessages: 2, overflow: "drop-oldest" });
  for (const text of ["a", "b", "c"]) server.send(text);
  ws.close();
  clock.tick(0);
  assertEquals(await readAll(read), ["b", "c"]);
});

Deno.test("overflow drop-newest keeps the oldest", async () => {
  const { ws, server, clock } = openRig();
  const read = messages(ws, { maxMessages: 2, overflow: "drop-newest" });
  for (const text of ["a", "b", "c"]) server.send(text);
  ws.close();
  clock.tick(0);
  assertEquals(await readAll(read), ["a", "b"]);
});

Deno.test("maxBytes counts UTF-8, buffers and Blobs", async () => {
  const { ws, server } = openRig();
  for (
    const [data, bytes] of [
      ["a€", 4],
      [new Uint8Array(5), 5],
      [new Blob(["sixsix"]), 6],
      [{ toString: () => "object" }, 6],
      [null, 4],
    ] as const
  ) {
    const fits = messages(ws, { maxBytes: bytes, overflow: "drop-newest" });
    const exceeds = messages(ws, { maxBytes: bytes - 1 });
    if (typeof data === "string") server.send(data);
    else ws.dispatchEvent(new MessageEvent("message", { data }));
    assertEquals(short([await fits.next()]), [data]);
    assertEquals(await readAll(exceeds), ["queue-overflow"]);
    await fits.return?.();
  }
});

Deno.test("a message that a reader waits for has no bound", async () => {
  const { ws, server } = openRig();
  const read = messages(ws, { maxBytes: 1 });
  const result = read.next();
  server.send("longer");
  server.send("x");
  assertEquals(short([await result, await read.next()]), ["longer", "x"]);
});

Deno.test("decode makes the values, when they are read", async () => {
  const { ws, server } = openRig();
  const decoded: string[] = [];
  const read = messages(ws, {
    maxMessages: 1,
    overflow: "drop-oldest",
    decode: (data): number => decoded.push(data),
  });
  server.send("a");
  server.send("b");
  assertEquals(decoded, []);
  assertEquals([short([await read.next()]), decoded], [[1], ["b"]]);
});

Deno.test("decode that throws ends the iteration with that error, and the rest is discarded", async () => {
  const { ws, server } = openRig();
  const counts = countListeners(ws);
  const read = messages(ws, { decode: JSON.parse });
  for (const text of ["1", "not JSON", "2"]) server.send(text);
  assertEquals((await read.next()).value, 1);
  await assertRejects(() => read.next(), SyntaxError);
  assertEquals([short([await read.next()]), [...counts], ws.state], [
    ["done"],
    NO_LISTENERS,
    "open",
  ]);
});

Deno.test("onError gets what decode throws, and the message is skipped", async () => {
  const { ws, server, clock } = openRig();
  const errors: unknown[] = [];
  const read = messages(ws, {
    decode: JSON.parse,
    onError: (error, data) => errors.push((error as Error).name, data),
  });
  const first = read.next();
  for (const text of ["not JSON", "1", "neither", "2"]) server.send(text);
  ws.close();
  clock.tick(0);
  assertEquals([short([await first]), await readAll(read)], [[1], [2]]);
  assertEquals(errors, ["SyntaxError", "not JSON", "SyntaxError", "neither"]);
});

Deno.test("onError that throws ends the iteration with its own error", async () => {
  const { ws, server } = openRig();
  const onError = (): never => {
    throw new Error("mine");
  };
  const read = messages(ws, { decode: JSON.parse, onError });
  server.send("not JSON");
  assertEquals(await readAll(read), ["Error: mine"]);
});

Deno.test("decode that throws undefined ends the iteration with that", async () => {
  const { ws, server } = openRig();
  const decode = (): never => {
    // deno-lint-ignore no-throw-literal -- what a user's code may do
    throw undefined;
  };
  const read = messages(ws, { decode });
  server.send("a");
  assertEquals(await Promise.allSettled([read.next()]), [
    { status: "rejected", reason: undefined },
  ]);
});

Deno.test("decode that reads or brings messages changes no order", async () => {
  const { ws, server, clock } = openRig();
  const nested: Promise<IteratorResult<string>>[] = [];
  const read = messages<string>(ws, {
    decode(data): string {
      if (data === "a") {
        nested.push(read.next());
        server.send("c");
      }
      return data;
    },
  });
  const first = read.next();
  server.send("a");
  server.send("b");
  ws.close();
  clock.tick(0);
  assertEquals(short([await first, ...await Promise.all(nested)]), ["a", "c"]);
  assertEquals(await readAll(read), ["b"]);
});

Deno.test("decode that brings a message counts it, as no reader waits for that", async () => {
  const { ws, server } = openRig();
  const read = messages<string>(ws, {
    maxBytes: 4,
    decode(data): string {
      if (data === "a") server.send("longer");
      return data;
    },
  });
  const first = read.next();
  server.send("a");
  assertEquals([short([await first]), await readAll(read)], [["a"], ["queue-overflow"]]);
});

Deno.test("decode that ends the iteration leaves nothing to read", async () => {
  const { ws, server } = openRig();
  const read = messages<string>(ws, {
    decode(data): string {
      void read.return?.();
      return data;
    },
  });
  const results = [read.next(), read.next()];
  server.send("a");
  server.send("b");
  assertEquals(short(await Promise.all(results)), ["a", "done"]);
});

/** As libraries build them: an object, or a function with a property. */
function schemas(): (object & { "~standard": { validate(value: unknown): never } })[] {
  const validate = (value: unknown): unknown =>
    typeof value === "string" && value.length > 1
      ? { value: value.length }
      : { issues: [{ message: "too short" }], value };
  const standard = { "~standard": { version: 1, vendor: "tests", validate } };
  return [standard, Object.assign(() => 5, standard)] as never;
}

for (const schema of schemas()) {
  Deno.test(`decode takes a Standard Schema that is of type ${typeof schema}`, async () => {
    const { ws, server } = openRig();
    const read = messages<number>(ws, { decode: schema });
    server.send("abc");
    server.send("a");
    assertEquals((await read.next()).value, 3);
    const { name, message, cause } = await assertRejects(() => read.next(), TypeError);
    assertEquals([name, message, cause], [
      "TypeError",
      "Cannot decode a message",
      { issues: [{ message: "too short" }], value: "a" },
    ]);
  });
}

Deno.test("decode refuses a schema that answers later", async () => {
  const { ws, server } = openRig();
  const validate = (value: unknown): Promise<{ value: unknown }> => Promise.resolve({ value });
  const read = messages(ws, { decode: { "~standard": { validate } } });
  server.send("a");
  await assertRejects(() => read.next(), TypeError, "Cannot decode a message");
});

Deno.test("decode leaves no rejection of a schema that answers later unhandled", async () => {
  const unhandled: unknown[] = [];
  const listen = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listen);
  const { ws, server } = openRig();
  const validate = (): Promise<never> => Promise.reject(new Error("no database"));
  const read = messages(ws, { decode: { "~standard": { validate } } });
  server.send("a");
  await assertRejects(() => read.next(), TypeError, "Cannot decode a message");
  // The platform tells of it in a task of its own.
  await new Promise((resolve) => setTimeout(resolve, 0));
  globalThis.removeEventListener("unhandledrejection", listen);
  assertEquals(unhandled, []);
});

for (
  const [options, message] of [
    [{ maxMessages: 0 }, "'maxMessages' must be between 1 and"],
    [{ maxMessages: NaN }, "'maxMessages' must be between 1 and"],
    [{ maxMessages: "5" }, "'maxMessages' must be between 1 and"],
    [{ maxBytes: -1 }, "'maxBytes' must be between 0 and"],
    [{ maxBytes: Infinity }, "'maxBytes' must be between 0 and"],
    [{ signal: { aborted: false } }, "addEventListener is not a function"],
  ] as const
) {
  Deno.test(`messages() refuses ${JSON.stringify(options)} and leaves no listener`, () => {
    const { ws } = openRig();
    const counts = countListeners(ws);
    assertThrows(() => messages(ws, options as object), Error, message);
    assertEquals([...counts], []);
  });
}

Deno.test("messages() takes a word that is no overflow for error: nothing is lost unnoticed", async () => {
  const { ws, server } = openRig();
  const read = messages(ws, { maxMessages: 1, overflow: "throw" as never });
  server.send("a");
  server.send("b");
  assertEquals(await readAll(read), ["a", "queue-overflow"]);
});

Deno.test("messages() counts the attempt of an overflow", async () => {
  const opened = rig();
  opened.server.refuse();
  opened.clock.tick(2_000);
  opened.server.accept();
  const read = messages(opened.ws, { maxMessages: 1 });
  opened.server.send("a");
  opened.server.send("b");
  await read.next();
  const { attempt } = await assertRejects(() => read.next(), ReconnectingWebSocketError);
  assertEquals(attempt, 1);
});

Deno.test("a thousand iterations that were broken off leave nothing with the client", async () => {
  const { ws, server } = openRig();
  const counts = countListeners(ws);
  let waiting = 0;
  const closed = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(ws),
    "closed",
  )?.get as (this: ReconnectingWebSocket) => Promise<unknown>;
  Object.defineProperty(ws, "closed", {
    get(): Promise<unknown> {
      waiting++;
      return closed.call(ws);
    },
  });
  for (let n = 0; n < 1_000; n++) {
    const read = messages(ws);
    server.send("a");
    await read.next();
    await read.return?.();
  }
  assertEquals([[...counts], waiting], [NO_LISTENERS, 0]);
});
