import { assertEquals } from "@std/assert";
import { openRig, rig } from "./rig.ts";

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

Deno.test("a flood of hints brings one early attempt, and another an initial delay later at most", () => {
  const it = rig({ maxDelayMs: 60_000, backoff: () => 20_000 });
  it.network.onDial((connection) => it.clock.plan(() => connection.refuse(), 0));
  it.server.refuse();
  const flood = (): void => {
    it.network.online();
    it.network.wake();
    it.clock.plan(flood, 100);
  };
  flood();
  it.clock.tick(4_000);
  const gaps = dials(it).slice(1).map((atMs, i) => atMs - (dials(it)[i] ?? NaN));
  // Half of the jitter; later 50 ms to the next hint, an initial delay, half of the jitter.
  assertEquals(gaps, [250, 1_300, 1_300]);
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

Deno.test("a hint changes nothing for a client that connects, or is open without a heartbeat", () => {
  const it = rig();
  it.network.online();
  it.server.accept();
  it.network.online();
  it.clock.tick(60_000);
  assertEquals([dials(it), it.server.sent], [[0], []]);
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
