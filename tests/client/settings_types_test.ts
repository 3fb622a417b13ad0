import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Client } from "../../lib/client/client.ts";
import type { Parts } from "../../lib/client/feature.ts";
import type { ReconnectingWebSocketOptions } from "../../mod.ts";
import { inRealm } from "../platforms/realm.ts";
import { refusal, refused, shown } from "../project/refusal.ts";
import { filled, partsGiven } from "./parts_given.ts";
import { openRig } from "./rig.ts";
import { without } from "./without.ts";

function read(options?: unknown): Parts {
  return partsGiven("wss://example.com/", undefined, options);
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
  Deno.test(`readArguments() takes a function as ${name}, and nothing else`, () => {
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
  Deno.test(`readArguments() takes an object as '${name}', and no primitive`, () => {
    assertEquals([undefined, {}].map((bag) => refusal(() => read(options(bag)))), ["", ""]);
    for (const value of [null, 0, 5, "", "on", true, 5n, Symbol("s")]) {
      const message = refused(`'${name}'`, "an object", shown(value));
      assertEquals(refusal(() => read(options(value))), message);
    }
  });

  Deno.test(`readArguments() refuses a name that is no option of '${name}', and names it`, () => {
    const known =
      /^(protocols|backoff|max|connect|stable|close|should|hand|heart|queue|sig|trace|sources|initial|multi|interval|timeout|message|isReply|overflow|WebSocket|clock|random|conn)/;
    const names = fc.oneof(
      fc.constantFrom("maxRetries", "headers", "__proto__", "toString", "constructor", ""),
      fc.string(),
    ).filter((key) => !known.test(key));
    fc.assert(fc.property(names, (key) => {
      const bag = Object.fromEntries([[key, undefined]]);
      const message =
        `TypeError: Cannot create a ReconnectingWebSocket as '${name}' has no '${key}'`;
      assertEquals(refusal(() => read(options(bag))), message);
    }));
  });

  Deno.test(`readArguments() ignores what '${name}' inherits`, () => {
    const parent = { maxRetries: 1, maxAttempts: -1, overflow: "?", random: "?", isReply: "?" };
    assertEquals(refusal(() => read(options(Object.create(parent)))), "");
  });
}

Deno.test("readArguments() takes no option from a polluted Object.prototype", async () => {
  const { before, after } = await inRealm("polluted_prototype") as Record<string, unknown>;
  assert(Array.isArray(before) && before.length === 4);
  assertEquals(after, before);
});

Deno.test("readArguments() takes the queue for on unless it is false", () => {
  const queues = [undefined, {}, { maxMessages: 0 }, false].map((queue) =>
    read({ queue }).doors.limits !== null
  );
  assertEquals(queues, [true, true, true, false]);
});

Deno.test("readArguments() takes the three overflow policies, and no other", () => {
  for (const overflow of ["drop-newest", "drop-oldest", "throw"] as const) {
    assertEquals(read({ queue: { overflow } }).doors.limits?.overflow, overflow);
  }
  const choices = "one of drop-newest, drop-oldest, throw";
  for (const overflow of ["drop", "", null, 0, ["throw"]]) {
    const message = refused("'queue.overflow'", choices, shown(overflow));
    assertEquals(refusal(() => read({ queue: { overflow } })), message);
  }
});

Deno.test("readArguments() takes an AbortSignal as 'signal', and nothing that only looks like one", () => {
  const { signal } = new AbortController();
  assert(read({ signal }).doors.signal === signal);
  for (const value of [null, false, 5, "abort", {}, { aborted: false }, new AbortController()]) {
    const message = refused("'signal'", "an AbortSignal", shown(value));
    assertEquals(refusal(() => read({ signal: value })), message);
  }
});

Deno.test("readArguments() takes null for no connectivity", () => {
  assertEquals(read({ sources: { connectivity: null } }).doors.listenToNetwork, undefined);
});

Deno.test("readArguments() uses a policy that is given, and every source", () => {
  const backoff = (): number => 1;
  const clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => {} };
  const release = (): void => {};
  const connectivity = { online: true, subscribe: () => release };
  class Given extends WebSocket {}
  const random = (): number => 0.5;
  const parts = read({ backoff, sources: { WebSocket: Given, clock, random, connectivity } });
  assert(parts.WebSocket === Given && parts.clock === clock && parts.random === random);
  const client = { releases: [] } as unknown as Client;
  parts.doors.listenToNetwork?.(client);
  assertEquals(client.releases, [release]);
  assert(parts.backoff === backoff);
});

Deno.test("readArguments() makes the features of the options that are given", () => {
  const { signal } = new AbortController();
  const doors = [
    { handshake: () => {} },
    { heartbeat: {} },
    { signal },
    { trace: () => {} },
    { shouldRetry: () => true, queue: {}, backoff: {}, sources: {} },
  ].map((options) => filled(read(options)));
  assertEquals(doors, [
    ["handshake"],
    ["probe", "takes"],
    ["signal", "listenToSignal"],
    ["trace", "redact"],
    [],
  ]);
});

Deno.test("readArguments() lets the machine know of a handshake without giving it the function", () => {
  const { config } = read({ handshake: () => {} });
  assertEquals([config.handshake, structuredClone(config)], [true, config]);
});

Deno.test("readArguments() gives clients with the same options the same doors", () => {
  const options = { startPaused: true, queue: { maxMessages: 7 } };
  assert(read().doors === read().doors && read(options).doors === read({ ...options }).doors);
});

for (const name of ["Event", "URL"]) {
  Deno.test(`readArguments() names ${name} where the platform has none`, () => {
    assertEquals(
      without(name, () => refusal(() => read())),
      `TypeError: Cannot create a ReconnectingWebSocket as this platform has no ${name}`,
    );
  });
}

// ------------------------------------------------------------------------------------ heartbeat

Deno.test("readArguments() distinguishes a heartbeat that probes from one that only listens", () => {
  const bags = [{}, { message: "ping" }, { message: "" }, { message: () => "ping" }];
  const probes = bags.map((heartbeat) => read({ heartbeat }).config.heartbeat?.probes);
  assertEquals(probes, [false, true, true, true]);
});

/** What the server gets at the first two beats. */
function probesOf(message: unknown): unknown {
  const heartbeat = { message } as NonNullable<ReconnectingWebSocketOptions["heartbeat"]>;
  const { clock, server } = openRig({ heartbeat });
  for (let beat = 0; beat < 2; beat++) {
    clock.tick(25_000);
    server.send("alive");
  }
  return server.received;
}

Deno.test("readArguments() converts the probe as send() would", () => {
  assertEquals(probesOf(5), ["5", "5"]);
  assertEquals(probesOf(""), ["", ""]);
  assertThrows(() => read({ heartbeat: { message: Symbol() } }), TypeError);
});

Deno.test("readArguments() leaves a function for the probe to each beat", () => {
  let count = 0;
  assertEquals(probesOf(() => `ping ${++count}`), ["ping 1", "ping 2"]);
});

Deno.test("readArguments() copies the bytes of the probe", () => {
  const message = new Uint8Array([1, 2]);
  const { clock, server } = openRig({ heartbeat: { message } });
  message.fill(9);
  clock.tick(25_000);
  assertEquals(server.received, [new Uint8Array([1, 2])]);
});
