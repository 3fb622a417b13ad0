import { assertEquals, assertThrows } from "@std/assert";
import { LATE_TURNS } from "../../lib/machine/step.ts";
import { openRig, type Rig, type RigOptions } from "./rig.ts";

const HEARTBEAT = { intervalMs: 10_000, timeoutMs: 4_000, message: "ping" };
const LOST = [
  "0 statechange open -> waiting",
  "0 error heartbeat-timeout",
  "0 close 1006 unclean heartbeat-timeout retry",
  "0 retry #1 1500 heartbeat-timeout",
];

/** Open, with a heartbeat and a connection that stays alone however long it takes. */
function beating(options: RigOptions = {}): Rig {
  return openRig({ heartbeat: HEARTBEAT, ...options });
}

Deno.test("heartbeat probes after intervalMs of silence and gives up timeoutMs later", () => {
  const { clock, server, log } = beating();
  clock.tick(9_999);
  assertEquals(server.sent, []);
  clock.tick(1);
  assertEquals(server.sent, ["ping"]);
  clock.tick(3_999);
  assertEquals(log, []);
  clock.tick(1);
  assertEquals([server.sent, log], [["ping"], LOST]);
  assertEquals(server.clientClose, { code: 1005, reason: "" });
});

Deno.test("heartbeat takes any message as a sign of life, and counts silence from it", () => {
  const { clock, server, log } = beating();
  clock.tick(8_000);
  server.send("data");
  clock.tick(9_999);
  assertEquals(server.sent, []);
  clock.tick(1);
  assertEquals(server.sent, ["ping"]);
  clock.tick(3_000);
  server.send("more");
  clock.tick(9_999);
  assertEquals(server.sent, ["ping"]);
  clock.tick(1 + 3_999);
  assertEquals([server.sent, log.slice(2)], [["ping", "ping"], []]);
  clock.tick(1);
  assertEquals(log.slice(2), LOST);
});

Deno.test("heartbeat with a timeout longer than the interval still counts silence from the last message", () => {
  const { clock, server, log } = beating({
    heartbeat: { intervalMs: 5_000, timeoutMs: 30_000, message: "ping" },
  });
  clock.tick(6_000);
  server.send("1 s after the probe");
  clock.tick(34_999);
  assertEquals(log.slice(1), []);
  clock.tick(1);
  assertEquals(log.slice(1), LOST);
});

Deno.test("heartbeat gives each answer the whole timeout, also one longer than the interval", () => {
  const { clock, server, log } = beating({
    heartbeat: { intervalMs: 200, timeoutMs: 2_000, message: "ping" },
  });
  server.onReceive((it) => {
    if (server.sent.length === 1) server.send("pong");
    else clock.setTimeout(() => server.readyState === 1 && server.send(`late ${it}`), 1_900);
  });
  clock.tick(60_000);
  assertEquals(log.filter((line) => line.includes("close")), []);
});

Deno.test("heartbeat keeps replies from the application, and only them", () => {
  const { clock, server, log } = beating({
    heartbeat: { ...HEARTBEAT, isReply: (data) => data === "pong" },
  });
  server.onReceive(() => server.send("pong"));
  clock.tick(50_000);
  server.send("data");
  assertEquals([server.sent.length, log], [5, ["1 message data"]]);
});

Deno.test("heartbeat takes its message from a function, each time anew", () => {
  let count = 0;
  const { clock, server } = beating({
    heartbeat: { ...HEARTBEAT, message: () => `ping ${count++}` },
  });
  server.onReceive(() => server.send("pong"));
  clock.tick(20_000);
  assertEquals(server.sent, ["ping 0", "ping 1"]);
});

Deno.test("heartbeat without a message only watches: interval and timeout of silence are a loss", () => {
  const { clock, server, log, network } = beating({
    heartbeat: { intervalMs: 10_000, timeoutMs: 4_000 },
  });
  network.online();
  clock.tick(13_999);
  assertEquals([server.sent, log], [[], []]);
  clock.tick(1);
  assertEquals([server.sent, log], [[], LOST]);
});

Deno.test("heartbeat finds a dead link again on the next connection", () => {
  const { clock, network, read } = beating();
  clock.tick(14_000 + 1_500);
  network.connections[1]?.accept();
  read();
  clock.tick(14_000);
  assertEquals(network.connections[1]?.sent, ["ping"]);
  assertEquals(read()[1], "0 error heartbeat-timeout");
});

Deno.test("heartbeat grants one more probe to a host that slept through the first", () => {
  const { clock, server, log, network } = beating();
  clock.tick(10_000);
  clock.sleep(4_000 + 2_001);
  clock.tick(0);
  assertEquals([server.sent, log], [["ping", "ping"], []]);
  clock.tick(3_999);
  assertEquals(log, []);
  clock.tick(1);
  assertEquals([server.sent, log, network.connections.length], [["ping", "ping"], LOST, 1]);
});

Deno.test("heartbeat grants a few turns of the loop to a timer that was hardly late, and no probe", () => {
  const { clock, server, log } = beating();
  clock.tick(10_000);
  clock.sleep(4_000 + 2_000);
  for (let turns = 0; turns <= 5; turns++) {
    assertEquals(log, []);
    clock.next();
  }
  assertEquals([server.sent, log], [["ping"], LOST]);
});

Deno.test("heartbeat reads an answer that arrived while the loop was blocked until the deadline", () => {
  const { clock, server, log } = beating();
  clock.tick(10_000);
  clock.plan(() => server.send("pong"), 4_000);
  clock.tick(4_000);
  assertEquals(log, ["1 message pong"]);
});

Deno.test("heartbeat reads an answer that takes five turns of the loop", () => {
  const { clock, server, log } = beating();
  clock.tick(10_000);
  clock.sleep(6_000);
  for (let turns = 0; turns < 5; turns++) clock.next();
  server.send("pong");
  clock.tick(0);
  assertEquals(log, ["1 message pong"]);
});

Deno.test("heartbeat reads an answer that arrived while the loop was blocked", () => {
  const { clock, server, log } = beating();
  clock.tick(10_000);
  clock.plan(() => server.send("pong"), 6_000);
  clock.sleep(6_000);
  clock.tick(0);
  assertEquals(log, ["1 message pong"]);
});

// ------------------------------------------------------------------------------------ always

Deno.test("heartbeat with always probes at a fixed pace, whatever arrives", () => {
  const { clock, server, log } = beating({ heartbeat: { ...HEARTBEAT, always: true } });
  const feed = (): void => {
    server.send("tick");
    clock.plan(feed, 300);
  };
  feed();
  clock.tick(35_000);
  assertEquals(server.sent, ["ping", "ping", "ping"]);
  assertEquals(log.filter((line) => !line.endsWith("tick")), []);
});

Deno.test("heartbeat with always loses silence alone", () => {
  const { clock, server, log } = beating({ heartbeat: { ...HEARTBEAT, always: true } });
  clock.tick(10_000);
  server.send("pong");
  clock.tick(13_999);
  assertEquals([server.sent, log.slice(1)], [["ping", "ping"], []]);
  clock.tick(1);
  assertEquals(log.slice(1), LOST);
});

Deno.test("heartbeat with always needs a message", () => {
  assertThrows(
    () => beating({ heartbeat: { always: true } }),
    TypeError,
    "'heartbeat.message' must be given with 'heartbeat.always'",
  );
});

// ------------------------------------------------------------------------------------ signs of life

Deno.test("heartbeat takes a bufferedAmount that falls for a sign of life", () => {
  const { clock, server, log } = beating();
  server.bufferedAmount = 3_000_000;
  const upload = (): void => {
    server.bufferedAmount -= 50_000;
    if (server.bufferedAmount > 0) clock.plan(upload, 1_000);
  };
  clock.plan(upload, 1_000);
  clock.tick(60_000);
  assertEquals(log, []);
  clock.tick(30_000);
  assertEquals(log.slice(0, 4), LOST);
});

Deno.test("heartbeat takes the hand-over of a few bytes to a dead link for no sign of life", () => {
  const { clock, server, log } = beating();
  server.stall();
  server.bufferedAmount = 1_000;
  clock.plan(() => server.bufferedAmount = 0, 12_000);
  clock.tick(14_000);
  assertEquals(log, LOST);
});

Deno.test("heartbeat takes protocol pings and pongs for signs of life where the class shows them", () => {
  for (const type of ["ping", "pong"]) {
    const listeners = new Map<string, () => void>();
    const { clock, log } = beating({
      wrap: (inner) =>
        class extends inner {
          on(name: string, listener: () => void): void {
            listeners.set(name, listener);
          }
        },
    });
    for (let n = 0; n < 10; n++) {
      clock.tick(9_000);
      listeners.get(type)?.();
    }
    assertEquals(log, []);
    clock.tick(14_000);
    assertEquals(log, LOST);
  }
});

// ------------------------------------------------------------------------------------ losses in a row

/** Loses `count` connections in a row to silence, and says how long each was silent. */
function lose(it: Rig, count: number): number[] {
  return Array.from({ length: count }, () => {
    while (it.ws.state !== "open") {
      it.clock.next();
      if (it.server.readyState === 0) it.server.accept();
    }
    const openedAtMs = it.clock.now();
    while (it.ws.state === "open") it.clock.next();
    return it.clock.now() - openedAtMs;
  });
}

Deno.test("heartbeat doubles its timeout after two losses in a row, up to 8 times", () => {
  assertEquals(lose(beating(), 7), [14, 14, 18, 26, 42, 42, 42].map((s) => s * 1_000));
});

Deno.test("heartbeat forgets its losses at the first message", () => {
  const it = beating();
  lose(it, 4);
  while (it.ws.state !== "open") {
    it.clock.next();
    if (it.server.readyState === 0) it.server.accept();
  }
  it.server.send("at last");
  it.server.drop();
  assertEquals(lose(it, 2), [14_000, 14_000]);
});

Deno.test("heartbeat remembers its losses over other losses and stable connections", () => {
  const it = beating({ stableAfterMs: 100 });
  lose(it, 3);
  while (it.ws.state !== "open") {
    it.clock.next();
    if (it.server.readyState === 0) it.server.accept();
  }
  it.server.drop();
  assertEquals(lose(it, 1), [26_000]);
});

Deno.test("heartbeat forgets its losses at reconnect()", () => {
  const it = beating();
  lose(it, 4);
  it.ws.reconnect();
  it.server.accept();
  assertEquals(lose(it, 1), [14_000]);
});

// ------------------------------------------------------------------------------------ latencyMs

Deno.test("latencyMs is from a probe to the message that isReply accepts, and null before", () => {
  const { ws, clock, server, network } = beating({
    heartbeat: { ...HEARTBEAT, isReply: (data) => data === "pong" },
  });
  server.onReceive(() =>
    clock.plan(() => {
      server.send("data");
      clock.plan(() => server.send("pong"), 20);
    }, 60)
  );
  clock.tick(10_079);
  assertEquals(ws.latencyMs, null);
  clock.tick(1);
  assertEquals(ws.latencyMs, 80);
  server.send("pong");
  assertEquals(ws.latencyMs, 80);
  server.drop();
  clock.tick(1_500);
  network.connections[1]?.accept();
  assertEquals(ws.latencyMs, null);
});

Deno.test("latencyMs stays null without isReply", () => {
  const { ws, clock, server } = beating();
  server.onReceive(() => server.send("pong"));
  clock.tick(50_000);
  assertEquals(ws.latencyMs, null);
});

Deno.test("heartbeat finds a dead link under permanent throttling too", () => {
  const { clock, server, log } = beating();
  server.stall();
  for (let minute = 0; minute < 3; minute++) {
    clock.sleep(60_000);
    clock.tick(0);
  }
  assertEquals([server.sent, log], [["ping", "ping"], LOST]);
});

Deno.test("heartbeat keeps a live link under permanent throttling", () => {
  const { clock, server, log } = beating();
  server.onReceive(() => clock.plan(() => server.send("pong"), 50));
  for (let minute = 0; minute < 10; minute++) {
    clock.sleep(60_000);
    clock.tick(100);
  }
  assertEquals(log.filter((line) => !line.endsWith("pong")), []);
});

Deno.test("heartbeat stands a wall clock that jumps back", () => {
  const { clock, server, log } = beating();
  clock.tick(5_000);
  server.send("data");
  clock.jump(-3_600_000);
  // At 10 s the last message seems to be of now, so the probe comes at 20 s.
  clock.tick(19_000);
  assertEquals(log, ["1 message data", ...LOST]);
});

Deno.test("heartbeat counts silence from the last message since its timer was armed", () => {
  const silences: unknown[] = [];
  const { clock, server } = beating({
    trace: ({ input }) => void (input["timer"] === "heartbeat" && silences.push(input["silentMs"])),
  });
  clock.tick(2_000);
  server.send("a");
  clock.tick(4_000);
  server.send("b");
  clock.tick(4_000 + 6_000 + 4_000);
  const turns = Array<null>(LATE_TURNS).fill(null);
  assertEquals(silences, [4_000, null, null, ...turns]);
});

Deno.test("heartbeat takes no message before the probe of a hint for its answer", () => {
  const { clock, network, server, log } = beating();
  clock.tick(8_000);
  server.send("data");
  clock.tick(1_000);
  network.wake();
  clock.tick(3_999);
  assertEquals([server.sent, log.length], [["ping"], 1]);
  clock.tick(1);
  assertEquals(log.slice(1), LOST);
});

Deno.test("a hint probes an open connection at once", () => {
  const { clock, network, server, log } = beating();
  network.wake();
  network.online();
  assertEquals(server.sent, ["ping"]);
  clock.tick(4_000);
  assertEquals(log, LOST);
});

Deno.test("offline probes nothing and changes nothing", () => {
  const { clock, network, server, log } = beating();
  network.offline();
  clock.tick(9_999);
  assertEquals([server.sent, log], [[], []]);
});

for (const bad of ["throws", "comes later", "cannot be sent", "is refused"] as const) {
  Deno.test(`heartbeat with a message that ${bad} still ends in a loss, not in a crash`, () => {
    const { clock, server, log } = beating({
      heartbeat: {
        ...HEARTBEAT,
        message: () => {
          if (bad === "throws") throw new Error("no message");
          if (bad === "comes later") return Promise.resolve("ping") as unknown as string;
          return bad === "cannot be sent" ? Symbol() as unknown as string : "ping";
        },
      },
    });
    if (bad === "is refused") server.sendError = new Error("refused");
    clock.tick(14_000);
    assertEquals([server.sent, log], [[], LOST]);
  });
}

Deno.test("isReply that throws keeps nothing from the application", () => {
  const { server, log } = beating({
    heartbeat: {
      ...HEARTBEAT,
      isReply: () => {
        throw new Error("no idea");
      },
    },
  });
  server.send("data");
  assertEquals(log, ["1 message data"]);
});

Deno.test("isReply that answers later keeps nothing from the application", () => {
  const isReply = (() => Promise.resolve(true)) as unknown as () => boolean;
  const { server, log } = beating({ heartbeat: { ...HEARTBEAT, isReply } });
  server.send("data");
  assertEquals(log, ["1 message data"]);
});

Deno.test("a replied heartbeat does not reset the attempts before stableAfterMs", () => {
  const { ws, server, clock, network } = beating({
    stableAfterMs: 30_000,
    heartbeat: { ...HEARTBEAT, isReply: () => true },
  });
  server.drop();
  clock.tick(1_500);
  const next = network.connections[1];
  next?.accept();
  next?.onReceive(() => next.send("pong"));
  clock.tick(29_999);
  assertEquals(ws.attempt, 1);
  clock.tick(1);
  assertEquals(ws.attempt, 0);
});
