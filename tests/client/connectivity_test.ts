import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fakeWorld } from "../../lib/testing/mod.ts";
import { ReconnectingWebSocket } from "../../mod.ts";
import { openRig, rig, URL_OF_TESTS } from "./rig.ts";

/** When the inner sockets were dialled. */
function dials({ network }: ReturnType<typeof rig>): readonly number[] {
  return network.connections.map(({ dialedAtMs }) => dialedAtMs);
}

for (const hint of ["online", "wake"] as const) {
  Deno.test(`${hint} ends a wait early, after up to half a second at random`, () => {
    for (const [random, atMs] of [[0, 0], [0.5, 250], [1 - 2 ** -53, 499]] as const) {
      const it = rig({ random: () => random });
      it.server.refuse();
      it.network[hint]();
      it.clock.tick(500);
      const [, second = NaN] = dials(it);
      assertEquals(Math.abs(second - atMs) <= 1, true);
    }
  });
}

Deno.test("offline ends no wait, and its trace is all there is of it", () => {
  const inputs: unknown[] = [];
  const it = rig({ trace: ({ input }) => inputs.push(input["type"]) });
  it.server.refuse();
  it.network.offline();
  it.clock.tick(1_499);
  assertEquals([dials(it), inputs.at(-1)], [[0], "hint"]);
  it.clock.tick(1);
  assertEquals(dials(it), [0, 1_500]);
});

Deno.test("a flood of hints brings early attempts that are ever farther apart", () => {
  const it = rig({ maxDelayMs: 60_000, backoff: () => 20_000 });
  it.network.onDial((connection) => it.clock.plan(() => connection.refuse(), 0));
  it.server.refuse();
  const flood = (): void => {
    it.network.online();
    it.network.wake();
    it.clock.plan(flood, 100);
  };
  flood();
  it.clock.tick(9_000);
  const gaps = dials(it).slice(1).map((atMs, i) => atMs - (dials(it)[i] ?? NaN));
  // Half of the jitter; later the initial delay, twice and four times that, half of the jitter.
  assertEquals(gaps, [250, 1_250, 2_250, 4_250]);
});

Deno.test("a hint that comes late does not delay the attempt that is due", () => {
  const it = rig();
  it.server.refuse();
  it.clock.tick(1_400);
  it.network.online();
  it.clock.tick(100);
  assertEquals(dials(it), [0, 1_500]);
  it.clock.tick(1_000);
  assertEquals(dials(it), [0, 1_500]);
});

Deno.test("an early attempt counts like any other", () => {
  const it = rig({ maxAttempts: 1 });
  it.server.refuse();
  it.network.online();
  it.clock.tick(250);
  it.server.refuse();
  assertEquals(it.log.at(-1), "3 close 1006 unclean retry-limit over");
});

Deno.test("a hint changes nothing for a young dial, or an open connection without a heartbeat", () => {
  const it = rig();
  it.network.online();
  it.server.accept();
  it.network.online();
  it.clock.tick(60_000);
  assertEquals([dials(it), it.server.sent], [[0], []]);
});

Deno.test("wake while an attempt hangs is followed as soon as it fails", () => {
  const it = rig({ connectTimeoutMs: 2_000 });
  it.clock.tick(900);
  it.network.wake();
  it.clock.tick(1_100 + 249);
  assertEquals([dials(it), it.ws.state], [[0], "waiting"]);
  it.clock.tick(1);
  assertEquals(dials(it), [0, 2_250]);
});

Deno.test("online cuts a dial that hangs short as soon as it is no longer young", () => {
  const it = rig();
  it.clock.tick(900);
  it.network.online();
  it.network.online();
  it.clock.tick(99);
  assertEquals([it.log, it.ws.state], [[], "connecting"]);
  it.clock.tick(1);
  assertEquals(it.log.at(-1), "0 retry #1 1500 connect-failed");
  it.clock.tick(250);
  assertEquals(dials(it), [0, 1_250]);
});

Deno.test("online while a young dial hangs does no harm to what it opens", async () => {
  const it = rig({ handshake: () => new Promise((resolve) => it.clock.plan(resolve, 5_000)) });
  it.network.online();
  it.clock.tick(500);
  it.server.accept();
  await it.clock.tickAsync(9_000);
  assertEquals([dials(it), it.ws.state], [[0], "open"]);
});

/** From an `online` hint at the end of an outage whose dials all hang to `open`. */
function recoveryMs(outageMs: number, seed: number): number {
  const { clock, network, sources } = fakeWorld({ seed });
  using ws = new ReconnectingWebSocket(URL_OF_TESTS, { sources });
  const [first] = network.connections;
  first?.accept();
  clock.tick(10_000);
  first?.drop();
  clock.tick(outageMs);
  network.onDial((connection) => clock.plan(() => connection.accept(), 0));
  const endMs = clock.now();
  network.online();
  while (ws.state !== "open") clock.next();
  return clock.now() - endMs;
}

Deno.test("online after an outage whose dials hang opens a connection within 0.5 s, at worst 1.5 s", () => {
  const clients = 200;
  const isQuick = fc.property(
    fc.integer({ min: 5_000, max: 300_000 }),
    fc.nat({ max: 1_000_000 }),
    (outageMs, seed) => {
      const all = Array.from({ length: clients }, (_, n) => recoveryMs(outageMs, seed + n));
      all.sort((a, b) => a - b);
      const [medianMs = NaN, worstMs = NaN] = [all[clients / 2], all.at(-1)];
      assert(medianMs <= 500 && worstMs <= 1_500, `median ${medianMs}, worst ${worstMs}`);
    },
  );
  // At 13 s most clients have dialled for less than a second.
  const examples = [5, 13, 20, 30, 60, 300].map((s): [number, number] => [s * 1_000, 1]);
  fc.assert(isQuick, { numRuns: 25, examples });
});

for (const hint of ["online", "wake"] as const) {
  Deno.test(`${hint} up to a second before a loss is followed as soon as it comes`, () => {
    for (const [beforeMs, dialedAtMs] of [[999, 1_249], [1_000, 2_500]] as const) {
      const it = openRig();
      it.network[hint]();
      it.clock.tick(beforeMs);
      it.server.drop();
      it.clock.tick(1_500);
      assertEquals(dials(it), [0, dialedAtMs]);
    }
  });

  Deno.test(`${hint} never shortens a wait that the server asked for`, () => {
    for (const options of [{}, { shouldRetry: () => ({ delayMs: 14_000 }) }]) {
      const it = openRig(options);
      it.server.close(1012);
      it.network[hint]();
      it.clock.tick(17_499);
      assertEquals(dials(it), [0]);
      it.clock.tick(1);
      assertEquals(dials(it), [0, 17_500]);
    }
  });
}

Deno.test("online cuts a dial of over a second short, as a failed attempt, once in a series", () => {
  const it = rig();
  it.clock.tick(1_001);
  it.network.online();
  assertEquals(it.read(), [
    "0 statechange connecting -> waiting",
    "0 error connect-failed",
    "0 close 1006 unclean connect-failed retry",
    "0 retry #1 1500 connect-failed",
  ]);
  it.clock.tick(250);
  assertEquals(dials(it), [0, 1_251]);
  it.clock.tick(1_001);
  it.network.online();
  assertEquals([it.read(), it.ws.state], [["0 statechange waiting -> connecting"], "connecting"]);
});

Deno.test("online never cuts the last attempt short", () => {
  const it = rig({ maxAttempts: 0 });
  it.clock.tick(5_000);
  it.network.online();
  assertEquals([it.log, it.ws.state], [[], "connecting"]);
});

Deno.test("wake never cuts a dial short", () => {
  const it = rig();
  it.clock.tick(5_000);
  it.network.wake();
  assertEquals([it.log, it.ws.state], [[], "connecting"]);
});

Deno.test("online has the policy start over, and wake lets it go on", () => {
  const delayAfter = (hint: "online" | "wake"): unknown => {
    const it = rig();
    for (let n = 0; n < 3; n++) {
      it.server.refuse();
      if (n < 2) it.clock.next();
    }
    it.network[hint]();
    it.clock.tick(250);
    it.server.refuse();
    return it.log.at(-1);
  };
  assertEquals(delayAfter("online"), "0 retry #4 1500 connect-failed");
  assertEquals(delayAfter("wake"), "0 retry #4 6000 connect-failed");
});

Deno.test("connectivity that throws or offers no way back does no harm", async () => {
  const subscribes = [
    (): () => void => {
      throw new Error("no connectivity");
    },
    (): () => void => undefined as unknown as () => void,
    (): () => void => () => {
      throw new Error("no way back");
    },
  ];
  for (const subscribe of subscribes) {
    const it = openRig({ sources: { connectivity: { online: true, subscribe } } });
    it.ws.close();
    await it.clock.tickAsync(0);
    assertEquals(it.log.at(-1), "3 close 1005 clean - over");
  }
});

Deno.test("connectivity null means no hints", () => {
  const it = rig({ sources: { connectivity: null } });
  assertEquals(it.network.hintListeners, 0);
  it.server.refuse();
  it.clock.tick(1_500);
  assertEquals(dials(it), [0, 1_500]);
});
