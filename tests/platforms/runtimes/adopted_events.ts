/**
 * What listeners see of an event that was the socket's before: on Bun, where it is adopted. Plays the random
 * scripts of `event_target_property_test.ts` on a client and on a native target, and dispatches such events
 * again; prints a line for each case, then exits with 1 if one failed.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { platform, runScript, scripts, type Subject } from "../../client/event_scripts.ts";
import { listened } from "../../client/listened_target.ts";

/** The platform's class, as far as an event can tell. */
class Socket extends EventTarget {
  /** Dispatches a message of the server. */
  receive(data: string): void {
    this.dispatchEvent(new MessageEvent("message", { data, origin: "ws://example.test" }));
  }
}
Reflect.set(globalThis, "WebSocket", Socket);

// Bun has no `error` event for what a listener throws.
const { process } = globalThis as unknown as {
  process: { on(type: string, listener: (error: unknown) => void): void };
};
process.on("uncaughtException", (error) => dispatchEvent(new ErrorEvent("error", { error })));

/** A client whose socket dispatches. */
function adopting(socket = new Socket()): { client: EventTarget; socket: Socket } {
  const { client, deliver } = listened();
  socket.addEventListener("message", (event) => {
    const { data, origin } = event as MessageEvent;
    deliver(data, origin, event);
  });
  return { client, socket };
}

function ours(): Subject {
  const { client, socket } = adopting();
  return {
    addEventListener: client.addEventListener.bind(client),
    removeEventListener: client.removeEventListener.bind(client),
    send: () => socket.receive(""),
    owns: (value) => value === client,
  };
}

/** What a dispatch shows; `own` is the target that the event had first. */
function look(event: Event, own: EventTarget, other: EventTarget): unknown {
  const name = (value: unknown): string =>
    value === own ? "own" : value === other ? "other" : String(value);
  const { target, srcElement, currentTarget, eventPhase } = event;
  return {
    target: name(target),
    srcElement: name(srcElement),
    currentTarget: name(currentTarget),
    eventPhase,
    path: event.composedPath().map(name),
    data: (event as MessageEvent).data,
    isMessageEvent: event instanceof MessageEvent,
  };
}

/** Dispatches an event a second time, while it is dispatched and after it. */
function dispatchAgain(own: EventTarget, receive: () => void): unknown[] {
  const seen: unknown[] = [];
  const other = new EventTarget();
  other.addEventListener("message", (event) => seen.push(look(event, own, other)));
  let kept: Event | undefined;
  own.addEventListener("message", (event) => {
    if (kept) return void seen.push("own again", look(event, own, other));
    kept = event;
    seen.push(look(event, own, other));
    try {
      seen.push(other.dispatchEvent(event));
    } catch (error) {
      seen.push(`${error}`);
    }
    seen.push(look(event, own, other));
  });
  receive();
  assert(kept);
  seen.push(look(kept, own, other));
  seen.push(other.dispatchEvent(kept), look(kept, own, other));
  seen.push(own.dispatchEvent(kept), look(kept, own, other));
  return seen;
}

const cases: Record<string, () => void> = {
  "a client's event is the socket's own"(): void {
    const { client, socket } = adopting();
    const seen: Event[] = [];
    socket.addEventListener("message", (event) => seen.push(event));
    client.addEventListener("message", (event) => seen.push(event));
    socket.receive("x");
    assert(seen[0] === seen[1]);
  },
  "an event of a class that is not the platform's stays as it is"(): void {
    const { client, socket } = adopting(new (class extends Socket {})());
    const seen: Event[] = [];
    socket.addEventListener("message", (event) => seen.push(event));
    client.addEventListener("message", (event) => seen.push(event));
    socket.receive("x");
    assertEquals(seen.map(({ target }) => target === client), [true, false]);
  },
  "an event stays as it is where a subclass was put in the place of the platform's"(): void {
    const Traced = class extends Socket {};
    Reflect.set(globalThis, "WebSocket", Traced);
    try {
      const { client, socket } = adopting(new Traced());
      const seen: Event[] = [];
      client.addEventListener("message", (event) => seen.push(event));
      // As the class itself may: it is called after the client.
      socket.addEventListener("message", (event) => {
        seen.push(event);
        assert(event.target === socket && event.currentTarget === socket);
      });
      socket.receive("x");
      assertEquals(seen.map(({ target }) => target === client), [true, false]);
    } finally {
      Reflect.set(globalThis, "WebSocket", Socket);
    }
  },
  "listeners always see what those of a native target see"(): void {
    const never = fc.constant(false);
    fc.assert(
      fc.property(scripts({ capture: never, native: never }), (script) => {
        assertEquals(runScript(script, ours()), runScript(script, platform()));
      }),
      { numRuns: 2_000 },
    );
  },
  "an event that is dispatched again is as a native one"(): void {
    const target = new EventTarget();
    const event = new MessageEvent("message", { data: "x" });
    const expected = dispatchAgain(target, () => target.dispatchEvent(event));
    const { client, socket } = adopting();
    assertEquals(dispatchAgain(client, () => socket.receive("x")), expected);
  },
};

let failed = false;
for (const [name, play] of Object.entries(cases)) {
  let error: string | undefined;
  try {
    play();
  } catch (thrown) {
    failed = true;
    error = thrown instanceof Error ? thrown.message : `${thrown}`;
  }
  console.log(JSON.stringify({ name, ok: error === undefined, error }));
}
if (failed) throw new Error("A case failed");
