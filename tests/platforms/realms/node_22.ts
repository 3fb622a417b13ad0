// What Node 22 lacks: the class CloseEvent.
Reflect.deleteProperty(globalThis, "CloseEvent");
const { createEvent } = await import("../../../lib/client/events.ts");
const given = { code: 4001, reason: "bye", wasClean: true, willRetry: false, error: null };
const event = createEvent({ type: "close", ...given }) as unknown as Record<string, unknown>;
const { code, reason, wasClean, willRetry, error } = event;
self.postMessage({
  type: event["type"],
  fields: { code, reason, wasClean, willRetry, error },
  isEvent: event instanceof Event,
  open: Object.keys(createEvent({ type: "open", attempt: 0 })),
});
