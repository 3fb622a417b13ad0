import { assert, assertEquals } from "@std/assert";
import type { Arrival } from "../../lib/connection/attempt.ts";
import { Inbox, readPace } from "../../lib/features/handshake.ts";
import type { Pace } from "../../lib/machine/state.ts";

const LIMITS = { maxMessages: 2, maxBytes: 10, overflow: "drop-oldest" } as const;

function arrival(data: unknown): Arrival {
  return { data, origin: "wss://example.com" };
}

/** What a promise has become after the jobs that are pending. */
async function settled(promise: Promise<unknown>): Promise<unknown> {
  const nothing = Symbol();
  const result = await Promise.race([
    promise.then((value) => ["resolved", value], (reason) => ["rejected", reason]),
    Promise.resolve().then(() => Promise.resolve()).then(() => nothing),
  ]);
  return result === nothing ? ["pending"] : result;
}

Deno.test("Inbox gives what nobody received, oldest first", () => {
  const inbox = new Inbox(LIMITS);
  assertEquals([inbox.put(arrival("a")), inbox.put(arrival("b"))], [true, true]);
  assertEquals([inbox.take(), inbox.take(), inbox.take()], [
    arrival("a"),
    arrival("b"),
    undefined,
  ]);
});

Deno.test("Inbox refuses a message too many, whatever the queue's own policy", () => {
  const inbox = new Inbox(LIMITS);
  assertEquals(["a", "b", "c"].map((data) => inbox.put(arrival(data))), [true, true, false]);
  assertEquals([inbox.take()?.data, inbox.take()?.data], ["a", "b"]);
});

Deno.test("Inbox refuses a byte too many, counted as UTF-8 or as the size of the data", () => {
  const fits = (data: unknown): boolean => new Inbox(LIMITS).put(arrival(data));
  assertEquals(["€€€a", "€€€ab"].map(fits), [true, false]);
  assertEquals([10, 11].map((length) => fits(new ArrayBuffer(length))), [true, false]);
  assertEquals([10, 11].map((length) => fits(new Blob(["x".repeat(length)]))), [true, false]);
});

Deno.test("Inbox takes data whose size it cannot know for empty", () => {
  // `ws` with binaryType "fragments" gives an array of buffers.
  assertEquals(new Inbox(LIMITS).put(arrival([new Uint8Array(100)])), true);
});

Deno.test("Inbox.receive() gives what came before, and then waits", async () => {
  const inbox = new Inbox(LIMITS);
  inbox.put(arrival("a"));
  const [first, second] = [inbox.receive(), inbox.receive()];
  assertEquals([await settled(first), await settled(second)], [["resolved", "a"], ["pending"]]);
  inbox.put(arrival("b"));
  assertEquals(await second, "b");
});

Deno.test("Inbox.put() serves who waits in order, and keeps nothing of it", async () => {
  const inbox = new Inbox({ ...LIMITS, maxMessages: 0 });
  const waiting = [inbox.receive(), inbox.receive()];
  assertEquals([inbox.put(arrival("a")), inbox.put(arrival("b"))], [true, true]);
  assertEquals(await Promise.all(waiting), ["a", "b"]);
  assertEquals(inbox.take(), undefined);
});

Deno.test("Inbox.close() rejects who waits, now and later", async () => {
  const inbox = new Inbox(LIMITS);
  const waiting = inbox.receive();
  const gone = new Error("gone");
  inbox.close(gone);
  assertEquals(await settled(waiting), ["rejected", gone]);
  assertEquals(await settled(inbox.receive()), ["rejected", gone]);
});

Deno.test("Inbox.close() leaves what came before to be received or taken", async () => {
  const inbox = new Inbox(LIMITS);
  inbox.put(arrival("a"));
  inbox.put(arrival("b"));
  inbox.close(new Error("gone"));
  assertEquals(await settled(inbox.receive()), ["resolved", "a"]);
  assertEquals(inbox.take(), arrival("b"));
});

Deno.test("Inbox.receive() that nobody listens to is no unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const note = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  addEventListener("unhandledrejection", note);
  const inbox = new Inbox(LIMITS);
  inbox.receive();
  inbox.close(new Error("gone"));
  inbox.receive();
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 0);
  await promise;
  removeEventListener("unhandledrejection", note);
  assertEquals(unhandled, []);
  assert(inbox.take() === undefined);
});

const PACES: readonly (readonly [what: string, result: unknown, pace: unknown])[] = [
  ["nothing", undefined, null],
  ["null", null, null],
  ["text", "pong", null],
  ["another object", { token: "x" }, null],
  ["no heartbeat", { heartbeat: undefined }, null],
  ["an empty one", { heartbeat: {} }, null],
  ["one number", { heartbeat: { intervalMs: 5_000 } }, { intervalMs: 5_000 }],
  ["both", { heartbeat: { intervalMs: 5_000, timeoutMs: 2_000 } }, {
    intervalMs: 5_000,
    timeoutMs: 2_000,
  }],
  ["too little", { heartbeat: { intervalMs: 0, timeoutMs: -5 } }, {
    intervalMs: 1_000,
    timeoutMs: 1_000,
  }],
  ["too much", { heartbeat: { timeoutMs: Infinity } }, { timeoutMs: 2 ** 31 - 1 }],
  ["nonsense", { heartbeat: { intervalMs: NaN, timeoutMs: "5" } }, null],
];

for (const [what, result, pace] of PACES) {
  Deno.test(`readPace() of ${what}`, () => assertEquals(readPace(result), pace as Pace | null));
}
