/** The engine and its store: what may leave when, hand-overs, stores that fail. */

import { assertEquals, assertRejects } from "@std/assert";
import { deferred } from "../../../lib/deferred.ts";
import { type Change, memoryStore, type SessionStore } from "../../../lib/resume/server/mod.ts";
import { attachedRig, engineRig } from "./engine_rig.ts";

Deno.test("ResumeServer.shutdown() hands over what is stored, by a code that costs no pause", async () => {
  const kept: SessionStore = { ...memoryStore(), release: () => Promise.resolve() };
  const { client, server, sessions, read, settle, dial } = await attachedRig({ store: kept });
  sessions[0]?.send("kept");
  assertEquals(await server.shutdown(), 0);
  assertEquals([client.read().at(-1), read()], ["close 4010 moved", ["end moved []"]]);
  const late = dial();
  late.hello({ n: 2, new: false });
  await settle();
  assertEquals(late.read(), ["close 4010 going away"]);
});

Deno.test("ResumeServer.shutdown() gives back what only this process has", async () => {
  const { server, sessions, read } = await attachedRig();
  sessions[0]?.send("lost with the memory");
  await server.shutdown();
  assertEquals(read(), ["end moved [lost with the memory]"]);
});

Deno.test("ResumeServer.shutdown() waits for running handlers, and not for ever", async () => {
  const { client, server, clock } = await attachedRig({ handle: () => new Promise(() => {}) });
  client.receive("endless");
  const left = server.shutdown({ timeoutMs: 1_000 });
  await clock.tickAsync(1_000);
  assertEquals(await left, 1);
});

for (
  const [options, error] of [
    [{ timeoutMs: NaN }, RangeError],
    // As a timer it would end at once, with every session still here.
    [{ timeoutMs: Infinity }, RangeError],
    [{ spreadMs: -1 }, RangeError],
    [{ spreadMs: "5" }, TypeError],
  ] as const
) {
  const [[name, value] = []] = Object.entries(options);
  Deno.test(`ResumeServer.shutdown() refuses ${value} for ${name}, and goes on`, async () => {
    const { client, server } = await attachedRig();
    await assertRejects(
      () => server.shutdown(options as object),
      error,
      `Cannot shut down as '${name}' must be between 0 and 1073741823`,
    );
    assertEquals([server.size, client.read()], [1, []]);
  });
}

Deno.test("ResumeServer.shutdown() lets the sessions go one after the other", async () => {
  const { dial, settle, server, clock } = engineRig();
  for (let i = 0; i < 4; i++) {
    dial().hello({ s: `token-${i}-0123456789abcdef` });
    await settle();
  }
  const done = server.shutdown({ spreadMs: 400 });
  const sizes: number[] = [];
  for (let i = 0; i < 4; i++) {
    await clock.tickAsync(i === 0 ? 0 : 100);
    sizes.push(server.size);
  }
  assertEquals([sizes, await done], [[3, 2, 1, 0], 0]);
});

/** A store whose answers the test gives. */
function slowStore(): { store: SessionStore; changes: Change[]; answer: (result?: Error) => void } {
  const changes: Change[] = [];
  let pending = deferred<"ok">();
  const store: SessionStore = {
    ...memoryStore(),
    release: () => Promise.resolve(),
    sync(_key, _gen, change): Promise<"ok"> {
      changes.push(change);
      pending = deferred();
      return pending.promise;
    },
  };
  const answer = (result?: Error): void => result ? pending.reject(result) : pending.resolve("ok");
  return { store, changes, answer };
}

Deno.test("ResumeServer sends nothing that is not stored, and confirms nothing that is not committed", async () => {
  const { store, changes, answer } = slowStore();
  const { client, sessions, settle } = await attachedRig({ store });
  client.receive("a");
  client.request();
  sessions[0]?.send("1");
  await settle();
  assertEquals([client.read(), changes.length], [[], 1]);
  client.receive("b");
  sessions[0]?.send("2");
  answer();
  await settle();
  assertEquals(client.read(), ["1", "ack 1"]);
  assertEquals(changes.map(({ rx, first, messages }) => ({ rx, first, messages })), [
    { rx: 1, first: 1, messages: ["1"] },
    { rx: 2, first: 2, messages: ["2"] },
  ]);
});

Deno.test("ResumeServer commits a session without traffic each half of its time to live", async () => {
  const { store, changes, answer } = slowStore();
  const { clock, server, settle } = await attachedRig({ store, ttlMs: 1_000 });
  for (let i = 0; i < 3; i++) {
    await clock.tickAsync(500);
    answer();
    await settle();
  }
  assertEquals([changes.length, server.size], [3, 1]);
});

Deno.test("ResumeServer confirms what was handled while it had to ask the store for something else", async () => {
  const { store, changes, answer } = slowStore();
  const { client, clock, sessions, settle } = await attachedRig({ store, ttlMs: 1_000 });
  await clock.tickAsync(499);
  sessions[0]?.send("stored");
  // The session's half time passes meanwhile.
  await clock.tickAsync(1);
  client.receive("a");
  for (let i = 0; i < 2; i++) {
    answer();
    await settle();
  }
  await clock.tickAsync(250);
  answer();
  await settle();
  assertEquals([client.read(), changes.map(({ rx }) => rx)], [["stored", "ack 1"], [0, 1]]);
});

for (const isLate of [false, true]) {
  Deno.test(`ResumeServer gives back what may not be stored when the store ${isLate ? "does not answer" : "fails"}`, async () => {
    const { store, answer } = slowStore();
    const { client, sessions, settle, read, errors, clock } = await attachedRig({ store });
    sessions[0]?.send("stored");
    await settle();
    answer();
    await settle();
    sessions[0]?.send("in doubt");
    await settle();
    if (isLate) await clock.tickAsync(5_000);
    else answer(new Error("down"));
    await settle();
    assertEquals([client.read(), read(), errors.length], [
      ["stored", "close 1013 store-failed"],
      ["end store-failed [in doubt]"],
      1,
    ]);
  });
}

Deno.test("ResumeServer lets no connection go on while the handler of a failed session runs", async () => {
  const { store, answer } = slowStore();
  const done = deferred<void>();
  const { client, dial, settle, sessions } = await attachedRig({
    store,
    handle: () => done.promise,
  });
  client.receive("runs");
  sessions[0]?.send("x");
  await settle();
  answer(new Error("down"));
  const next = dial();
  next.hello({ n: 2 });
  await settle();
  assertEquals(next.read(), []);
  done.resolve();
  await settle();
  assertEquals(next.read(), ["ok 0 new"]);
});

Deno.test("ResumeServer commits the hello that a session was opened for, though no connection waits any more", async () => {
  const opened = deferred<void>();
  const { store, changes } = slowStore();
  const late: SessionStore = {
    ...store,
    open: (...args) => opened.promise.then(() => store.open(...args)),
  };
  const { dial, settle, sessions } = engineRig({ store: late });
  const client = dial();
  client.hello({ n: 3 });
  await settle();
  client.drop();
  opened.resolve();
  await settle();
  sessions[0]?.send("x");
  await settle();
  assertEquals(changes.map(({ n }) => n), [3]);
});

for (let hops = 0; hops < 16; hops++) {
  Deno.test(`ResumeServer stores or refuses what is sent ${hops} jobs after the last commit of a hand-over`, async () => {
    const { store, changes, answer } = slowStore();
    const { sessions, settle, server } = await attachedRig({ store });
    const [session] = sessions;
    session?.send("first");
    await settle();
    const done = server.shutdown();
    answer();
    for (let i = 0; i < hops; i++) await undefined;
    const isAccepted = session?.send("second");
    for (let i = 0; i < 3; i++) {
      await settle();
      answer();
    }
    await settle();
    await done;
    const isStored = changes.some(({ messages }) => messages.includes("second"));
    assertEquals(isStored, isAccepted);
  });
}

Deno.test("ResumeServer survives an 'onError' that throws, where the store fails to forget a session", async () => {
  const store = memoryStore();
  let isDown = true;
  const { sessions, dial, client, settle } = await attachedRig({
    store: {
      ...store,
      remove(...args): void | Promise<void> {
        if (isDown) throw new Error("down");
        return store.remove(...args);
      },
    },
    onError(error): never {
      throw error;
    },
  });
  sessions[0]?.end();
  await settle();
  assertEquals(client.read(), ["ack 0", "bye", "close 1000 closed"]);
  const next = dial();
  next.hello({ n: 2, new: false });
  await settle();
  isDown = false;
  const last = dial();
  last.hello({ n: 3, new: false });
  await settle();
  assertEquals([next.read(), last.read()], [["close 1013 not ready"], ["lost unknown 0"]]);
});

Deno.test("ResumeServer.shutdown() counts a session that is over while its handler runs", async () => {
  const { client, clock, read, server } = await attachedRig({
    ttlMs: 100,
    handle: () => new Promise(() => {}),
  });
  client.receive("endless");
  client.drop();
  await clock.tickAsync(100);
  const left = server.shutdown({ timeoutMs: 1_000 });
  await clock.tickAsync(1_000);
  assertEquals([await left, read()], [1, ["endless", "end expired []"]]);
});

Deno.test("ResumeServer removes a session whose client never comes back once the store can", async () => {
  const removed: (string | undefined)[] = [];
  let isDown = true;
  const { client, clock, server } = await attachedRig({
    ttlMs: 1_000,
    store: {
      ...memoryStore(),
      remove(_key, _gen, { why }): void {
        if (isDown) throw new Error("down");
        removed.push(why);
      },
    },
  });
  client.drop();
  await clock.tickAsync(3_000);
  assertEquals([server.size, removed], [0, []]);
  isDown = false;
  await clock.tickAsync(3_000);
  assertEquals([removed, clock.pending], [["expired"], []]);
});

Deno.test("ResumeServer.shutdown() ends the attempts to remove a session", async () => {
  const { client, clock, errors, server } = await attachedRig({
    ttlMs: 1_000,
    store: { ...memoryStore(), remove: () => Promise.reject(new Error("down")) },
  });
  client.drop();
  await clock.tickAsync(1_000);
  await server.shutdown();
  await clock.tickAsync(10_000);
  assertEquals([errors.map(String), clock.pending], [["Error: down", "Error: down"], []]);
});

Deno.test("ResumeServer confirms what was requested with the commit that follows the one that runs", async () => {
  const done = deferred<void>();
  const { store, answer } = slowStore();
  const { client, settle } = await attachedRig({
    store,
    handle: (data) => data === "slow" ? done.promise : undefined,
  });
  client.receive("a", "slow");
  client.request();
  await settle();
  // Handled while the commit of the first runs.
  done.resolve();
  await settle();
  answer();
  await settle();
  answer();
  await settle();
  assertEquals(client.read(), ["ack 1", "ack 2"]);
});
