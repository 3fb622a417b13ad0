/** Under zone.js, by which Angular knows what changes its views. */

import { assertEquals } from "@std/assert";
import { listened } from "../client/listened_target.ts";
import { inRealm } from "./realm.ts";

const ALL_IN_THEIR_ZONES = [
  "message in inside",
  "onmessage in inside",
  "handleEvent in inside",
  "message in <root>",
  "close in inside",
  "retry in inside",
  "open in inside",
];

for (const when of ["before", "after"]) {
  const where = `under a zone.js loaded ${when} the client`;
  const results = await inRealm("zone", when) as Readonly<Record<string, unknown>>;

  for (const zone of ["<root>", "inside", "other"]) {
    Deno.test(`a listener runs in the zone where it was added, by a client made in ${zone}, ${where}`, () => {
      assertEquals(results[`made in ${zone}`], ALL_IN_THEIR_ZONES);
    });
  }

  Deno.test(`removing, once and signal work as ever, ${where}`, () => {
    assertEquals(results["the first message"], ["once in inside", "signal in inside"]);
    assertEquals(results["the second message"], []);
  });

  Deno.test(`a listener that throws is reported and stops no other, ${where}`, () => {
    assertEquals(results["a listener that throws"], [
      "three wss://example.com true true 2",
      "reported of a listener",
    ]);
  });

  Deno.test(`an event can be stopped, kept and dispatched again, ${where}`, () => {
    assertEquals(results["stopImmediatePropagation()"], ["four wss://example.com true true 2"]);
    assertEquals(results["after the dispatch"], [true, null, 0]);
    assertEquals(results["dispatched again"], ["four true in inside"]);
    assertEquals(results["a user's message"], ["of a user  true true 2"]);
  });
}

Deno.test("ListenerList.deliver() reports what a patched dispatch throws", () => {
  const { reportError } = globalThis;
  const { dispatchEvent } = EventTarget.prototype;
  const failure = new Error("of the platform");
  const reported: unknown[] = [];
  Reflect.set(globalThis, "Zone", {});
  globalThis.reportError = (error): void => void reported.push(error);
  EventTarget.prototype.dispatchEvent = (): boolean => {
    throw failure;
  };
  try {
    const { client, deliver } = listened();
    client.addEventListener("message", () => reported.push("called"));
    deliver("", "");
    assertEquals(reported, [failure]);
  } finally {
    Object.assign(globalThis, { reportError });
    EventTarget.prototype.dispatchEvent = dispatchEvent;
    Reflect.deleteProperty(globalThis, "Zone");
  }
});

Deno.test("ListenerList.deliver() calls each listener once for a message in which a zone appears", () => {
  const { client, deliver } = listened();
  const log: string[] = [];
  client.addEventListener("message", () => {
    log.push("first");
    Reflect.set(globalThis, "Zone", {});
    client.addEventListener("message", () => log.push("later"), { once: true });
  });
  try {
    deliver("", "");
    assertEquals(log, ["first"]);
    deliver("", "");
    assertEquals(log, ["first", "first", "later"]);
  } finally {
    Reflect.deleteProperty(globalThis, "Zone");
  }
});
