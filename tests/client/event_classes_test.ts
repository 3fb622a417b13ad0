import { assert, assertEquals } from "@std/assert";
import { createEvent } from "../../lib/client/events.ts";
import { inRealm } from "../platforms/realm.ts";

const CLOSE = { code: 4001, reason: "bye", wasClean: true, willRetry: false, error: null };

Deno.test("createEvent() makes a real CloseEvent, with what goes beyond it", () => {
  const event = createEvent({ type: "close", ...CLOSE }) as CloseEvent & {
    willRetry: boolean;
    error: null;
  };
  assert(event instanceof CloseEvent);
  const { type, code, reason, wasClean, willRetry, error } = event;
  assertEquals({ type, code, reason, wasClean, willRetry, error }, { type: "close", ...CLOSE });
});

Deno.test("createEvent() makes the same of an Event where there is no CloseEvent", async () => {
  assertEquals(await inRealm("node_22"), {
    type: "close",
    fields: CLOSE,
    isEvent: true,
    open: ["attempt"],
  });
});

Deno.test("createEvent() makes events that its EventTarget takes, whatever the globals are meanwhile", async () => {
  assertEquals(await inRealm("other_events"), [true, true]);
});

const EVENTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  open: { reconnected: true, attempt: 2 },
  error: { error: new Error("lost") },
  retry: { attempt: 1, delayMs: 1_500, error: null },
  drop: { data: "text", error: new Error("full") },
  statechange: { state: "open", previous: "connecting" },
};

for (const [type, fields] of Object.entries(EVENTS)) {
  Deno.test(`createEvent() gives a ${type} event its fields, and no others`, () => {
    const event = createEvent({ type, ...fields });
    assert(event instanceof Event && event.type === type);
    // Deno's own fields are symbols or own properties of every event.
    const plain = new Set(Object.keys(new Event(type)));
    const own = Object.keys(event).filter((key) => !plain.has(key));
    const added = type === "error" ? { message: "lost" } : {};
    assertEquals(Object.fromEntries(own.map((key) => [key, Reflect.get(event, key)])), {
      ...fields,
      ...added,
    });
  });
}

Deno.test("createEvent() makes events that neither bubble nor can be cancelled", () => {
  for (const [type, fields] of Object.entries({ ...EVENTS, close: CLOSE })) {
    const { bubbles, cancelable, composed, isTrusted } = createEvent({ type, ...fields });
    assertEquals([bubbles, cancelable, composed, isTrusted], [false, false, false, false]);
  }
});
