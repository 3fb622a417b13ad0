import { assert, assertEquals } from "@std/assert";
import { leftovers, NOTHING_LEFT, openRig, type Rig, rig, type RigOptions } from "./rig.ts";

const LIMITED: RigOptions = { queue: { maxBufferedBytes: 100 }, stableAfterMs: 0 };

/** A client whose socket holds more than it may. */
function fullRig(options: RigOptions = LIMITED): Rig {
  const opened = openRig(options);
  opened.clock.tick(1);
  opened.ws.addEventListener(
    "drain",
    ({ type }) => opened.log.push(`${opened.ws.readyState} ${type}`),
  );
  opened.server.bufferedAmount = 101;
  return opened;
}

Deno.test("send() hands over at maxBufferedBytes, and queues above", () => {
  const { ws, server } = fullRig();
  server.bufferedAmount = 100;
  ws.send("a");
  server.bufferedAmount = 101;
  assertEquals([ws.send("b"), server.sent, ws.bufferedAmount], [true, ["a"], 102]);
});

Deno.test("send() in an open listener is exempt from maxBufferedBytes, the queue is not", () => {
  const { ws, server } = rig(LIMITED);
  ws.send("queued");
  ws.onopen = () => {
    server.bufferedAmount = 101;
    ws.send("subscribe");
  };
  server.accept();
  assertEquals([server.sent, ws.bufferedAmount], [["subscribe"], 107]);
});

Deno.test("drain follows when the queue has left and the socket has room again", () => {
  const { ws, server, clock, log } = fullRig();
  ws.send("a");
  ws.send("b");
  clock.tick(1_000);
  assertEquals([server.sent, log], [[], []]);
  server.bufferedAmount = 100;
  clock.tick(100);
  assertEquals([server.sent, log, clock.pending.length], [["a", "b"], ["1 drain"], 0]);
});

Deno.test("ondrain is called for drain, until it is null", () => {
  const { ws, server, clock } = fullRig();
  const seen: string[] = [];
  ws.ondrain = ({ type }) => seen.push(type);
  for (let n = 0; n < 2; n++) {
    server.bufferedAmount = 101;
    ws.send("a");
    server.bufferedAmount = 0;
    clock.tick(4);
    ws.ondrain = null;
  }
  assertEquals([seen, ws.ondrain], [["drain"], null]);
});

Deno.test("drain follows a send() that was refused, too", () => {
  const { ws, server, clock, log } = fullRig({
    ...LIMITED,
    queue: { maxMessages: 0, maxBufferedBytes: 100 },
  });
  assertEquals([ws.send("a"), ws.send("b", { queue: false })], [false, false]);
  server.bufferedAmount = 0;
  clock.tick(4);
  assertEquals(log, ["1 drop a queue-overflow", "1 drain"]);
});

Deno.test("drain comes on the next connection where this one is lost before", () => {
  const { ws, network, server, clock, log } = fullRig();
  ws.send("a");
  server.drop();
  clock.tick(1_500);
  log.length = 0;
  network.connections[1]?.accept();
  assertEquals([log, network.connections[1]?.sent], [
    ["1 statechange connecting -> open", "1 open #1 again", "1 drain"],
    ["a"],
  ]);
});

Deno.test("A full socket is looked at after 4 ms, doubling to 100", () => {
  const { ws, clock } = fullRig();
  ws.send("a");
  const delays: number[] = [];
  for (let i = 0; i < 8; i++) {
    const before = clock.elapsedMs;
    clock.next();
    delays.push(clock.elapsedMs - before);
  }
  assertEquals(delays, [4, 8, 16, 32, 64, 100, 100, 100]);
});

Deno.test("A full socket is looked at on each send and message", () => {
  const { ws, server, log } = fullRig();
  ws.send("a");
  server.bufferedAmount = 0;
  ws.send("b");
  assertEquals([server.sent, log], [["a", "b"], []]);
  server.send("hello");
  assertEquals(log, ["1 message hello", "1 drain"]);
});

Deno.test("A full socket of a platform without bufferedAmount is no limit", () => {
  const { ws, server } = fullRig({ ...LIMITED, runtime: "workerd" });
  assertEquals([ws.send("a"), server.sent], [true, ["a"]]);
});

for (
  const [what, end] of Object.entries<(it: Rig) => void>({
    "close()": ({ ws }) => ws.close(),
    "a loss without a retry": ({ server }) => server.drop(),
  })
) {
  Deno.test(`A full socket leaves no timer after ${what}`, () => {
    const full = fullRig({ ...LIMITED, maxAttempts: 0 });
    full.ws.send("a");
    end(full);
    full.clock.tick(0);
    full.server.bufferedAmount = 0;
    assertEquals({ ...leftovers(full), bufferedAmount: 0 }, NOTHING_LEFT);
    assert(!full.log.includes("1 drain"));
  });
}

Deno.test("maxBufferedBytes bounds the memory of 200 MB that are sent to a peer which reads nothing", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--v8-flags=--expose-gc",
      new URL("./slow_peer_probe.ts", import.meta.url).pathname,
    ],
    stderr: "inherit",
    signal: AbortSignal.timeout(30_000),
  }).output();
  const { limitBytes, most, mostBuffered, drops } = JSON.parse(new TextDecoder().decode(stdout));
  assert(most <= 1.2 * limitBytes, `${most} bytes of memory`);
  // One message may go over the limit of the socket.
  assert(mostBuffered <= limitBytes + 65_536, `${mostBuffered} bytes buffered`);
  assert(drops > 2_000, `${drops} drops`);
});
