/** The engine: handshakes, order, confirmations, and the ways in which a session ends. */

import { assertEquals } from "@std/assert";
import { deferred } from "../../../lib/deferred.ts";
import { ResumeServer } from "../../../lib/resume/server/mod.ts";
import { attachedRig, engineRig } from "./engine_rig.ts";

Deno.test("ResumeServer attaches a new session, and goes on with it on the next connection", async () => {
  const { dial, settle, read } = engineRig({ begin: (session) => void session.send("welcome") });
  const first = dial();
  first.hello();
  await settle();
  first.receive("a");
  await settle();
  assertEquals([first.read(), read()], [["ok 0 new", "welcome"], ["begin new", "a"]]);
  first.drop();
  const second = dial();
  second.hello({ n: 2, rx: 0, tx: 2, new: false });
  await settle();
  second.receive("b");
  assertEquals([second.read(), read()], [["ok 1", "welcome"], ["b"]]);
});

Deno.test("ResumeServer confirms after 64 messages, after 250 ms, and on request", async () => {
  const { client, clock, settle } = await attachedRig();
  for (let i = 0; i < 64; i++) client.receive("x");
  await settle();
  assertEquals(client.read(), ["ack 64"]);
  client.receive("x");
  await clock.tickAsync(249);
  assertEquals(client.read(), []);
  await clock.tickAsync(1);
  assertEquals(client.read(), ["ack 65"]);
  client.request();
  await settle();
  assertEquals(client.read(), ["ack 65"]);
});

Deno.test("ResumeServer answers a request at once, and again when what came before it is handled", async () => {
  const done = deferred<void>();
  const { client, settle } = await attachedRig({ handle: () => done.promise });
  client.receive("slow");
  client.request();
  await settle();
  assertEquals(client.read(), ["ack 0"]);
  done.resolve();
  await settle();
  assertEquals(client.read(), ["ack 1"]);
});

Deno.test("ResumeServer runs handlers in order, one at a time", async () => {
  const steps: string[] = [];
  const { client, clock } = await attachedRig({
    handle: async (data) => {
      steps.push(`${data} begins`);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, Number(data)));
      steps.push(`${data} ends`);
    },
  });
  client.receive("30", "10");
  await clock.tickAsync(50);
  assertEquals(steps, ["30 begins", "30 ends", "10 begins", "10 ends"]);
});

for (
  const [what, handle] of Object.entries<() => Promise<void>>({
    throws: () => {
      throw new Error("poison");
    },
    rejects: () => Promise.reject(new Error("poison")),
  })
) {
  Deno.test(`ResumeServer reports a handler that ${what}, and counts the message as handled`, async () => {
    const { client, settle, errors } = await attachedRig({ handle });
    client.receive("x");
    client.request();
    await settle();
    assertEquals([client.read().at(-1), errors.map(String)], ["ack 1", ["Error: poison"]]);
  });
}

Deno.test("ResumeServer gives each message an id that stays the same", async () => {
  const ids: string[] = [];
  const { client } = await attachedRig({ handle: (_data, { id }) => void ids.push(id) });
  client.receive("a", "b");
  assertEquals(new Set(ids).size, 2);
});

Deno.test("ResumeServer keeps within the client's window", async () => {
  const { dial, settle, sessions } = engineRig();
  const client = dial();
  client.hello({ max: 34 });
  await settle();
  for (const data of ["1", "2", "3"]) sessions[0]?.send(data);
  await settle();
  assertEquals(client.read(), ["ok 0 new", "1", "2"]);
  client.ack(1);
  assertEquals(client.read(), ["3"]);
});

Deno.test("ResumeServer ends the old connection of a session that is resumed elsewhere", async () => {
  const { client, dial, settle } = await attachedRig();
  const other = dial();
  other.hello({ n: 2, new: false });
  await settle();
  assertEquals([client.read(), other.read()], [["close 4009 resumed elsewhere"], ["ok 0"]]);
});

Deno.test("ResumeServer does not serve a hello that is late", async () => {
  const { dial, settle } = engineRig();
  const live = dial();
  live.hello({ n: 5 });
  await settle();
  const late = dial();
  late.hello({ n: 4 });
  await settle();
  assertEquals([live.read(), late.read()], [["ok 0 new"], ["close 4009 a later hello is served"]]);
});

Deno.test("ResumeServer attaches a session only when its running handler has ended", async () => {
  const done = deferred<void>();
  const { client, dial, settle, read } = await attachedRig({ handle: () => done.promise });
  client.receive("a", "b");
  client.drop();
  const next = dial();
  next.hello({ n: 2, tx: 2, new: false });
  await settle();
  assertEquals(next.read(), []);
  done.resolve();
  await settle();
  // 'b' waited and was thrown away: the client sends it again.
  assertEquals([next.read(), read()], [["ok 1"], ["a"]]);
});

Deno.test("ResumeServer keeps sessions of different principals apart", async () => {
  const { dial, settle } = engineRig({ authenticate: (_request, auth) => auth ?? null });
  const [mine, thief] = [dial(), dial()];
  mine.hello({ auth: "alice" });
  await settle();
  thief.hello({ auth: "mallory", n: 2, new: false });
  await settle();
  assertEquals([mine.read(), thief.read()], [["ok 0 new"], ["lost unknown"]]);
});

Deno.test("ResumeServer refuses whom 'authenticate' does not know", async () => {
  const { dial, settle } = engineRig({ authenticate: () => Promise.resolve(null) });
  const client = dial();
  client.hello();
  await settle();
  assertEquals(client.read(), ["close 4403 refused"]);
});

Deno.test("ResumeServer takes no object for a principal, as it is unknown which part of it stays", async () => {
  const errors: unknown[] = [];
  const server = new ResumeServer({
    authenticate: () => ({ id: 1, loginAtMs: Math.random() }),
    session: () => ({}),
    onError: (error) => void errors.push(error),
  });
  const closed = deferred<string>();
  const connection = server.connect({
    send: () => {},
    close: (code, reason) => closed.resolve(`${code} ${reason}`),
  }, undefined);
  connection.receive(`\u0001${
    JSON.stringify({
      ...{ t: "hello", v: 1, s: "0123456789abcdef01234567", n: 1, rx: 0, ack: 0, tx: 0 },
      ...{ new: true, max: 1 },
    })
  }`);
  assertEquals([await closed.promise, errors.map(String)], [
    "1013 not ready",
    [
      "TypeError: Cannot open a session as 'principal' must be given for such users: " +
      "current value is of type object",
    ],
  ]);
});

Deno.test("ResumeServer says 'lost' and lets the client begin anew on the same connection", async () => {
  const { dial, settle } = engineRig();
  const client = dial();
  client.hello({ n: 7, rx: 3, ack: 2, tx: 4, new: false });
  await settle();
  client.hello({ s: "another-token-0123456789" });
  await settle();
  assertEquals(client.read(), ["lost unknown", "ok 0 new"]);
});

for (
  const [what, hello] of Object.entries({
    "handled what was never sent to it": { rx: 2 },
    "takes a confirmation back": { rx: 0, ack: 0, tx: 1 },
    "saw more confirmed than was handled": { rx: 1, ack: 2, tx: 2 },
    "sent less than was handled": { rx: 1, ack: 0, tx: 0 },
  })
) {
  Deno.test(`ResumeServer loses a session by a gap when its client ${what}`, async () => {
    const { client, dial, settle, read, sessions } = await attachedRig();
    sessions[0]?.send("1");
    await settle();
    client.receive("a");
    client.ack(1);
    client.drop();
    read();
    const next = dial();
    next.hello({ n: 2, new: false, ...hello });
    await settle();
    assertEquals([next.read(), read()], [["lost gap"], ["end gap []"]]);
  });
}

Deno.test("ResumeServer loses a session that outgrows its window, and says how much was handled", async () => {
  const { client, dial, settle, read, sessions } = await attachedRig({ maxUnackedBytes: 40 });
  client.receive("a");
  const [session] = sessions;
  assertEquals([session?.send("1234"), session?.send("1234"), session?.send("5")], [
    true,
    true,
    false,
  ]);
  // What was handled is not committed yet, so nothing confirms it but what the store has in the end.
  assertEquals(client.read(), ["close 1013 overflow"]);
  assertEquals(read(), ["a", "end overflow [1234,1234]"]);
  await settle();
  const next = dial();
  next.hello({ n: 2, tx: 3, new: false });
  await settle();
  assertEquals([next.read(), session?.send("late")], [["lost overflow 1"], false]);
});

Deno.test("ResumeServer only refuses what is too much with overflow: 'refuse'", async () => {
  const { client, sessions, server } = await attachedRig({
    maxUnackedBytes: 20,
    overflow: "refuse",
  });
  const [session] = sessions;
  assertEquals([session?.send("1"), session?.send("2"), server.size, client.read()], [
    true,
    false,
    1,
    [],
  ]);
});

Deno.test("ResumeServer lets a session expire whose client stays away, and says so when it comes back", async () => {
  const { client, clock, dial, settle, read, sessions, server } = await attachedRig({
    ttlMs: 1_000,
  });
  sessions[0]?.send("unseen");
  client.drop();
  await clock.tickAsync(999);
  assertEquals(read(), []);
  await clock.tickAsync(1);
  assertEquals([read(), server.size], [["end expired [unseen]"], 0]);
  const next = dial();
  next.hello({ n: 2, new: false });
  await settle();
  assertEquals(next.read(), ["lost expired 0"]);
});

Deno.test("ResumeServer lets no late hello begin a session anew that is over", async () => {
  const { clock, dial, settle, read } = engineRig({ ttlMs: 1_000 });
  const client = dial();
  client.hello({ n: 3 });
  await settle();
  client.drop();
  await clock.tickAsync(1_000);
  read();
  const late = dial();
  late.hello({ n: 2 });
  await settle();
  assertEquals([late.read(), read()], [["close 4009 a later hello is served"], []]);
});

Deno.test("ResumeServer handles what came before a farewell, and ends then", async () => {
  const done = deferred<void>();
  const { client, settle, read, server } = await attachedRig({ handle: () => done.promise });
  client.receive("a", "b");
  client.bye();
  client.drop();
  done.resolve();
  await settle();
  assertEquals([read(), server.size], [["a", "b", "end closed []"], 0]);
});

Deno.test("Session.send() keeps a copy of a buffer", async () => {
  const seen: unknown[] = [];
  const { sessions, client, dial, settle } = await attachedRig();
  const buffer = new Uint8Array([1, 2]);
  sessions[0]?.send(buffer);
  buffer.fill(9);
  client.drop();
  const server = dial();
  server.hello({ n: 2, new: false });
  await settle();
  seen.push(...server.read());
  assertEquals(seen, ["ok 0", "[object ArrayBuffer]"]);
});
