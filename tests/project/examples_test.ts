/** Every recipe in `examples/` does what it says. */
import "../../examples/testing/chat_test.ts";
import { type FakeConnection, type FakeWorld, fakeWorld } from "@holdfast/websocket/testing";
import { assertEquals, assertExists } from "@std/assert";
import * as authenticate from "../../examples/authenticate.ts";
import * as giveUp from "../../examples/give_up.ts";
import * as headers from "../../examples/headers.ts";
import * as heartbeat from "../../examples/heartbeat.ts";
import * as quotes from "../../examples/quotes.ts";
import * as react from "../../examples/react_cleanup.ts";
import * as serverRestart from "../../examples/server_restart.ts";
import * as severalEndpoints from "../../examples/several_endpoints.ts";
import * as tokenRefresh from "../../examples/token_refresh.ts";

/** The default policy's first delay is not longer. */
const FIRST_DELAY_MS = 2_000;

function last({ network }: Pick<FakeWorld, "network">): FakeConnection {
  const connection = network.connections.at(-1);
  assertExists(connection);
  return connection;
}

Deno.test("token_refresh.ts asks for a token for every attempt, also after 4401", async () => {
  const world = fakeWorld();
  let tokens = 0;
  const fetchToken = (): Promise<string> => Promise.resolve(`no. ${++tokens}`);
  using ws = tokenRefresh.openFeed(fetchToken, { sources: world.sources });
  await world.clock.tickAsync(0);
  last(world).accept();
  last(world).close(4401);
  assertEquals(ws.state, "waiting");
  await world.clock.tickAsync(FIRST_DELAY_MS);
  assertEquals(world.network.connections.map(({ url }) => url), [
    "wss://example.com/feed?token=no.+1",
    "wss://example.com/feed?token=no.+2",
  ]);
});

Deno.test("token_refresh.ts stops a fetch when the client ends", async () => {
  const { clock, sources } = fakeWorld();
  let signal: AbortSignal | undefined;
  const fetchToken = (given: AbortSignal): Promise<string> => {
    signal ??= given;
    return new Promise(() => {});
  };
  using ws = tokenRefresh.openFeed(fetchToken, { sources });
  assertEquals([ws.state, signal?.aborted], ["connecting", false]);
  await clock.tickAsync(10_000);
  assertEquals([ws.state, signal?.aborted], ["waiting", false]);
  ws.close();
  assertEquals([ws.state, signal?.aborted], ["closing", true]);
});

Deno.test("authenticate.ts lets nothing pass before the server's welcome", async () => {
  const world = fakeWorld();
  using ws = authenticate.openFeed("secret", { sources: world.sources });
  ws.send("queued");
  last(world).accept();
  await world.clock.tickAsync(0);
  const auth = '{"type":"auth","token":"secret"}';
  assertEquals([ws.state, last(world).received], ["connecting", [auth]]);
  last(world).send("welcome");
  await world.clock.tickAsync(0);
  assertEquals([ws.state, last(world).received], ["open", [auth, "queued"]]);
});

Deno.test("authenticate.ts ends at once when the server denies the token", async () => {
  const world = fakeWorld();
  const ws = authenticate.openFeed("secret", { sources: world.sources });
  last(world).accept();
  last(world).send("denied");
  const { error } = await ws.closed;
  assertEquals([error?.code, String(error?.cause)], [
    "handshake-failed",
    "Error: Cannot authenticate: denied",
  ]);
  assertEquals([world.network.connections.length, world.clock.pending], [1, []]);
});

Deno.test("authenticate.ts tries again when the server says something else", async () => {
  const world = fakeWorld();
  using ws = authenticate.openFeed("secret", { sources: world.sources });
  const errors: string[] = [];
  ws.addEventListener("error", ({ error }) => errors.push(error.code, String(error.cause)));
  last(world).accept();
  last(world).send("who are you?");
  await world.clock.tickAsync(1_000);
  assertEquals(ws.state, "waiting");
  assertEquals(errors, [
    "handshake-failed",
    "Error: Cannot authenticate: the server said who are you?",
  ]);
});

Deno.test("heartbeat.ts loses a link that is silent for 15 + 5 s, and not before", () => {
  const world = fakeWorld();
  using ws = heartbeat.openFeed({ sources: world.sources });
  last(world).accept();
  last(world).stall();
  world.clock.tick(19_999);
  assertEquals(ws.state, "open");
  world.clock.tick(1);
  assertEquals(ws.state, "waiting");
});

Deno.test("heartbeat.ts keeps a link whose server answers, and shows nobody the answers", () => {
  const world = fakeWorld();
  using ws = heartbeat.openFeed({ sources: world.sources });
  const seen: unknown[] = [];
  ws.addEventListener("message", ({ data }) => seen.push(data));
  const connection = last(world);
  connection.onReceive((ping) => connection.send(String(ping).replace("ping", "pong")));
  connection.accept();
  world.clock.tick(60_000);
  connection.send("news");
  assertEquals([ws.state, seen, connection.received.length], ["open", ["news"], 4]);
});

Deno.test("give_up.ts tells after five attempts what was not sent", async () => {
  const world = fakeWorld();
  const told: string[] = [];
  const ws = giveUp.openFeed((sorry) => told.push(sorry), { sources: world.sources });
  ws.send("a");
  ws.send("b");
  world.network.connections[0]?.refuse();
  world.network.onDial((dialed) => world.clock.plan(() => dialed.refuse(), 0));
  await world.clock.runUntil(() => ws.state === "closed");
  await ws.closed;
  assertEquals(told, ["Gave up with 2 messages unsent"]);
  assertEquals(world.network.connections.length, 1 + 5);
});

Deno.test("several_endpoints.ts goes round the hosts", async () => {
  const { clock, network, sources } = fakeWorld();
  network.onDial((dialed) => clock.plan(() => dialed.refuse(), 0));
  using _ws = severalEndpoints.openFeed(["eu.example.com", "us.example.com"], { sources });
  await clock.runUntil(() => network.connections.length === 4);
  assertEquals(network.connections.map(({ url }) => new URL(url).host), [
    "eu.example.com",
    "us.example.com",
    "eu.example.com",
    "us.example.com",
  ]);
});

/** The delay after a 1012 with this reason, at either end of what chance allows. */
function delaysAfterRestart(reason: string): number[] {
  return [0, 1 - Number.EPSILON].map((random) => {
    const { sources, network } = fakeWorld();
    using ws = serverRestart.openFeed({ sources: { ...sources, random: () => random } });
    let waitMs = NaN;
    ws.addEventListener("retry", ({ delayMs }) => waitMs = Math.round(delayMs));
    last({ network }).accept();
    last({ network }).close(1012, reason);
    return waitMs;
  });
}

Deno.test("server_restart.ts comes back when the server says so, a half later at most", () => {
  assertEquals(delaysAfterRestart("back in 90 s"), [90_000, 135_000]);
});

Deno.test("server_restart.ts leaves a restart without a hint to the default, 5 to 30 s", () => {
  assertEquals(delaysAfterRestart("back soon"), [5_000, 30_000]);
});

Deno.test("headers.ts sends the header to a real server, with the subprotocol", async () => {
  const seen: (string | null)[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (it) => {
    seen.push(it.headers.get("x-api-key"));
    return Deno.upgradeWebSocket(it, { protocol: "feed" }).response;
  });
  await using ws = headers.openFeed(`ws://127.0.0.1:${server.addr.port}`, "secret", {
    protocols: "feed",
  });
  await ws.opened;
  assertEquals([seen, ws.protocol], [["secret"], "feed"]);
});

Deno.test("react_cleanup.ts leaves one connection of an effect that runs twice, and none after", () => {
  const { clock, network, sources } = fakeWorld();
  const seen: unknown[] = [];
  const effect = (): () => void =>
    react.subscribe("wss://example.com/feed", (data) => seen.push(data), { sources });
  const live = (): number => network.connections.filter((it) => it.readyState < 2).length;
  // As StrictMode does in development: set up, clean up, set up.
  effect()();
  const cleanUp = effect();
  assertEquals(live(), 1);
  last({ network }).accept();
  last({ network }).send("news");
  cleanUp();
  clock.tick(60_000);
  assertEquals([seen, live(), clock.pending], [["news"], 0, []]);
});

Deno.test("quotes.ts gives quotes over a loss, and subscribes again", async () => {
  const world = fakeWorld();
  const { clock, network, sources } = world;
  const signal = new AbortController().signal;
  const feed = quotes.quotes("ACME", signal, { sources });
  const first = feed.next();
  last(world).accept();
  last(world).send('{"symbol":"ACME","price":1}');
  last(world).drop();
  clock.tick(FIRST_DELAY_MS);
  last(world).accept();
  last(world).send('{"symbol":"ACME","price":2}');
  assertEquals([await first, await feed.next()].map(({ value }) => value.price), [1, 2]);
  assertEquals(network.connections.map(({ received }) => received), [["ACME"], ["ACME"]]);
  await feed.return(undefined);
  clock.tick(0);
  assertEquals([last(world).clientClose?.code, clock.pending], [1005, []]);
});

Deno.test("quotes.ts ends with its signal, and closes the client", async () => {
  const world = fakeWorld();
  const controller = new AbortController();
  const feed = quotes.quotes("ACME", controller.signal, { sources: world.sources });
  const result = feed.next().catch((reason) => reason);
  last(world).accept();
  controller.abort("enough");
  assertEquals(await result, "enough");
  world.clock.tick(0);
  assertEquals([last(world).isOver, world.clock.pending], [true, []]);
});
