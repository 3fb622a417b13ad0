/** Sockets that ignore `close()` while they connect, as on Android under React Native. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FakeConnection } from "../../lib/testing/mod.ts";
import { alive, leftovers, NOTHING_LEFT, type Rig, rig, type RigOptions } from "./rig.ts";
import { play, schedule } from "./schedule.ts";

/** The class without `close()` before `open`. */
function deaf(inner: typeof WebSocket): typeof WebSocket {
  return class extends inner {
    override close(code?: number, reason?: string): void {
      if (this.readyState > 0) super.close(code, reason);
    }
  };
}

function deafRig(options: RigOptions = {}): Rig {
  return rig({ ...options, wrap: deaf });
}

Deno.test("a dial that is abandoned at its deadline is closed once it opens after all", () => {
  const it = deafRig({ connectTimeoutMs: 1_000 });
  const { server } = it;
  it.clock.tick(1_000);
  assertEquals(server.clientClose, null);
  const before = it.read().length;
  server.accept();
  assertEquals(server.clientClose, { code: 1005, reason: "" });
  it.clock.tick(0);
  assertEquals([before > 0, it.read(), server.readyState], [true, [], 3]);
});

Deno.test("close() of a client whose dial opens later leaves no connection", async () => {
  const it = deafRig();
  it.ws.close();
  await it.ws.closed;
  it.server.accept();
  it.clock.tick(0);
  assertEquals(leftovers(it), NOTHING_LEFT);
});

Deno.test("reconnect() while dialling leaves only the new connection", () => {
  const it = deafRig();
  const [first] = it.network.connections;
  it.ws.reconnect();
  first?.accept();
  it.server.accept();
  it.clock.tick(0);
  assertEquals(alive(it.network), [it.server]);
});

/** Lets everything open that still can, and returns what lives on. */
function outlive(connections: readonly FakeConnection[]): readonly FakeConnection[] {
  for (const connection of connections) {
    if (connection.readyState === 0 && !connection.clientClose) connection.accept();
  }
  return connections.filter(({ readyState, clientClose }) => readyState === 1 && !clientClose);
}

Deno.test("no connection outlives its client, though it opens late", async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async (planned) => {
      const { connections } = await play(planned, {
        sources: (sources) => ({
          ...sources,
          WebSocket: deaf(sources.WebSocket as typeof WebSocket),
        }),
      });
      assertEquals(outlive(connections), []);
    }),
    { numRuns: 200 },
  );
});

Deno.test("the property about late opens finds sockets that ignore every close()", async () => {
  const never = (inner: typeof WebSocket): typeof WebSocket =>
    class extends inner {
      override close(): void {}
    };
  const { failed } = await fc.check(
    fc.asyncProperty(schedule, async (planned) => {
      const { connections } = await play(planned, {
        sources: (sources) => ({
          ...sources,
          WebSocket: never(sources.WebSocket as typeof WebSocket),
        }),
      });
      assertEquals(outlive(connections), []);
    }),
    { numRuns: 200 },
  );
  assert(failed);
});
