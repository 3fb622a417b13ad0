import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readSettings, type Settings } from "../../lib/client/settings.ts";
import { inRealm } from "../platforms/realm.ts";
import { refusal, refused, shown } from "../project/refusal.ts";

function read(options?: unknown): Settings {
  return readSettings("wss://example.com/", undefined, options);
}

const FUNCTIONS: Record<string, (value: unknown) => unknown> = {
  "shouldRetry": (value) => ({ shouldRetry: value }),
  "handshake": (value) => ({ handshake: value }),
  "trace": (value) => ({ trace: value }),
  "heartbeat.isReply": (value) => ({ heartbeat: { isReply: value } }),
  "sources.WebSocket": (value) => ({ sources: { WebSocket: value } }),
  "sources.random": (value) => ({ sources: { random: value } }),
};

for (const [name, options] of Object.entries(FUNCTIONS)) {
  Deno.test(`readSettings() takes a function as ${name}, and nothing else`, () => {
    assertEquals(refusal(() => read(options(() => {}))), "");
    assertEquals(refusal(() => read(options(undefined))), "");
    fc.assert(fc.property(fc.anything(), (value) => {
      fc.pre(value !== undefined);
      const message = refused(`'${name}'`, "a function", shown(value));
      assertEquals(refusal(() => read(options(value))), message);
    }));
  });
}

const BAGS: Record<string, (value: unknown) => unknown> = {
  "options": (value) => value,
  "backoff": (value) => ({ backoff: value }),
  "heartbeat": (value) => ({ heartbeat: value }),
  "queue": (value) => ({ queue: value }),
  "sources": (value) => ({ sources: value }),
};

for (const [name, options] of Object.entries(BAGS)) {
  Deno.test(`readSettings() takes an object as '${name}', and no primitive`, () => {
    assertEquals([undefined, {}].map((bag) => refusal(() => read(options(bag)))), ["", ""]);
    for (const value of [null, 0, 5, "", "on", true, 5n, Symbol("s")]) {
      const message = refused(`'${name}'`, "an object", shown(value));
      assertEquals(refusal(() => read(options(value))), message);
    }
  });

  Deno.test(`readSettings() refuses a name that is no option of '${name}', and tells it`, () => {
    const known =
      /^(protocols|backoff|max|connect|stable|close|should|hand|heart|queue|sig|trace|sources|initial|multi|interval|timeout|message|isReply|overflow|WebSocket|clock|random|conn)/;
    const names = fc.oneof(
      fc.constantFrom("maxRetries", "headers", "__proto__", "toString", "constructor", ""),
      fc.string(),
    ).filter((key) => !known.test(key));
    fc.assert(fc.property(names, (key) => {
      const bag = Object.fromEntries([[key, undefined]]);
      const message = refused(`'${name}'`, `without '${key}'`, "of type object");
      assertEquals(refusal(() => read(options(bag))), message);
    }));
  });

  Deno.test(`readSettings() ignores what '${name}' inherits`, () => {
    const parent = { maxRetries: 1, maxAttempts: -1, overflow: "?", random: "?", isReply: "?" };
    assertEquals(refusal(() => read(options(Object.create(parent)))), "");
  });
}

Deno.test("readSettings() takes no option from a polluted Object.prototype", async () => {
  const { before, after } = await inRealm("polluted_prototype") as Record<string, unknown>;
  assert(Array.isArray(before) && before.length === 4);
  assertEquals(after, before);
});

Deno.test("readSettings() takes the queue for on unless it is false", () => {
  const queues = [undefined, {}, { maxMessages: 0 }, false].map((queue) => read({ queue }).queues);
  assertEquals(queues, [true, true, true, false]);
});

Deno.test("readSettings() takes the three overflow policies, and no other", () => {
  for (const overflow of ["drop-newest", "drop-oldest", "throw"] as const) {
    assertEquals(read({ queue: { overflow } }).limits.overflow, overflow);
  }
  const choices = "one of drop-newest, drop-oldest, throw";
  for (const overflow of ["drop", "", null, 0, ["throw"]]) {
    const message = refused("'queue.overflow'", choices, shown(overflow));
    assertEquals(refusal(() => read({ queue: { overflow } })), message);
  }
});

Deno.test("readSettings() takes an AbortSignal as 'signal', and nothing that only looks like one", () => {
  const { signal } = new AbortController();
  assert(read({ signal }).signal === signal);
  for (const value of [null, false, 5, "abort", {}, { aborted: false }, new AbortController()]) {
    const message = refused("'signal'", "an AbortSignal", shown(value));
    assertEquals(refusal(() => read({ signal: value })), message);
  }
});

Deno.test("readSettings() takes null for no connectivity", () => {
  assertEquals(read({ sources: { connectivity: null } }).sources.connectivity, null);
});

Deno.test("readSettings() uses a policy that is given, and every source", () => {
  const backoff = (): number => 1;
  const clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => {} };
  const connectivity = { online: true, subscribe: () => () => {} };
  const sources = { WebSocket, clock, random: () => 0.5, connectivity };
  const settings = read({ backoff, sources });
  assertEquals(settings.sources, sources);
  assert(settings.backoff === backoff);
});

Deno.test("readSettings() tells the core of a handshake without giving it the function", () => {
  const handshake = (): void => {};
  const settings = read({ handshake });
  assertEquals([settings.config.handshake, settings.handshake], [true, handshake]);
});

// ------------------------------------------------------------------------------------ heartbeat

Deno.test("readSettings() tells a heartbeat that probes from one that only listens", () => {
  const silent = read({ heartbeat: {} });
  const probing = read({ heartbeat: { message: "ping" } });
  assertEquals([silent.config.heartbeat?.probes, silent.probe], [false, undefined]);
  assertEquals([probing.config.heartbeat?.probes, probing.probe], [true, "ping"]);
});

Deno.test("readSettings() converts the probe as send() would", () => {
  assertEquals(read({ heartbeat: { message: 5 } }).probe, "5");
  assertEquals(read({ heartbeat: { message: "" } }).config.heartbeat?.probes, true);
  assertThrows(() => read({ heartbeat: { message: Symbol() } }), TypeError);
  const message = (): string => "ping";
  assert(read({ heartbeat: { message } }).probe === message);
});

Deno.test("readSettings() copies the bytes of the probe", () => {
  const message = new Uint8Array([1, 2]);
  const { probe } = read({ heartbeat: { message } });
  message.fill(9);
  assertEquals(probe, new Uint8Array([1, 2]).buffer);
});
