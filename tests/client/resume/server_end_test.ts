/** The ways in which the application, or a client, ends a session, and what the store must have agreed to by then. */

import { assertEquals } from "@std/assert";
import { deferred } from "../../../lib/deferred.ts";
import { type Committed, type Grave, memoryStore } from "../../../lib/resume/server/mod.ts";
import { attachedRig, engineRig, left, sharedStore } from "./engine_rig.ts";

Deno.test("Session.end() confirms what was handled, sends what was accepted, and says farewell", async () => {
  const { client, sessions, settle, read, server } = await attachedRig();
  client.receive("a");
  sessions[0]?.send("goodbye");
  sessions[0]?.end();
  await settle();
  assertEquals(client.read(), ["goodbye", "ack 1", "bye", "close 1000 closed"]);
  assertEquals([read(), server.size], [["a", "end closed [goodbye]"], 0]);
});

Deno.test("Session.end() takes no message any more, from either side", async () => {
  const { client, sessions, settle, read } = await attachedRig();
  const [session] = sessions;
  session?.end();
  client.receive("late");
  assertEquals(session?.send("late"), false);
  await settle();
  assertEquals([client.read(), read()], [["ack 0", "bye", "close 1000 closed"], ["end closed []"]]);
});

Deno.test("Session.end() waits for the running handler, and drops what waits for it", async () => {
  const done = deferred<void>();
  const { client, sessions, settle, read } = await attachedRig({ handle: () => done.promise });
  client.receive("runs", "waits");
  sessions[0]?.end();
  await settle();
  assertEquals([client.read(), read()], [[], ["runs"]]);
  done.resolve();
  await settle();
  assertEquals([client.read(), read()], [["ack 1", "bye", "close 1000 closed"], ["end closed []"]]);
});

Deno.test("Session.end() waits for the handler that calls it", async () => {
  const { client, sessions, settle, read } = await attachedRig({
    handle: () => sessions[0]?.end(),
  });
  client.receive("last", "late");
  await settle();
  assertEquals([client.read(), read()], [
    ["ack 1", "bye", "close 1000 closed"],
    ["last", "end closed []"],
  ]);
});

Deno.test("Session.end() answers and hears its client until the handler is done", async () => {
  const done = deferred<void>();
  const { client, sessions, settle, read } = await attachedRig({ handle: () => done.promise });
  client.receive("runs");
  sessions[0]?.send("1");
  sessions[0]?.send("2");
  sessions[0]?.end();
  client.request();
  await settle();
  // A heartbeat, which must not take the connection for dead.
  assertEquals(client.read(), ["1", "2", "ack 0"]);
  client.ack(1);
  done.resolve();
  await settle();
  assertEquals(read(), ["runs", "end closed [2]"]);
});

Deno.test("Session.end() writes nothing to a client that has left before the handler is done", async () => {
  const done = deferred<void>();
  const { client, sessions, settle, read } = await attachedRig({ handle: () => done.promise });
  client.receive("runs");
  sessions[0]?.end();
  client.drop();
  done.resolve();
  await settle();
  assertEquals([client.read(), read()], [[], ["runs", "end closed []"]]);
});

Deno.test("Session.end() is known to the client that comes back meanwhile, from the store", async () => {
  const done = deferred<void>();
  const { client, dial, sessions, settle } = await attachedRig({ handle: () => done.promise });
  client.receive("runs");
  sessions[0]?.end();
  client.drop();
  const next = dial();
  next.hello({ n: 2, tx: 1, new: false });
  done.resolve();
  await settle();
  assertEquals(next.read(), ["close 4010 this hello was served"]);
  const last = dial();
  last.hello({ n: 3, tx: 1, new: false });
  await settle();
  assertEquals(last.read(), ["lost unknown 1"]);
});

Deno.test("Session.end() says no farewell while something is in doubt: the session is lost", async () => {
  const removed: Grave[] = [];
  const { dial, settle, sessions } = engineRig({
    store: left(3, 5, { remove: (_key, _gen, grave) => void removed.push(grave) }),
  });
  const client = dial();
  client.hello({ n: 2, tx: 5, new: false });
  await settle();
  sessions[0]?.end();
  await settle();
  assertEquals([client.read(), removed], [
    ["ok 3", "close 1000 closed"],
    [{ n: 2, why: "unknown", rx: undefined }],
  ]);
});

Deno.test("Session.end() sends and confirms nothing that the store does not have yet", async () => {
  const answers: ((answer: Committed) => void)[] = [];
  const { client, sessions, settle, read } = await attachedRig({
    store: sharedStore({ sync: () => new Promise((resolve) => void answers.push(resolve)) }),
  });
  client.receive("a");
  sessions[0]?.send("goodbye");
  sessions[0]?.end();
  await settle();
  // A process that dies now leaves a client that can go on elsewhere, from what is stored.
  assertEquals([client.read(), read(), answers.length], [[], ["a"], 1]);
  answers[0]?.("ok");
  await settle();
  assertEquals([client.read(), read()], [
    ["goodbye", "ack 1", "bye", "close 1000 closed"],
    ["end closed [goodbye]"],
  ]);
});

Deno.test("Session.end() commits what was handled while the store was asked", async () => {
  const done = deferred<void>();
  const answers: ((answer: Committed) => void)[] = [];
  const handled: number[] = [];
  const { client, sessions, settle } = await attachedRig({
    handle: () => done.promise,
    store: sharedStore({
      sync: (_key, _gen, { rx }) => {
        handled.push(rx);
        return new Promise((resolve) => void answers.push(resolve));
      },
    }),
  });
  client.receive("runs");
  sessions[0]?.end();
  await settle();
  done.resolve();
  await settle();
  answers[0]?.("ok");
  await settle();
  assertEquals([client.read(), handled], [[], [0, 1]]);
  answers[1]?.("ok");
  await settle();
  assertEquals(client.read(), ["ack 1", "bye", "close 1000 closed"]);
});

for (
  const [name, play] of [
    ["with something to commit", ({ client, sessions }) => {
      client.receive("a");
      sessions[0]?.send("not stored");
    }],
    ["with nothing to commit", () => {}],
  ] as readonly [string, (rig: Awaited<ReturnType<typeof attachedRig>>) => void][]
) {
  Deno.test(`Session.end() says and sends nothing where another process has the session, ${name}`, async () => {
    const removed: Grave[] = [];
    const rig = await attachedRig({
      store: sharedStore({
        sync: () => "fenced",
        remove: (_key, _gen, grave) => void removed.push(grave),
      }),
    });
    play(rig);
    rig.sessions[0]?.end();
    await rig.settle();
    assertEquals([rig.client.read(), removed], [["close 4010 moved"], []]);
    assertEquals(rig.read().at(-1), `end moved [${name.includes("some") ? "not stored" : ""}]`);
  });
}

Deno.test("Session.end() has not ended what the store fails to commit", async () => {
  const removed: Grave[] = [];
  const { client, sessions, settle, read, errors } = await attachedRig({
    store: sharedStore({
      sync: () => Promise.reject(new Error("down")),
      remove: (_key, _gen, grave) => void removed.push(grave),
    }),
  });
  client.receive("a");
  sessions[0]?.send("not stored");
  sessions[0]?.end();
  await settle();
  assertEquals([client.read(), read()], [
    ["close 1013 store-failed"],
    ["a", "end store-failed [not stored]"],
  ]);
  assertEquals([`${errors}`, removed], ["Error: down", []]);
});

Deno.test("A client that leaves is over here by what was handled, and nothing is confirmed to it", async () => {
  const removed: Grave[] = [];
  const { client, settle, read } = await attachedRig({
    store: sharedStore({
      sync: () => "fenced",
      remove: (_key, _gen, grave) => void removed.push(grave),
    }),
  });
  client.receive("a");
  client.bye();
  await settle();
  // The store knows whether this process may still say so: `remove` has the number of the owner.
  assertEquals([client.read(), read(), removed], [
    ["close 1000 closed"],
    ["a", "end closed []"],
    [{ n: 1, why: "unknown", rx: 1 }],
  ]);
});

Deno.test("Session.end() as the session begins leaves no client attached to nothing", async () => {
  const { dial, settle, read } = engineRig({ begin: (session) => session.end() });
  const client = dial();
  client.hello();
  await settle();
  assertEquals([client.read(), read()], [
    ["close 1013 not ready"],
    ["begin new", "end closed []"],
  ]);
});

Deno.test("ResumeServer opens no session that the store has not forgotten, whenever it leaves", async () => {
  const expected = ["open", "remove"];
  for (let turns = 0; turns < 40; turns++) {
    const calls: string[] = [];
    const store = memoryStore();
    const { client, dial, sessions, settle } = await attachedRig({
      maxUnackedBytes: 1,
      store: {
        ...store,
        open(...args): ReturnType<typeof store.open> {
          calls.push("open");
          return store.open(...args);
        },
        remove(...args): void {
          calls.push("remove");
          void store.remove(...args);
        },
      },
    });
    client.drop();
    dial().hello({ n: 2, new: false });
    for (let i = 0; i < turns; i++) await undefined;
    sessions[0]?.send("the first always fits");
    sessions[0]?.send("too much");
    await settle();
    assertEquals([turns, calls.slice(0, 2)], [turns, expected]);
  }
});

Deno.test("SessionHandlers.end() is called for a session that is lost as it begins", async () => {
  const { dial, settle, read } = engineRig({
    maxUnackedBytes: 40,
    begin: (session) => ["first", "more than fits into 40"].forEach((text) => session.send(text)),
  });
  const client = dial();
  client.hello();
  await settle();
  assertEquals([client.read(), read()], [
    ["close 1013 not ready"],
    ["begin new", "end overflow [first]"],
  ]);
});

Deno.test("SessionHandlers.end() that rejects is reported", async () => {
  const { client, errors, settle } = await attachedRig({
    end: () => Promise.reject(new Error("the database is down")),
  });
  client.bye();
  await settle();
  assertEquals(errors.map(String), ["Error: the database is down"]);
});

Deno.test("SessionHandlers.message() is called for all that came before a farewell, however long it takes", async () => {
  const done = deferred<void>();
  const { client, clock, settle, read, server } = await attachedRig({
    handle: (data) => data === "slow" ? done.promise : undefined,
    ttlMs: 1_000,
  });
  client.receive("slow", "last");
  client.bye();
  client.drop();
  await clock.tickAsync(1_001);
  done.resolve();
  await settle();
  assertEquals([read(), server.size], [["slow", "last", "end closed []"], 0]);
});
