/**
 * What was wrong once, in the sketch or on the way here, each as a scenario. Those that are the duty of a
 * store are in `store_contract.ts`, those of a lone answer in `server_test.ts` and `server_store_test.ts`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { deferred } from "../../../lib/deferred.ts";
import {
  type Committed,
  type Grave,
  memoryStore,
  type Opened,
} from "../../../lib/resume/server/mod.ts";
import { attachedRig, engineRig, left, sharedStore } from "./engine_rig.ts";
import { DELAY_MS, sessionRig } from "./rig.ts";

Deno.test("Of two hellos at the same time one is served, and the other connection is closed", async () => {
  const { dial, settle, server } = engineRig({ authenticate: () => Promise.resolve("user") });
  const [first, second] = [dial(), dial()];
  first.hello({ n: 1 });
  second.hello({ n: 2 });
  await settle();
  assertEquals([first.read(), second.read(), server.size], [
    ["ok 0 new", "close 4009 resumed elsewhere"],
    ["ok 0"],
    1,
  ]);
});

Deno.test("Of two hellos that come in the wrong order only the later one is served", async () => {
  const { dial, settle } = engineRig();
  const [late, live] = [dial(), dial()];
  live.hello({ n: 2 });
  late.hello({ n: 1 });
  await settle();
  assertEquals([late.read(), live.read()], [["close 4009 a later hello is served"], ["ok 0 new"]]);
});

Deno.test("A client does not go on once another had its session, though the counters fit", async () => {
  const { client, dial, settle, read } = await attachedRig();
  client.drop();
  const copy = dial();
  copy.hello({ n: 9, was: [1], new: false });
  await settle();
  copy.receive("of the copy");
  copy.drop();
  const first = dial();
  // Its own message, sent and never handled, would count as the one that was.
  first.hello({ n: 10, was: [1, 2], tx: 1, new: false });
  await settle();
  assertEquals([first.read(), read()], [["lost gap"], ["of the copy"]]);
  copy.read();
  const again = dial();
  again.hello({ n: 11, was: [9, 10], tx: 1, new: false });
  await settle();
  assertEquals(again.read(), ["ok 1"]);
});

Deno.test("A client with an old copy takes nothing from the live connection but a moment", async () => {
  const { client, dial, settle, server } = await attachedRig();
  client.drop();
  const live = dial();
  live.hello({ n: 2, was: [1], new: false });
  await settle();
  live.read();
  const copy = dial();
  copy.hello({ n: 9, was: [1], new: false });
  await settle();
  assertEquals([live.read(), copy.read(), server.size], [["close 4010 moved"], ["lost gap"], 1]);
});

Deno.test("A session that is over begins anew only for a client that has sent nothing", async () => {
  const { client, dial, settle } = await attachedRig();
  client.receive("handled");
  client.bye();
  await settle();
  const copy = dial();
  copy.hello({ n: 9, was: [1], tx: 1, new: true });
  await settle();
  assertEquals(copy.read(), ["lost unknown 1"]);
});

Deno.test("A gap is never exact: who does not know what was sent does not know what was handled", () => {
  const { ws, peer, read } = sessionRig();
  ws.send("never left");
  peer.connection.accept();
  peer.lost("gap");
  assertEquals(read(), ["lost gap [never left] in doubt"]);
});

Deno.test("What an owner that died may have handled is flagged, and no message after it", async () => {
  const { dial, settle, read } = engineRig({ store: left(3, 5) });
  const client = dial();
  client.hello({ n: 2, tx: 5, new: false });
  await settle();
  client.receive("4", "5", "6");
  assertEquals([client.read(), read()], [["ok 3"], [
    "begin",
    "4 redelivered",
    "5 redelivered",
    "6",
  ]]);
});

Deno.test("A session that is lost while something is in doubt says no count", async () => {
  const removed: Grave[] = [];
  const { dial, settle, sessions } = engineRig({
    store: left(3, 5, { remove: (_key, _gen, grave) => void removed.push(grave) }),
    maxUnackedBytes: 20,
  });
  const client = dial();
  client.hello({ n: 2, tx: 5, new: false });
  await settle();
  client.receive("4");
  sessions[0]?.send("1");
  sessions[0]?.send("2");
  await settle();
  assertEquals([client.read(), removed], [
    ["ok 3", "close 1013 overflow"],
    [{ n: 2, why: "overflow", rx: undefined }],
  ]);
});

Deno.test("A session that is lost while a handler runs counts its message as handled once it is", async () => {
  const done = deferred<void>();
  const { client, sessions, dial, settle, read } = await attachedRig({
    maxUnackedBytes: 20,
    handle: () => done.promise,
  });
  client.receive("runs", "waits");
  sessions[0]?.send("1");
  sessions[0]?.send("2");
  assertEquals([client.read(), read()], [["close 1013 overflow"], ["runs", "end overflow [1]"]]);
  const next = dial();
  next.hello({ n: 2, tx: 2, new: false });
  await settle();
  // If the process dies now, nobody has said of the message that it was handled.
  assertEquals(next.read(), []);
  done.resolve();
  await settle();
  assertEquals(next.read(), ["lost overflow 1"]);
});

Deno.test("A process that slept past its lease checks with the store before it says ok", async () => {
  let answer: Committed = "ok";
  const opened: number[] = [];
  const store = sharedStore({ sync: () => answer });
  const { client, dial, settle, read } = await attachedRig({
    store: {
      ...store,
      open(key, hello, isWanted): Promise<Opened> {
        opened.push(hello.n);
        return store.open(key, hello, isWanted);
      },
    },
  });
  client.drop();
  await settle();
  // Another process took the session meanwhile.
  answer = "fenced";
  const next = dial();
  next.hello({ n: 2, new: false });
  await settle();
  assertEquals([next.read(), read(), opened], [["lost unknown"], ["end moved []"], [1, 2]]);
});

Deno.test("A session that was fenced confirms nothing more, and gives back what it accepted", async () => {
  const { client, sessions, settle, read } = await attachedRig({
    store: sharedStore({ sync: () => "fenced" }),
  });
  client.receive("a");
  client.request();
  sessions[0]?.send("never stored");
  await settle();
  assertEquals([client.read(), read()], [["close 4010 moved"], ["a", "end moved [never stored]"]]);
});

Deno.test("A session whose store failed is released as unclean when another process wants it", async () => {
  const released: boolean[] = [];
  let release = (_key: string): Promise<void> => Promise.resolve();
  const { client, sessions, settle } = await attachedRig({
    store: sharedStore({
      sync: () => Promise.reject(new Error("down")),
      release: (_key, isClean) => Promise.resolve(void released.push(isClean)),
      bind: (given) => void (release = given),
    }),
  });
  client.receive("handled and not committed");
  const key = sessions[0]?.key ?? "";
  client.request();
  await settle();
  await release(key);
  assertEquals(released, [false]);
});

Deno.test("A store that does not answer holds up no hello for long, and what is over goes on nowhere", async () => {
  let isDown = true;
  const removed: string[] = [];
  const { client, dial, clock } = await attachedRig({
    storeTimeoutMs: 1_000,
    openTimeoutMs: 5_000,
    store: {
      ...memoryStore(),
      remove: (_key, _gen, { why }) => isDown ? new Promise(() => {}) : void removed.push(why),
    },
  });
  client.bye();
  const next = dial();
  next.hello({ n: 2 });
  await clock.tickAsync(1_999);
  assertEquals(next.read(), []);
  await clock.tickAsync(1);
  assertEquals(next.read(), ["close 1013 not ready"]);
  isDown = false;
  const last = dial();
  last.hello({ n: 3 });
  await clock.tickAsync(0);
  assertEquals([last.read(), removed], [["ok 0 new"], ["unknown"]]);
});

Deno.test("A snapshot of a client that was never answered is no session to go on with", () => {
  const before = sessionRig();
  before.ws.send("kept");
  before.peer.connection.accept();
  const session = before.ws.snapshot();
  const { ws, peer, read } = sessionRig({ session });
  peer.connection.accept();
  assertEquals([peer.hello.new, peer.hello.was], [true, [1]]);
  peer.ok({ new: true });
  assertEquals([read(), ws.resumed, peer.frames], [["open"], false, ["kept"]]);
});

Deno.test("A client of which the server has lost sight is given back everything at its next hello", () => {
  const { ws, clock, peer, read } = sessionRig();
  peer.open();
  ws.send("in doubt");
  peer.connection.drop();
  ws.send("never left");
  clock.tick(DELAY_MS);
  peer.connection.accept();
  read();
  peer.lost("unknown");
  assertEquals(read(), ["lost unknown [in doubt,never left] in doubt"]);
});

Deno.test("An expiry during a hand-over ends the session, and hands nothing over", async () => {
  const done = deferred<void>();
  const calls: string[] = [];
  let release = (_key: string): Promise<void> => Promise.resolve();
  const { client, sessions, settle } = await attachedRig({
    handle: () => done.promise,
    store: sharedStore({
      bind: (given) => void (release = given),
      release: () => Promise.resolve(void calls.push("release")),
      remove: (_key, _gen, { why }) => void calls.push(`remove ${why}`),
    }),
  });
  client.receive("runs");
  const [session] = sessions;
  const releasing = release(session?.key ?? "");
  await settle();
  session?.end();
  done.resolve();
  await releasing;
  assertEquals(calls[0], "remove unknown");
});
