/**
 * With `maxAttempts: 0` no attempt is used up: the end says what happened, as whoever reconnects by
 * other means must know.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { openRig, type Rig, rig, type RigOptions } from "../client/rig.ts";

/** Makes a client that fails. */
type Failure = (options: RigOptions) => Rig | Promise<Rig>;

const FAILURES: Readonly<Record<string, Failure>> = {
  "connect-failed": (options) => {
    const failed = rig(options);
    failed.server.refuse();
    return failed;
  },
  "connect-timeout": (options) => {
    const failed = rig(options);
    failed.clock.tick(10_000);
    return failed;
  },
  "provider-failed": async (options) => {
    const failed = rig({ ...options, url: () => Promise.reject(new Error("no token")) });
    await failed.clock.tickAsync(0);
    return failed;
  },
  "handshake-failed": async (options) => {
    const failed = rig({ ...options, handshake: () => Promise.reject(new Error("not welcome")) });
    failed.server.accept();
    // It may wait for what the server has to say.
    await failed.clock.tickAsync(1_000);
    return failed;
  },
  "connection-lost": (options) => {
    const failed = openRig(options);
    failed.server.drop();
    return failed;
  },
  "heartbeat-timeout": (options) => {
    const failed = openRig({ ...options, heartbeat: { message: "ping" } });
    failed.server.stall();
    failed.clock.tick(35_000);
    return failed;
  },
};

for (const [code, fail] of Object.entries(FAILURES)) {
  Deno.test(`maxAttempts: 0 ends with ${code} where that is what happened`, async () => {
    const { ws, log } = await fail({ maxAttempts: 0 });
    assertEquals(log.slice(-2), [`3 error ${code}`, `3 close 1006 unclean ${code} over`]);
    assertEquals((await ws.closed).error?.code, code);
  });
}

Deno.test("maxAttempts: 1 ends with the limit, caused by what happened", async () => {
  const { ws, network, server, clock, log } = rig({ maxAttempts: 1 });
  server.refuse();
  clock.next();
  network.connections[1]?.refuse();
  assertEquals(log.slice(-2), ["3 error retry-limit", "3 close 1006 unclean retry-limit over"]);
  const { error } = await ws.closed;
  assertEquals((error?.cause as { readonly code?: unknown }).code, "connect-failed");
});
