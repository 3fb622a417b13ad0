// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Hermes once it is lowered
/**
 * What clients on fakes are led through, on one engine and on another: see `transcript.mjs`. Each
 * schedule has a `story` of the network, the `acts` of its user by the millisecond, and a `name`
 * after what it protects.
 *
 * @module
 */
import { seededRandom } from "@holdfast/websocket/testing";

/** Everything that a client does at least once. */
export const schedules = [
  {
    name: "a connection that is accepted, talks and is closed by its user",
    story: (it) => it.at(0).accept().at(10).send("one").at(20).send(new Uint8Array([1, 2, 255])),
    // The default gives Blobs, which not every engine has.
    listen: (ws) => ws.binaryType = "arraybuffer",
    acts: { 5: (ws) => ws.send("hello"), 30: (ws) => ws.close(4_001, "done") },
  },
  {
    name: "a restart with 1012, whose first wait is long",
    story: (it) => it.at(0).accept().at(5_000).close(1012, "restart"),
    lastsMs: 60_000,
  },
  {
    name: "overload with 1013, and a clean end that is retried",
    story: (it) => it.at(0).accept().at(5_000).close(1013).at(30_000).close(1000, "bye"),
    lastsMs: 90_000,
  },
  {
    name: "a code that ends the client",
    story: (it) => it.at(0).accept().at(100).close(4_403, "forbidden"),
  },
  {
    name: "a server that refuses for ten minutes, and is back",
    story: (it) => it.at(0).accept().at(1_000).drop().between(1_000, 600_000).refuse(),
    lastsMs: 700_000,
  },
  {
    name: "a server that refuses until the attempts are used up",
    options: { maxAttempts: 3 },
    story: (it) => it.at(0).refuse({ afterMs: 50 }),
    lastsMs: 60_000,
  },
  {
    name: "a dial that hangs until its deadline",
    options: { connectTimeoutMs: 2_000 },
    story: (it) => it.at(0).hang().at(7_000).accept(),
    lastsMs: 30_000,
  },
  {
    name: "a heartbeat that is lost",
    options: {
      heartbeat: {
        intervalMs: 1_000,
        timeoutMs: 500,
        message: "ping",
        isReply: (data) => data === "pong",
      },
    },
    story: (it) => it.at(0).accept().at(1_400).send("pong").at(3_000).stall(),
    lastsMs: 20_000,
  },
  {
    name: "a handshake, and one that throws",
    options: {
      async handshake({ attempt, send, receive }) {
        send(`token ${attempt}`);
        if (await receive() !== "welcome") throw new Error("Not welcome");
      },
    },
    story: (it) =>
      it.at(0).accept().at(10).send("go away").at(4_000).send("welcome").at(4_010).send("news"),
    acts: { 5: (ws) => ws.send("queued") },
    lastsMs: 20_000,
  },
  {
    name: "a queue that waits for the connection, texts and bytes",
    options: { queue: { maxMessages: 4 } },
    story: (it) => it.at(0).hang().at(500).accept(),
    acts: {
      1: (ws) => ws.send("first, äöü €, 👩"),
      2: (ws) => ws.send(new Uint8Array([1, 2, 3])),
      3: (ws) => ws.send(new Uint16Array([513]).buffer),
      4: (ws) => ws.send("a lone \ud800 surrogate"),
      5: (ws) => ws.send("too many"),
      600: (ws) => ws.send("while open"),
    },
  },
  {
    name: "a queue whose oldest message gives way, and what is given back",
    options: { queue: { maxBytes: 8, overflow: "drop-oldest" } },
    story: (it) => it.at(0).refuse(),
    acts: { 1: (ws) => ws.send("aaaa"), 2: (ws) => ws.send("bbbb"), 3: (ws) => ws.send("éé") },
    lastsMs: 5_000,
  },
  {
    name: "reconnect() while open, while waiting, and again",
    story: (it) => it.at(0).accept().at(3_000).drop().between(3_000, 3_500).refuse(),
    acts: {
      1_000: (ws) => ws.reconnect(4_000, "anew"),
      3_100: (ws) => ws.reconnect(),
      3_600: (ws) => ws.reconnect(),
    },
    lastsMs: 30_000,
  },
  {
    name: "providers that answer, throw and answer again",
    url: ({ attempt }) => {
      if (attempt === 1) throw new Error("no token");
      return Promise.resolve(`wss://example.com/feed?attempt=${attempt}`);
    },
    options: { protocols: () => ["v2", "v1"] },
    story: (it) => it.at(0).accept({ protocol: "v1" }).at(1_000).drop(),
    lastsMs: 30_000,
  },
  {
    name: "shouldRetry that ends, and a policy of its own",
    options: {
      backoff: { initialDelayMs: 100, multiplier: 3 },
      maxDelayMs: 5_000,
      shouldRetry: ({ attempt }) =>
        attempt < 6 ? attempt === 2 ? { delayMs: 7 } : undefined : false,
    },
    story: (it) => it.at(0).refuse(),
    lastsMs: 60_000,
  },
  {
    name: "hints, and a host that sleeps",
    story: (it) =>
      it.at(0).accept().at(1_000).drop().between(1_000, 20_000).refuse().at(12_000).offline()
        .at(21_000).online().at(40_000).sleep(3_600_000).at(41_000).wake(),
    lastsMs: 4_000_000,
  },
  {
    name: "close() while it dials, and a signal while it waits",
    story: (it) => it.at(0).hang(),
    acts: { 100: (ws) => ws.close() },
  },
  {
    name: "a listener that closes inside open, and sends inside close",
    story: (it) => it.at(0).accept(),
    listen: (ws) => {
      ws.onopen = () => ws.close(1000, "at once");
      ws.onclose = () => ws.send("too late");
    },
  },
];

const CODES = [1000, 1001, 1006, 1011, 1012, 1013, 4_000, 4_401];
const RUNTIMES = ["browser", "deno", "bun", "node22", "node24", "workerd"];

/** A schedule by chance: the same for the same seed, on every engine. */
export function randomSchedule(seed) {
  const random = seededRandom(seed);
  const below = (n) => Math.floor(random() * n);
  const pick = (list) => list[below(list.length)];
  const server = [
    (it) => it.accept({ afterMs: pick([0, 30, 400]) }),
    (it) => it.refuse({ afterMs: pick([0, 50]) }),
    (it) => it.hang(),
    (it) => it.drop?.(),
    (it) => it.close?.(pick(CODES), pick(["", "why"])),
    (it) => it.send?.(pick(["news", "pong"])),
    (it) => it.stall?.(),
    (it) => pick([it.online, it.offline, it.wake])?.(),
  ];
  const user = [
    (ws) => ws.send(pick(["a", "bb", "ccc"])),
    (ws) => ws.send(pick(["a", "bb", "ccc"])),
    (ws) => ws.readyState < 2 && ws.reconnect(),
    (ws) => ws.close(pick([1000, 4_001])),
  ];
  const acts = {};
  for (let n = below(12); n > 0; n--) acts[below(60_000)] = user[below(n === 1 ? 4 : 3)];
  return {
    name: `by chance, ${seed}`,
    seed,
    runtime: pick(RUNTIMES),
    options: {
      maxAttempts: pick([0, 2, Infinity]),
      queue: { maxMessages: 3, maxBytes: 6, overflow: pick(["drop-newest", "drop-oldest"]) },
      ...(below(2) && { heartbeat: { intervalMs: 2_000, timeoutMs: 700, message: "ping" } }),
      ...(below(3) === 0 && { handshake: ({ send }) => send("hi") }),
    },
    ...(below(3) === 0 && { url: () => "wss://example.com/feed" }),
    story(script) {
      script.at(0).accept({ afterMs: 20 });
      for (let n = below(14); n > 0; n--) pick(server)(script.at(below(60_000)));
      return script;
    },
    acts,
    lastsMs: 120_000,
  };
}
