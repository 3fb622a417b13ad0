/** The recipes above the socket do what they say. */

import { type FakeConnection, type FakeWorld, fakeWorld } from "@holdfast/websocket/testing";
import { assertEquals, assertExists, assertRejects } from "@std/assert";
import fc from "fast-check";
import { WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import { AcknowledgedSender } from "../../examples/acknowledged.ts";
import { type Meter, openMeasured } from "../../examples/metrics.ts";
import { nativeConnectivity } from "../../examples/react_native.ts";
import { RequestError, Requests } from "../../examples/requests.ts";
import { Subscriptions } from "../../examples/subscriptions.ts";
import { type ConnectivityHint, ReconnectingWebSocket } from "../../mod.ts";

interface Stage extends FakeWorld {
  readonly ws: ReconnectingWebSocket;
  /** The server's end of the newest connection. */
  readonly server: FakeConnection;
  /** The connection is lost, and there is a new one. */
  lose(): void;
}

function setUp(): Stage {
  const world = fakeWorld();
  const { clock, network, sources } = world;
  const ws = new ReconnectingWebSocket("wss://example.com/feed", { sources });
  const newest = (): FakeConnection => {
    const connection = network.connections.at(-1);
    assertExists(connection);
    return connection;
  };
  return {
    ...world,
    ws,
    get server(): FakeConnection {
      return newest();
    },
    lose(): void {
      newest().drop();
      while (ws.state === "waiting") clock.tick(100);
      newest().accept();
    },
  };
}

async function refusal(promise: Promise<unknown>): Promise<unknown> {
  const { message, mayHaveRun } = await assertRejects(() => promise, RequestError);
  return [message, mayHaveRun];
}

Deno.test("Requests.call() resolves with the answer of its number, in any order", async () => {
  const { ws, server, clock } = setUp();
  const requests = new Requests(ws, clock);
  server.accept();
  const calls = [requests.call("add", [1]), requests.call("add", [2])];
  assertEquals(server.sent, [
    '{"id":1,"method":"add","params":[1]}',
    '{"id":2,"method":"add","params":[2]}',
  ]);
  server.send('{"id":2,"result":"two"}');
  server.send('{"id":1,"result":"one"}');
  assertEquals(await Promise.all(calls), ["one", "two"]);
  ws.close();
  clock.tick(0);
  assertEquals(clock.pending, []);
});

Deno.test("Requests.call() did not run without a connection", async () => {
  const { ws, server, clock } = setUp();
  const requests = new Requests(ws, clock);
  assertEquals(await refusal(requests.call("add", [1])), ["There is no connection", false]);
  server.accept();
  assertEquals(server.sent, []);
  ws.close();
});

Deno.test("Requests.call() may have run when the connection ends, and its answer counts no more", async () => {
  const it = setUp();
  const requests = new Requests(it.ws, it.clock);
  it.server.accept();
  const call = requests.call("add", [1]);
  it.lose();
  assertEquals(await refusal(call), ["The connection ended before the answer", true]);
  const next = requests.call("add", [2]);
  it.server.send('{"id":1,"result":"late"}');
  it.server.send('{"id":2,"result":"two"}');
  assertEquals(await next, "two");
  it.ws.close();
});

Deno.test("Requests.call() may have run when there is no answer in time", async () => {
  const { ws, server, clock } = setUp();
  const requests = new Requests(ws, clock);
  server.accept();
  const call = refusal(requests.call("add", [1], 500));
  clock.tick(500);
  assertEquals(await call, ["No answer within 500 ms", true]);
  ws.close();
});

Deno.test("Subscriptions are sent once on each connection, ahead of the queue", () => {
  const it = setUp();
  const subscriptions = new Subscriptions(it.ws);
  it.ws.send("queued");
  subscriptions.add("a");
  it.server.accept();
  subscriptions.add("a");
  subscriptions.add("b");
  subscriptions.delete("a");
  subscriptions.delete("a");
  const first = it.server.sent;
  it.lose();
  assertEquals([first, it.server.sent], [
    ["subscribe a", "queued", "subscribe b", "unsubscribe a"],
    ["subscribe b"],
  ]);
  it.ws.close();
});

for (const type of ["statuschange", "statechange", "open"] as const) {
  Deno.test(`Subscriptions.add() and delete() in a listener of ${type} that comes before send nothing twice`, () => {
    const it = setUp();
    it.ws.addEventListener(type, () => {
      if (it.ws.state !== "open") return;
      subscriptions.add("b");
      subscriptions.delete("a");
    });
    const subscriptions = new Subscriptions(it.ws);
    subscriptions.add("a");
    it.server.accept();
    assertEquals(it.server.sent, ["subscribe b"]);
    it.ws.close();
  });

  Deno.test(`AcknowledgedSender.send() in a listener of ${type} that comes before keeps the order`, () => {
    const it = setUp();
    it.ws.addEventListener(type, () => {
      if (it.ws.state === "open") sender.send("b");
    });
    const sender = new AcknowledgedSender(it.ws);
    sender.send("a");
    it.server.accept();
    assertEquals(it.server.sent, ['{"id":1,"data":"a"}', '{"id":2,"data":"b"}']);
    it.ws.close();
  });
}

Deno.test("AcknowledgedSender and Subscriptions made on an open client send at once", () => {
  const it = setUp();
  it.server.accept();
  new AcknowledgedSender(it.ws).send("a");
  new Subscriptions(it.ws).add("a");
  assertEquals(it.server.sent, ['{"id":1,"data":"a"}', "subscribe a"]);
  it.ws.close();
});

Deno.test("AcknowledgedSender always has each message handled, in order, and once by number", () => {
  const steps = fc.array(fc.constantFrom("send", "ack", "lose", "lose unread"), { maxLength: 40 });
  fc.assert(fc.property(steps, (script) => {
    const it = setUp();
    const sender = new AcknowledgedSender(it.ws);
    const handled: number[] = [];
    /** Reads what came on this connection; a server drops the numbers that it has had. */
    const read = (): void => {
      for (const message of it.server.received) {
        const { id } = JSON.parse(String(message));
        if (id === handled.length + 1) handled.push(id);
      }
    };
    let sent = 0;
    it.server.accept();
    for (const step of script) {
      if (step === "send" && sender.send(sent + 1)) sent++;
      if (step === "ack" || step === "lose") read();
      if (step === "ack") it.server.send(`ack ${handled.length}`);
      if (step.startsWith("lose")) it.lose();
    }
    read();
    it.server.send(`ack ${handled.length}`);
    it.ws.close();
    const numbers = Array.from({ length: sent }, (_, n) => n + 1);
    assertEquals([handled, sender.unacknowledged], [numbers, 0]);
  }));
});

Deno.test("AcknowledgedSender.send() is refused when too many wait", () => {
  const it = setUp();
  const sender = new AcknowledgedSender(it.ws, 2);
  assertEquals(["a", "b", "c"].map((data) => sender.send(data)), [true, true, false]);
  it.server.accept();
  it.server.send("ack 1");
  assertEquals([sender.unacknowledged, sender.send("c"), it.server.sent.length], [1, true, 3]);
  it.ws.close();
});

Deno.test("nativeConnectivity() gives hints of changes, and lets go of both sources", () => {
  const networks = new Set<(state: { isConnected: boolean | null }) => void>();
  const apps = new Set<(state: string) => void>();
  const connectivity = nativeConnectivity(
    {
      addEventListener(listener): () => void {
        networks.add(listener);
        return () => networks.delete(listener);
      },
    },
    {
      addEventListener(_, listener): { remove(): void } {
        apps.add(listener);
        return { remove: () => apps.delete(listener) };
      },
    },
  );
  const hints: ConnectivityHint[] = [];
  const release = connectivity.subscribe((hint) => hints.push(hint));
  for (const isConnected of [null, true, false, false, null, true]) {
    for (const listener of networks) listener({ isConnected });
  }
  for (const state of ["background", "active", "inactive"]) {
    for (const listener of apps) listener(state);
  }
  assertEquals([hints, connectivity.online], [["offline", "online", "wake"], true]);
  release();
  assertEquals([networks.size, apps.size], [0, 0]);
});

Deno.test("nativeConnectivity() makes a client dial early when the app is in front again", () => {
  let app: (state: string) => void = () => {};
  const connectivity = nativeConnectivity(
    { addEventListener: () => () => {} },
    {
      addEventListener(_, listener): { remove(): void } {
        app = listener;
        return { remove: () => {} };
      },
    },
  );
  const { clock, network, sources } = fakeWorld();
  const ws = new ReconnectingWebSocket("wss://example.com/feed", {
    sources: { ...sources, connectivity },
    backoff: () => 60_000,
  });
  network.connections[0]?.refuse();
  app("active");
  clock.tick(500);
  assertEquals(network.connections.length, 2);
  ws.close();
});

Deno.test("openMeasured() counts dials and failures, and measures dials and waits", () => {
  const world = fakeWorld();
  const seen: unknown[] = [];
  const note = (name: string) => (value: number, attributes = {}): void => {
    seen.push([name.replace("websocket.client.", ""), value, attributes]);
  };
  const meter: Meter = {
    createCounter: (name) => ({ add: note(name) }),
    createHistogram: (name) => ({ record: note(name) }),
  };
  const ws = openMeasured("wss://example.com/feed?token=secret", meter, {
    sources: world.sources,
    backoff: () => 1_000,
  });
  const { clock, network } = world;
  clock.tick(20);
  network.connections[0]?.refuse();
  clock.tick(1_000);
  clock.tick(30);
  network.connections[1]?.accept();
  ws.close();
  assertEquals(seen, [
    ["dials", 1, {}],
    ["failures", 1, { code: "connect-failed" }],
    ["wait.duration", 1_000, {}],
    ["dials", 1, {}],
    ["dial.duration", 30, {}],
  ]);
});

/** How a client of `ws` fares whose server sends nothing but, perhaps, pings of the protocol. */
async function silentServer(pings: boolean): Promise<string> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => server.on("listening", resolve));
  const timers: ReturnType<typeof setInterval>[] = [];
  server.on("connection", (peer) => {
    if (pings) timers.push(setInterval(() => peer.ping(), 50));
  });
  const { port } = server.address() as { port: number };
  const ws = new ReconnectingWebSocket(`ws://127.0.0.1:${port}/`, {
    sources: { WebSocket },
    heartbeat: { intervalMs: 500, timeoutMs: 500 },
  });
  try {
    await ws.opened;
    const lost = new Promise<string>((resolve) => {
      ws.addEventListener("error", ({ error }) => resolve(error.code));
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const kept = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve("kept"), pings ? 3_000 : 60_000);
    });
    return await Promise.race([lost, kept]).finally(() => clearTimeout(timer));
  } finally {
    timers.forEach(clearInterval);
    ws.close();
    await ws.closed;
    for (const peer of server.clients) peer.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
}

Deno.test("heartbeat takes pings of a real server for life with the class of ws, and silence for none", async () => {
  assertEquals([await silentServer(true), await silentServer(false)], [
    "kept",
    "heartbeat-timeout",
  ]);
});
