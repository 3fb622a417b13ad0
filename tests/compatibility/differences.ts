/**
 * Where the client differs from the platform's WebSocket, and why.
 *
 * @module
 */

import { assertEquals, assertNotEquals } from "@std/assert";

/** What the native class and ours have given for one observation. */
export type Comparison = readonly [name: string, native: unknown, ours: unknown];

/** A difference that is meant. */
interface Difference {
  readonly ours: unknown;
  readonly why: string;
}

const EVERYWHERE: Readonly<Record<string, Difference>> = {
  "an object as the subprotocols": {
    ours: "TypeError",
    why: "there, an object is the options, and an unknown option is refused",
  },
  "instanceof WebSocket": {
    ours: false,
    why: "a subclass of the platform's class would open a connection of its own",
  },
  "the class as text": { ours: "[object EventTarget]", why: "that is what it is" },
  "send() while connecting": { ours: "nothing", why: "the message is kept; `queue: false` throws" },
  "send() without an argument": {
    ours: "nothing",
    why: "as undefined: counting arguments would cost on every message",
  },
  "what send() returns": { ours: "true", why: "whether the message was accepted" },
  "the events of a life closed before it is open": {
    ours: [["close", 3, 1006, "", false]],
    why: "what the user's own close() ends is not an error",
  },
  "an object as an event handler": { ours: null, why: "it could never be called" },
  "close() with a reason and no code": {
    ours: ["nothing", 1000, "why"],
    why: "the code is 1000, as the standard requires; Deno fails the connection, Chromium throws",
  },
  "members, but for the constants, that a loop over the instance meets": {
    ours: [],
    why: "members of a class are not enumerable; nothing loops over a socket",
  },
};

const CODE_0 = "without a close frame the code is 1006 (RFC 6455 section 7.1.5); Deno says 0";
const CUT_OFF = [["open", 1], ["error", 3], ["close", 3, 1006, "", false]];

/** The differences by platform. */
export const differences: Readonly<Record<string, Readonly<Record<string, Difference>>>> = {
  deno: {
    ...EVERYWHERE,
    "null as the subprotocols": {
      ours: "null",
      why: "as Web IDL reads it; Deno takes it for none",
    },
    "deleting a constant": {
      ours: ["TypeError", "TypeError"],
      why: "as Web IDL requires; in Deno those of the prototype can be deleted",
    },
    "the constants on the prototype": {
      ours: [0, 1, 2, 3],
      why: "as the standard requires; Deno throws",
    },
    "the events of a life that is cut off": {
      ours: CUT_OFF,
      why: CODE_0,
    },
    "the events of a life that the server refuses": {
      ours: [["error", 3], ["close", 3, 1006, "", false]],
      why: CODE_0,
    },
    "what an error event is": {
      ours: {
        ...{ type: "error", bubbles: false, cancelable: false, composed: false },
        ...{ defaultPrevented: false, eventPhase: 2, class: "[object Event]" },
        ...{ isTarget: true, isCurrentTarget: true, path: [true], isRecent: true },
      },
      why: "an Event, as in browsers; its `error` has what Deno said as its cause",
    },
    "a subprotocol that was not offered": {
      ours: Array.from({ length: 4 }, () => ["error", "close"]),
      why: "as the standard requires; Deno takes whatever the server says",
    },
    "messages that come after close()": {
      ours: ["first"],
      why: "not dispatched, as the standard requires",
    },
    "an event handler that was null goes last": {
      ours: ["a", "new", "|", "a", "new", "|"],
      why: "as the HTML Standard requires; Deno keeps the old place",
    },
  },
  chromium: {
    ...EVERYWHERE,
    "subprotocols that differ in case only": {
      ours: "SyntaxError",
      why: "as Deno, Node and Bun; Chromium takes them, as the standard does",
    },
    "close codes that are rounded": {
      ours: ["nothing", "InvalidAccessError", "InvalidAccessError"],
      why: "rounded as Web IDL requires; Chromium cuts off",
    },
    "bufferedAmount after close()": {
      ours: 0,
      why: "what send() refuses is kept nowhere, and counted nowhere",
    },
    "the events of a life that is cut off": {
      ours: CUT_OFF,
      why: "an abnormal end is an error on every platform, not only on some",
    },
    "the message of an error event": {
      ours: ["string", true],
      why: "it says what happened on every platform, not only on some",
    },
    "isTrusted": { ours: false, why: "only the platform can dispatch a trusted event" },
    "promises between two listeners": {
      ours: ["first", "second", "promise"],
      why: "events that a script dispatches have no microtasks between listeners",
    },
  },
};

/** Fails for a difference that is not listed, and for one that is listed and not there. */
export function assertExplained(platform: string, [name, native, ours]: Comparison): void {
  const difference = differences[platform]?.[name];
  if (!difference) return assertEquals(ours, native, `${name}: differs from ${platform}`);
  assertEquals(ours, difference.ours, `${name}: differs in another way from ${platform}`);
  assertNotEquals(ours, native, `${name}: no longer differs from ${platform}`);
}
