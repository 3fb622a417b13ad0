/**
 * A clean close is no error: what stands on a WebSocket takes the first `error` for a failure, and
 * reads no close code after it. So a clean close comes without one, whoever decides that it is the
 * end, and whatever for.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { openRig, rig } from "../client/rig.ts";

const FINAL = [1008, 1010, 3000, 3003, 4400, 4401, 4403, 4404, 4410];

Deno.test("a clean close with a final code comes without an error", () => {
  for (const maxAttempts of [0, Infinity]) {
    for (const code of FINAL) {
      const { server, read } = openRig({ maxAttempts });
      server.close(code, "no");
      assertEquals(read(), [
        "3 statechange open -> closed",
        `3 close ${code} no clean fatal-close over`,
      ]);
    }
  }
});

Deno.test("a clean close that shouldRetry refuses comes without an error", () => {
  for (const maxAttempts of [0, Infinity]) {
    const { server, read } = openRig({ maxAttempts, shouldRetry: ({ code }) => code !== 1000 });
    server.close(1000);
    assertEquals(read(), [
      "3 statechange open -> closed",
      "3 close 1000 clean fatal-close over",
    ]);
  }
});

Deno.test("a clean close at the limit comes without an error, and is the limit's", () => {
  const { network, server, read, clock } = openRig({ maxAttempts: 1 });
  server.close(1001);
  clock.next();
  network.connections[1]?.accept();
  read();
  network.connections[1]?.close(1001);
  assertEquals(read(), [
    "3 statechange open -> closed",
    "3 close 1001 clean retry-limit over",
  ]);
});

Deno.test("a clean close during a handshake comes without an error", () => {
  for (const maxAttempts of [0, Infinity]) {
    const { server, log } = rig({ maxAttempts, handshake: () => new Promise(() => {}) });
    server.accept();
    server.close(4403, "denied");
    assertEquals(log.filter((line) => line.includes(" error ")), []);
    assertEquals(log.filter((line) => / close 4403 denied clean .* over$/.test(line)).length, 1);
  }
});

Deno.test("a clean close never comes with an error, whatever the code and the options", () => {
  const codes = fc.oneof(
    fc.constantFrom(...FINAL, 1000, 1001, 1002, 1003, 1005, 1007, 1009, 1011, 1012, 1013, 1014),
    fc.integer({ min: 3000, max: 4999 }),
  );
  const closes = fc.array(fc.record({ code: codes, inHandshake: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  });
  const options = fc.record({
    maxAttempts: fc.integer({ min: 0, max: 3 }),
    answer: fc.constantFrom(true, false, undefined, { delayMs: 5 }),
  });
  fc.assert(fc.property(closes, options, (closes, { maxAttempts, answer }) => {
    let handshakes = 0;
    const { ws, network, clock, log } = rig({
      maxAttempts,
      shouldRetry: () => answer,
      // Undefined is no promise: it opens inside the accept().
      handshake: () => closes[handshakes++]?.inHandshake ? new Promise<void>(() => {}) : undefined,
    });
    let closed = 0;
    for (const { code } of closes) {
      if (ws.state === "closed") break;
      network.connections[closed]?.accept();
      network.connections[closed]?.close(code, "why");
      closed++;
      while (network.connections.length === closed && clock.next());
    }
    assertEquals(log.filter((line) => line.includes(" error ")), []);
    assertEquals(log.filter((line) => line.includes(" close ")).length, closed);
    ws.close();
  }));
});
