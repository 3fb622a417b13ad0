/** Whatever a user's function does, the client goes on, and no rejection or exception is left over. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type ReconnectingWebSocket,
  ReconnectingWebSocketError,
  type ReconnectingWebSocketOptions,
} from "../../mod.ts";
import { leftovers, NOTHING_LEFT, openRig, type Rig, rig } from "./rig.ts";

/** The errors of all `error` events from now on. */
function errorsOf(ws: ReconnectingWebSocket): ReconnectingWebSocketError[] {
  const errors: ReconnectingWebSocketError[] = [];
  ws.addEventListener("error", ({ error }) => errors.push(error));
  return errors;
}

Deno.test("errors carry their name, code, attempt and a message without a value", () => {
  const it = rig();
  const errors = errorsOf(it.ws);
  it.server.refuse();
  it.clock.tick(1_500);
  it.server.accept();
  it.server.drop();
  for (const error of errors) {
    assertInstanceOf(error, Error);
    assertInstanceOf(error, ReconnectingWebSocketError);
  }
  assertEquals(
    errors.map(({ name, code, attempt, message }) => [name, code, attempt, message]),
    [
      ["ReconnectingWebSocketError", "connect-failed", 0, "Connect failed"],
      ["ReconnectingWebSocketError", "connection-lost", 1, "Connection lost"],
    ],
  );
});

Deno.test("closed resolves with the error that ended the client, opened rejects with it", async () => {
  const it = rig({ maxAttempts: 0 });
  const errors = errorsOf(it.ws);
  it.server.refuse();
  const ending = await it.ws.closed;
  assertEquals(ending, {
    code: 1006,
    reason: "",
    wasClean: false,
    error: errors[0] ?? null,
    undelivered: [],
  });
  const rejection = await assertRejects(() => it.ws.opened, ReconnectingWebSocketError);
  assertEquals(rejection, errors[0]);
});

const boom = (): never => {
  throw new Error("boom");
};
const reject = (): Promise<never> => Promise.reject(new Error("boom"));

/** All functions that a user can give, broken in one way each. */
const BROKEN: Readonly<Record<string, ReconnectingWebSocketOptions>> = {
  "a trace that throws": { trace: boom },
  "a shouldRetry that throws": { shouldRetry: boom },
  "a shouldRetry that rejects": { shouldRetry: reject as unknown as () => boolean },
  "a backoff that throws": { backoff: boom },
  "a backoff that rejects": { backoff: reject as unknown as () => number },
  "an isReply that throws": { heartbeat: { isReply: boom } },
  "a heartbeat message that throws": { heartbeat: { intervalMs: 5, timeoutMs: 50, message: boom } },
  "a random source that throws": { sources: { random: boom } },
};

/** Connects, talks, is dropped, comes back, closes. */
async function live(it: Rig): Promise<string[]> {
  it.server.accept();
  await it.clock.tickAsync(10);
  it.server.send("hello");
  it.ws.send("hello");
  it.server.drop();
  await it.clock.runUntil(() => it.network.connections.length === 2);
  it.server.accept();
  await it.clock.tickAsync(1);
  it.ws.close();
  await it.clock.tickAsync(3_000);
  return it.log.map((line) => line.split(" ")[1] ?? "").filter((type) => type !== "statechange");
}

for (const [what, options] of Object.entries(BROKEN)) {
  Deno.test(`${what} does not break the client`, async () => {
    const it = rig(options);
    const types = await live(it);
    assertEquals(types, ["open", "message", "error", "close", "retry", "open", "close"]);
    assertEquals(leftovers(it), NOTHING_LEFT);
  });
}

Deno.test("a clock that throws comes out of the constructor, before anything was dialled", () => {
  let dials = 0;
  const wrap = (inner: typeof WebSocket): typeof WebSocket =>
    class extends inner {
      constructor(url: string | URL) {
        dials++;
        super(url);
      }
    };
  let thrown: unknown;
  try {
    rig({ wrap, sources: { clock: { now: boom, setTimeout: boom, clearTimeout: boom } } });
  } catch (error) {
    thrown = error;
  }
  assertEquals([(thrown as Error).message, dials], ["boom", 0]);
});

Deno.test("a send that throws while open loses no other message", () => {
  const { ws, server } = openRig({
    wrap: (inner) =>
      class extends inner {
        override send(data: string): void {
          if (data === "bad") throw new Error("refused");
          super.send(data);
        }
      },
  });
  assertEquals(["1", "bad", "2"].map((text) => ws.send(text)), [true, false, true]);
  assertEquals(server.sent, ["1", "2"]);
  assert(ws.readyState === 1);
});
