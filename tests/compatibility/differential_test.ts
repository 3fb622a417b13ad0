import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@holdfast/websocket";
import { openServer } from "./beside_native.ts";
import { type Life, live, lives, type Seen, serveLives } from "./differential.ts";
import { differences } from "./differences.ts";
import type { SocketClass } from "./trial.ts";

const RUNS = 60;

/** What Deno's class may give in another way, by the name of the difference that says why. */
const ALLOWANCES: Readonly<Record<string, (seen: readonly Seen[]) => readonly Seen[]>> = {
  "the events of a life that is cut off": (seen) =>
    seen.map((it) =>
      it[0] === "close" && it[2] === 0 ? ["close", it[1], 1006, ...it.slice(3)] : it
    ),
  "messages that come after close()": (seen) =>
    seen.filter(([type, readyState]) => type !== "message" || readyState === 1),
};

/** As the contract is compared: no reconnection, no queue. */
function single(options: ReconnectingWebSocketOptions = {}): SocketClass {
  return class extends ReconnectingWebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols, { maxAttempts: 0, queue: false, ...options });
    }
  };
}

/** Plays random lives to the native class and to `Ours`. */
async function compare(Ours: SocketClass): Promise<fc.RunDetails<[Life]>> {
  let current: Life | undefined;
  await using server = await openServer(serveLives(() => {
    if (!current) throw new Error("no life yet");
    return current;
  }));
  return await fc.check(
    fc.asyncProperty(lives, async (life) => {
      current = life;
      const native = await live(WebSocket, server.host, life);
      assertEquals(native[0]?.[0], life.start === "accept" ? "open" : "error");
      const ours = await live(Ours, server.host, life);
      const allowed = Object.values(ALLOWANCES).reduce(
        (seen, allow) => allow(seen),
        native as readonly Seen[],
      );
      assertEquals(ours, allowed);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}

Deno.test("ReconnectingWebSocket lives any life as Deno's WebSocket does", async () => {
  const details = await compare(single());
  assert(!details.failed, `${fc.defaultReportMessage(details)}\n${details.errorInstance}`);
});

Deno.test("the differences that any life is allowed are those of the contract", () => {
  const names = Object.keys(differences.deno ?? {});
  assertEquals(Object.keys(ALLOWANCES).filter((name) => !names.includes(name)), []);
});

Deno.test("the comparison of lives finds a class that forgets the reason of close()", async () => {
  const Ours = single() as unknown as typeof ReconnectingWebSocket;
  class Forgetful extends Ours {
    override close(code?: number): void {
      super.close(code);
    }
  }
  const { failed } = await compare(Forgetful as unknown as SocketClass);
  assert(failed);
});

Deno.test("the comparison of lives finds a class that changes what it sends", async () => {
  class Changing extends WebSocket {
    override send(data: Parameters<WebSocket["send"]>[0]): void {
      super.send(typeof data === "string" ? `${data}.` : data);
    }
  }
  const { failed } = await compare(single({ sources: { WebSocket: Changing } }));
  assert(failed);
});
