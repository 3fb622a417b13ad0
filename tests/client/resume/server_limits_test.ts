/** The engine against peers that break the protocol, hooks that fail, and its own bounds. */

import { assertEquals, assertThrows } from "@std/assert";
import { memoryStore, ResumeServer } from "../../../lib/resume/server/mod.ts";
import { attachedRig, engineRig } from "./engine_rig.ts";

for (
  const [what, frames] of Object.entries({
    "sends data before it says hello": ["data"],
    "sends garbage": ["\u0001garbage"],
    "says hello in too many words": [`\u0001{"t":"hello","x":"${"x".repeat(9_000)}"}`],
    "acknowledges first": ["\u0001A0"],
  })
) {
  Deno.test(`ResumeServer closes a connection whose client ${what}`, () => {
    const { dial, clock } = engineRig();
    const client = dial();
    client.receive(...frames);
    assertEquals([client.read(), clock.pending], [["close 1002 protocol error"], []]);
  });
}

for (
  const [what, frame] of Object.entries({
    "says hello twice": '\u0001{"t":"hello","v":1,"s":"0123456789abcdef01234567","n":2,"rx":0,' +
      '"ack":0,"tx":0,"new":true,"max":1}',
    "says what a server says": '\u0001{"t":"lost","why":"gap"}',
    "confirms what was never sent": "\u0001A1",
    "sends garbage": "\u0001?",
  })
) {
  Deno.test(`ResumeServer closes the connection of a session whose client ${what}, and keeps the session`, async () => {
    const { client, dial, settle, server, read } = await attachedRig();
    client.receive(frame, "ignored");
    assertEquals([client.read(), server.size, read()], [["close 1002 protocol error"], 1, []]);
    const next = dial();
    next.hello({ n: 3, new: false });
    await settle();
    assertEquals(next.read(), ["ok 0"]);
  });
}

Deno.test("ResumeServer takes no data while a session is being opened", async () => {
  const { dial, settle, server } = engineRig({ authenticate: () => Promise.resolve("") });
  const client = dial();
  client.hello();
  client.receive("early");
  await settle();
  assertEquals([client.read(), server.size], [["close 1002 protocol error"], 0]);
});

Deno.test("ResumeServer bounds what waits for a handler by twice the window", async () => {
  const { client } = await attachedRig({ windowBytes: 100, handle: () => new Promise(() => {}) });
  client.receive("handled now");
  for (let i = 0; i < 12; i++) client.receive("");
  assertEquals(client.read(), []);
  client.receive("");
  assertEquals(client.read(), ["close 1002 protocol error"]);
});

Deno.test("ResumeServer waits 5 s for a hello", async () => {
  const { dial, clock } = engineRig();
  const client = dial();
  await clock.tickAsync(4_999);
  assertEquals(client.read(), []);
  await clock.tickAsync(1);
  assertEquals([client.read(), clock.pending], [["close 1008 no hello"], []]);
});

for (
  const [what, options] of Object.entries({
    "'authenticate'": { authenticate: () => new Promise<string>(() => {}) },
    "the store": { store: { ...memoryStore(), open: () => new Promise<never>(() => {}) } },
  })
) {
  Deno.test(`ResumeServer waits 10 s for ${what}`, async () => {
    const { dial, clock, server } = engineRig(options);
    const client = dial();
    client.hello();
    await clock.tickAsync(9_999);
    assertEquals(client.read(), []);
    await clock.tickAsync(1);
    assertEquals([client.read(), clock.pending, server.size], [["close 1013 not ready"], [], 0]);
  });
}

for (
  const [what, options] of Object.entries({
    "'authenticate' throws": {
      authenticate: (): string => {
        throw new Error("down");
      },
    },
    "the store rejects": {
      store: { ...memoryStore(), open: () => Promise.reject(new Error("down")) },
    },
    "'session' throws": {
      begin: (): void => {
        throw new Error("down");
      },
    },
  })
) {
  Deno.test(`ResumeServer confirms nothing and lets the client come later when ${what}`, async () => {
    const { dial, settle, server, errors, clock } = engineRig(options);
    const client = dial();
    client.hello();
    await settle();
    assertEquals([client.read(), server.size, errors.map(String), clock.pending], [
      ["close 1013 not ready"],
      0,
      ["Error: down"],
      [],
    ]);
  });
}

Deno.test("ResumeServer has a bound for sessions, and one for those of a principal", async () => {
  const { dial, settle } = engineRig({
    authenticate: (_request, auth) => auth ?? null,
    maxSessions: 3,
    maxSessionsPerUser: 2,
  });
  const answers: string[][] = [];
  for (const [i, auth] of ["a", "a", "a", "b", "b"].entries()) {
    const client = dial();
    client.hello({ auth, s: `token-${i}-0123456789abcdef` });
    await settle();
    answers.push(client.read());
  }
  const full = ["close 1013 too many sessions"];
  assertEquals(answers, [["ok 0 new"], ["ok 0 new"], full, ["ok 0 new"], full]);
});

Deno.test("ResumeServer counts a session no more when it is over", async () => {
  const { client, dial, settle } = await attachedRig({ maxSessions: 1 });
  client.bye();
  await settle();
  const next = dial();
  next.hello({ s: "another-token-0123456789" });
  await settle();
  assertEquals(next.read(), ["ok 0 new"]);
});

for (
  const [options, message] of [
    [{}, "'session' must be a function: current value is of type undefined"],
    [
      { session: () => ({}), ttlMs: 0 },
      "'ttlMs' must be between 1 and 2147483647: current value is 0",
    ],
  ] as const
) {
  Deno.test(`ResumeServer refuses an option: ${message}`, () => {
    assertThrows(
      () => new ResumeServer(options as ConstructorParameters<typeof ResumeServer>[0]),
      Error,
      `Cannot create a ResumeServer as ${message}`,
    );
  });
}

Deno.test("ResumeServer keeps its bounds for sessions that begin at the same time", async () => {
  const { dial, settle, server } = engineRig({
    authenticate: (_request, auth) => auth ?? null,
    maxSessions: 3,
    maxSessionsPerUser: 2,
  });
  const clients = ["a", "a", "a", "b", "b"].map((auth, i) => {
    const client = dial();
    client.hello({ auth, s: `token-${i}-0123456789abcdef` });
    return client;
  });
  await settle();
  const full = ["close 1013 too many sessions"];
  assertEquals([server.size, clients.map((client) => client.read())], [
    3,
    [["ok 0 new"], ["ok 0 new"], full, ["ok 0 new"], full],
  ]);
});

Deno.test("ResumeServer has room again for what the store did not open", async () => {
  let isDown = true;
  const store = memoryStore();
  const { dial, settle } = engineRig({
    maxSessions: 1,
    store: {
      ...store,
      open: (...args) => isDown ? Promise.reject(new Error("down")) : store.open(...args),
    },
  });
  dial().hello();
  await settle();
  isDown = false;
  const lost = dial();
  lost.hello({ n: 2, new: false });
  await settle();
  const client = dial();
  client.hello({ n: 3 });
  await settle();
  assertEquals([lost.read(), client.read()], [["lost unknown"], ["ok 0 new"]]);
});

Deno.test("ResumeServer sends again what a transport could not, and nothing in its place", async () => {
  const { dial, settle, sessions, errors } = engineRig();
  const came: unknown[] = [];
  const client = dial({
    send(frame): void {
      if (frame === "b") throw new Error("the socket is full");
      came.push(frame);
    },
  });
  client.hello();
  await settle();
  for (const text of ["a", "b", "c"]) sessions[0]?.send(text);
  await settle();
  assertEquals([came.slice(1), client.read()], [["a"], ["close 1013 not ready"]]);
  const next = dial();
  next.hello({ n: 2, rx: 1, new: false });
  await settle();
  assertEquals([next.read(), errors.map(String)], [
    ["ok 0", "b", "c"],
    ["Error: the socket is full"],
  ]);
});

Deno.test("ResumeServer gives back what is lost when a transport throws in close(), too", async () => {
  const { dial, settle, sessions, read, errors } = engineRig({ maxUnackedBytes: 40 });
  const client = dial({
    close(): void {
      throw new Error("no such socket");
    },
  });
  client.hello();
  await settle();
  sessions[0]?.send("first");
  assertEquals(sessions[0]?.send("more than fits into 40"), false);
  assertEquals([read(), errors.map(String)], [
    ["begin new", "end overflow [first]"],
    ["Error: no such socket"],
  ]);
});
