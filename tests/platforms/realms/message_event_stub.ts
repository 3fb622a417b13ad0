// Next.js on its edge runtime: a function in the place of MessageEvent, that throws when it is called.
import { ClientEventTarget, deliver } from "../../../lib/client/event_target.ts";

Reflect.set(globalThis, "MessageEvent", function (): never {
  throw new Error("MessageEvent is not supported here");
});
const client = new ClientEventTarget();
const seen: unknown[] = [];
client.addEventListener("message", (event) => {
  const { type, target, data, origin } = event;
  seen.push(event instanceof Event, type, target === client, data, origin);
});
deliver(client, "hello", "wss://example.test");
self.postMessage(seen);
