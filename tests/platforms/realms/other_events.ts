// What a simulated browser does that is taken away: other classes come in the place of its own.
import { createEvent } from "../../../lib/client/events.ts";

const { Event, CloseEvent } = globalThis;
class Other {}
for (const name of ["Event", "CloseEvent", "MessageEvent"]) Reflect.set(globalThis, name, Other);
const close = createEvent({ type: "close", code: 1000, willRetry: false, error: null });
self.postMessage([createEvent({ type: "open" }) instanceof Event, close instanceof CloseEvent]);
